using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>Loads the in-memory API server beside a bare Kestrel and prints a table; with a path as argument it writes it there as well.</summary>
internal static class ServerLoadCommand
{
    private const int Rate = 2000;
    private const int RateForAll = 500;
    private const int Watchers = 200;
    private const int Namespaces = 20;
    private const int StartupProcesses = 9;

    /// <returns>0 when nothing failed, else 1.</returns>
    public static async Task<int> RunAsync(ReadOnlyMemory<string> args, CancellationToken ct)
    {
        var text = new StringBuilder();
        (StartupTimes server, StartupTimes bare) = await ServerStartup.MeasureAsync(StartupProcesses, ct);
        Line(text, $"Cold start, median of {StartupProcesses} fresh processes: {server.Listening:f0} ms until it listens, {server.Answered:f0} ms until the first TLS connection has its first answer.");
        Line(text, $"Bare Kestrel with TLS in turns with it: {bare.Listening:f0} ms and {bare.Answered:f0} ms, so {server.Listening / bare.Listening:f2} and {server.Answered / bare.Answered:f2} times as long.");
        Line(text, $"");
        Line(text, $"| load | creates/s | to bare Kestrel | p50 ms | p99 ms | events/s | MB/s of events | errors |");
        Line(text, $"|---|---:|---:|---:|---:|---:|---:|---:|");
        double baseline;
        await using (EchoServer echo = await EchoServer.StartAsync(ct))
        {
            using HttpClient http = LoadHttp.Create(echo.Uri, "none");
            var load = new CreateLoad(http, Namespaces);
            await load.RunAsync("warm", 5000, null, ct);
            CreateOutcome outcome = await load.RunAsync("echo", 20_000, null, ct);
            baseline = outcome.PerSecond;
            Row(text, "bare Kestrel echoes the body, closed loop", outcome, baseline, 0, 0, 0);
        }

        bool failed = false;
        failed |= await PhaseAsync(text, "creates alone, closed loop", 0, null, 20_000, baseline, ct);
        failed |= await PhaseAsync(text, $"{Rate}/s due, {Watchers} watches of {Namespaces} namespaces", Watchers, Rate, 10 * Rate, baseline, ct);
        failed |= await PhaseAsync(text, $"closed loop, {Watchers} watches of {Namespaces} namespaces", Watchers, null, 20_000, baseline, ct);
        failed |= await PhaseAsync(text, $"{RateForAll}/s due, {Watchers} watches of everything", -Watchers, RateForAll, 10 * RateForAll, baseline, ct);
        Console.Write(text);
        if (args.Length > 0) await File.WriteAllTextAsync(args.Span[0], text.ToString(), ct);
        return failed ? 1 : 0;
    }

    private static async Task<bool> PhaseAsync(StringBuilder text, string name, int watchers, int? rate, int count, double baseline, CancellationToken ct)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions(), ct);
        for (int i = 0; i < Namespaces; i++)
            await server.CreateAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = CreateLoad.Namespace(i) } }, ct);
        using HttpClient http = LoadHttp.Create(server.Uri, server.Token);
        using HttpClient watching = LoadHttp.Create(server.Uri, server.Token);
        var load = new CreateLoad(http, Namespaces);
        await load.RunAsync("warm", 5000, null, ct);
        await using var fleet = new WatcherFleet();
        string since = server.ResourceVersion.ToString(CultureInfo.InvariantCulture);
        await fleet.StartAsync(watching, Enumerable.Range(0, Math.Abs(watchers)).Select(i => watchers < 0
            ? $"api/v1/configmaps?watch=1&resourceVersion={since}"
            : $"api/v1/namespaces/{CreateLoad.Namespace(i % Namespaces)}/configmaps?watch=1&resourceVersion={since}"), ct);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        CreateOutcome outcome = await load.RunAsync("run", count, rate, ct);
        long expected = (long)count * (watchers < 0 ? -watchers : watchers / Namespaces);
        bool complete = await fleet.WaitForAsync(expected, ct);
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        int errors = outcome.Errors + fleet.Ended + (complete && fleet.Events == expected ? 0 : 1);
        Row(text, name, outcome, baseline, fleet.Events / seconds, fleet.Bytes / seconds / 1e6, errors);
        return errors > 0;
    }

    private static void Row(StringBuilder text, string name, CreateOutcome o, double baseline, double events, double megabytes, int errors) =>
        Line(text, $"| {name} | {o.PerSecond:n0} | {o.PerSecond / baseline:f2} | {o.Percentile(0.5):f1} | {o.Percentile(0.99):f1} | {events:n0} | {megabytes:f1} | {errors} |");

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
