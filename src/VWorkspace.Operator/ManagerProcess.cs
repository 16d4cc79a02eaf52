using System.Runtime.InteropServices;
using VWorkspace.Operator.Build;
using VWorkspace.Operator.CommandLine;
using VWorkspace.Operator.Hosting;

namespace VWorkspace.Operator;

/// <summary>The process around the operator: arguments, environment, standard streams and signals. The only place that touches them.</summary>
internal static class ManagerProcess
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (ManagerCommand.Parse(arguments, Environment.GetEnvironmentVariable))
        {
            case Invocation.Run run:
                return await RunOperatorAsync(run);
            case Invocation.ShowHelp:
                await Console.Out.WriteAsync(HelpText.Plain());
                return ExitCode.Success;
            case Invocation.ShowVersion version:
                string channel = Environment.GetEnvironmentVariable("VWORKSPACE_OPERATOR_CHANNEL") ?? "";
                await Console.Out.WriteLineAsync(version.Json ? BuildInfo.Current.ToJson(channel) : BuildInfo.Current.ToLine(channel));
                return ExitCode.Success;
            case Invocation.Refused refused:
                foreach (string complaint in refused.Complaints) await Console.Error.WriteLineAsync($"manager: {complaint}");
                await Console.Error.WriteLineAsync("manager: run 'manager --help' for the list of flags");
                return ExitCode.Usage;
            default:
                return ExitCode.Failure;
        }
    }

    private static async Task<int> RunOperatorAsync(Invocation.Run run)
    {
        using var stop = new CancellationTokenSource();
        string signal = "";
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        await using Stream log = Console.OpenStandardError();
        return await OperatorHost.RunAsync(run.Options, new OperatorSurroundings
        {
            Log = log,
            IgnoredFlags = run.Warnings,
            StopReason = () => Volatile.Read(ref signal),
        }, stop.Token);

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.CompareExchange(ref signal, context.Signal.ToString(), "").Length > 0)
            {
                // The second one: whatever still runs is not waited for, not even finally blocks.
                Environment.Exit(ExitCode.Failure);
            }
            stop.Cancel();
        }
    }
}
