using System.CommandLine;
using Spectre.Console;
using VWorkspace.Operator.Hosting;
using VWorkspace.Sandbox.Tour;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Commands;

/// <summary><c>tour</c>: shows everything once and says whether it happened.</summary>
internal static class TourCommand
{
    public static Command Create()
    {
        var json = new Option<string?>("--json") { Description = "Also write the report to this file, as JSON", HelpName = "FILE" };
        Option<string[]> fluxCrds = SandboxCommandLine.FluxCrds();
        var command = new Command(
            "tour",
            "Brings a cluster up, takes an application to Ready, upgrades and deletes it, in less than half a minute. Exit code 0 when all of it happened, 1 when not.")
        {
            json, fluxCrds,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(json), parsed.GetValue(fluxCrds) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? json, string[] fluxCrds, CancellationToken cancellationToken)
    {
        SandboxCommandLine.CheckFluxCrds(fluxCrds);
        if (json is not null) CheckWritable(json);
        string directory = Directory.CreateTempSubdirectory("vworkspace-tour-").FullName;
        string log = Path.Combine(directory, "operator.log");
        bool keep = false;
        try
        {
            TourReport report;
            await using (var world = new SandboxWorld(new() { Directory = directory, FluxCrds = fluxCrds }))
            {
                report = await RunAsync(new TourScript(world).Steps, cancellationToken);
            }

            if (json is not null) await File.WriteAllTextAsync(json, TourJson.ToText(report), cancellationToken);
            keep = !report.Succeeded && File.Exists(log);
            if (keep) await Console.Error.WriteLineAsync($"The log of the operator is in {log}");
            return report.Succeeded ? ExitCode.Success : ExitCode.Failure;
        }
        finally
        {
            if (!keep) Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<TourReport> RunAsync(IReadOnlyList<TourStep> steps, CancellationToken cancellationToken)
    {
        if (Console.IsOutputRedirected) return await new TourRunner(new PlainTourReporter(Console.Out), TimeProvider.System).RunAsync(steps, cancellationToken);
        var live = new LiveTourReporter(AnsiConsole.Console);
        return await live.RunAsync(() => new TourRunner(live, TimeProvider.System).RunAsync(steps, cancellationToken));
    }

    /// <summary>Better now than after the tour.</summary>
    private static void CheckWritable(string path)
    {
        try
        {
            File.WriteAllText(path, string.Empty);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SandboxUsageException($"'{path}' cannot be written: {fault.Message}");
        }
    }
}
