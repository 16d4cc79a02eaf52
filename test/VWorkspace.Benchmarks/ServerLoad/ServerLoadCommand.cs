using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>Loads the in-memory API server beside a bare Kestrel and prints a table; with a path as argument it writes it there as well.</summary>
internal static class ServerLoadCommand
{
    private const int Rate = 2000;
    private const int Watchers = 200;

    /// <summary>Watching clients, each with a connection of its own.</summary>
    private const int Connections = 4;
    private const int Namespaces = 20;
    private const int StartupProcesses = 9;
    private const int Small = 10;

    /// <returns>0 when nothing failed, else 1.</returns>
    public static async Task<int> RunAsync(ReadOnlyMemory<string> args, CancellationToken ct)
    {
        var text = new StringBuilder();
        (StartupTimes server, StartupTimes bare) = await ServerStartup.MeasureAsync(StartupProcesses, ct);
        Line(text, $"Cold start, median of {StartupProcesses} fresh processes: {server.Listening:f0} ms until it listens, {server.Answered:f0} ms until the first TLS connection has its first answer.");
        Line(text, $"Bare Kestrel with TLS in turns with it: {bare.Listening:f0} ms and {bare.Answered:f0} ms, so {server.Listening / bare.Listening:f2} and {server.Answered / bare.Answered:f2} times as long.");
        Line(text, $"");
        Line(text, $"| load | creates/s | to bare Kestrel | p50 ms | p99 ms | events/s | MB/s of events | resumed | errors |");
        Line(text, $"|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        double baseline;
        await using (EchoServer echo = await EchoServer.StartAsync(ct))
        {
            using HttpClient http = LoadHttp.Create(echo.Uri, "none");
            var load = new CreateLoad(http, Namespaces);
            await load.RunAsync("warm", 5000, null, ct);
            CreateOutcome outcome = await load.RunAsync("echo", 20_000, null, ct);
            baseline = outcome.PerSecond;
            Row(text, "bare Kestrel echoes the body, closed loop", outcome, baseline, 0, 0, 0, 0);
        }

        Phase[] phases =
        [
            new("creates alone, closed loop", 0, Everything: false, null),
            new($"{Rate}/s due, {Watchers} watches of {Namespaces} namespaces", Watchers, Everything: false, Rate),
            new($"closed loop, {Watchers} watches of {Namespaces} namespaces", Watchers, Everything: false, null),
            new($"{Rate}/s due, {Watchers} watches of everything", Watchers, Everything: true, Rate),
            new($"{Rate}/s due, {Watchers} watches of everything, small objects", Watchers, Everything: true, Rate, Small),
            new($"closed loop, {Watchers} watches of everything", Watchers, Everything: true, null),
            new($"closed loop, {Watchers} watches of everything, small objects", Watchers, Everything: true, null, Small),
        ];
        bool failed = false;
        foreach (Phase phase in phases) failed |= await PhaseAsync(text, phase, baseline, ct);
        Console.Write(text);
        if (args.Length > 0) await File.WriteAllTextAsync(args.Span[0], text.ToString(), ct);
        return failed ? 1 : 0;
    }

    private static async Task<bool> PhaseAsync(StringBuilder text, Phase phase, double baseline, CancellationToken ct)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { HistoryPerResource = 65_536 }, ct);
        for (int i = 0; i < Namespaces; i++)
            await server.CreateAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = CreateLoad.Namespace(i) } }, ct);
        using HttpClient http = LoadHttp.Create(server.Uri, server.Token);
        HttpClient[] watching = [.. Enumerable.Range(0, Connections).Select(_ => LoadHttp.Create(server.Uri, server.Token))];
        try
        {
            var load = new CreateLoad(http, Namespaces, phase.Filler);
            await load.RunAsync("warm", 5000, null, ct);
            await using var fleet = new WatcherFleet();
            for (int i = 0; i < phase.Watchers; i++)
                await fleet.StartAsync(watching[i % Connections], [phase.Everything ? "api/v1/configmaps?watch=1" : $"api/v1/namespaces/{CreateLoad.Namespace(i % Namespaces)}/configmaps?watch=1"], server.ResourceVersion, ct);
            long each = phase.Everything ? phase.Watchers : phase.Watchers / Namespaces;
            // The way of an event is compiled and in its best form before it is measured, as the way of a create is.
            await load.RunAsync("settle", 2000, 400, ct);
            bool complete = await fleet.WaitForAsync(2000 * each, ct);
            (long events, long bytes, int resumed) = (fleet.Events, fleet.Bytes, fleet.Resumed);
            int count = phase.Rate is { } rate ? 10 * rate : 20_000;
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            CreateOutcome outcome = await load.RunAsync("run", count, phase.Rate, ct);
            complete &= await fleet.WaitForAsync(events + (count * each), ct);
            double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            int errors = outcome.Errors + fleet.Failed + (complete && fleet.Events == events + (count * each) ? 0 : 1);
            Row(text, phase.Name, outcome, baseline, (fleet.Events - events) / seconds, (fleet.Bytes - bytes) / seconds / 1e6, fleet.Resumed - resumed, errors);
            return errors > 0;
        }
        finally
        {
            foreach (HttpClient client in watching) client.Dispose();
        }
    }

    private static void Row(StringBuilder text, string name, CreateOutcome o, double baseline, double events, double megabytes, int resumed, int errors) =>
        Line(text, $"| {name} | {o.PerSecond:n0} | {o.PerSecond / baseline:f2} | {o.Percentile(0.5):f1} | {o.Percentile(0.99):f1} | {events:n0} | {megabytes:f1} | {resumed} | {errors} |");

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <param name="Name">The row's text.</param>
    /// <param name="Watchers">How many watches.</param>
    /// <param name="Everything">Whether each sees everything, or one namespace.</param>
    /// <param name="Rate">Creates that fall due each second; null: closed loop.</param>
    /// <param name="Filler">Bytes of data in each object.</param>
    private sealed record Phase(string Name, int Watchers, bool Everything, int? Rate, int Filler = CreateLoad.AboutOneKibibyte);
}
