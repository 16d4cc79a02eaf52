using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using VWorkspace.Operator.Hosting;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Commands;

/// <summary>The command line of the sandbox: one line on stderr and exit code 2 for what the caller got wrong.</summary>
internal static class SandboxCommandLine
{
    private const int Interrupted = 130;

    /// <summary>Runs a command; stops it on SIGINT and SIGTERM.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("A whole vWorkspace cluster on this machine: API server, stand-in for Flux, operator. Nothing but the .NET SDK is needed.")
        {
            TourCommand.Create(),
            UpCommand.Create(),
            ApiServerCommand.Create(),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            // What is unknown says more than what is missing because of it.
            string problem = parsed.UnmatchedTokens is [var unknown, ..] ? $"unknown command or option '{unknown}'" : first.Message;
            await Console.Error.WriteLineAsync($"error: {OneLine(problem)} (see --help)");
            return ExitCode.Usage;
        }

        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The second signal is not ours to hold up.
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (SandboxUsageException usage)
        {
            await Console.Error.WriteLineAsync($"error: {OneLine(usage.Message)}");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }
    }

    /// <summary>A loopback port.</summary>
    public static Option<int> ApiPort(int fallback) => new("--api-port")
    {
        Description = "Port of the API server on 127.0.0.1; 0 takes a free one",
        HelpName = "PORT",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, CultureInfo.InvariantCulture, out int port) && port is >= 0 and <= 65535) return port;
            result.AddError($"--api-port must be a number from 0 to 65535, not '{text}'");
            return fallback;
        },
    };

    /// <summary>Real CRDs of Flux in place of the trimmed ones.</summary>
    public static Option<string[]> FluxCrds() => new("--flux-crds")
    {
        Description = "Directories with the CRDs of source-controller and helm-controller to install in place of the built-in, trimmed ones",
        HelpName = "DIR",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Better now than when the world is half up.</summary>
    /// <exception cref="SandboxUsageException">A directory is missing, or holds no definition.</exception>
    public static void CheckFluxCrds(string[] directories)
    {
        foreach (string directory in directories)
            if (!Manifests.Directory(directory).Any(manifest => (string?)manifest.Content["kind"] == "CustomResourceDefinition"))
                throw new SandboxUsageException($"directory '{directory}' holds no CustomResourceDefinition");
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
