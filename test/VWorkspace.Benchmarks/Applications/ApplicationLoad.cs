using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.Applications;

/// <summary>
/// A thousand instances through creation, rest, a change of values, a restart of the operator and deletion. Times come from the log of the server, one
/// clock for everybody; so do the calls.
/// </summary>
internal static class ApplicationLoad
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(20);

    /// <summary>Runs everything and prints the report.</summary>
    /// <param name="args"><c>--instances N</c> (1000), <c>--rate N</c> created for each second (20), <c>--report FILE</c> to write it as well.</param>
    /// <returns>0, or 1 when a settled instance cost a write.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int instances = Number(args, "--instances", 1000);
        int rate = Number(args, "--rate", 20);
        CancellationToken none = CancellationToken.None;
        var report = new LoadReport(instances, rate, Resync);
        var options = new AppsOptions { SettledResync = Resync };
        await using LoadWorld world = await LoadWorld.StartAsync(instances, TimeSpan.FromSeconds(1.5), none);

        await world.StartOperatorAsync(options, none);
        world.TakeRequests();

        var watch = Stopwatch.StartNew();
        for (int n = 0; n < instances; n++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)n / rate) - watch.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due, TimeProvider.System, none);
            await world.CreateAsync(n, none);
        }

        await world.UntilAsync(all => all.Count == instances && all.All(i => IsReady(i, 1)), "all instances are Ready", none);
        report.Add("create to Ready, paced", world.TakeRequests(), watch.Elapsed);

        // The looks that are under way end; then every instance is looked at at least once.
        watch.Restart();
        await Task.Delay(Resync * 1.2, TimeProvider.System, none);
        IReadOnlyList<RequestRecord> settled = world.TakeRequests();
        report.Add($"settled, one look in {Resync.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", settled, watch.Elapsed);

        watch.Restart();
        await AllAtOnceAsync(instances, n => world.PatchAsync(n, (JsonObject)JsonNode.Parse("""{"spec":{"values":{"inline":{"replicaCount":3}}}}""")!, none));
        await world.UntilAsync(all => all.All(i => IsReady(i, 2)), "all instances are Ready again", none);
        report.Add("change of values, all at once", world.TakeRequests(), watch.Elapsed);

        await world.StopOperatorAsync();
        world.TakeRequests();
        watch.Restart();
        await world.StartOperatorAsync(options, none);
        await Task.Delay(Resync / 2, TimeProvider.System, none);
        IReadOnlyList<RequestRecord> restarted = world.TakeRequests();
        report.Add("restart of the operator", restarted, watch.Elapsed);

        watch.Restart();
        await AllAtOnceAsync(instances, n => world.DeleteAsync(n, none));
        await world.UntilAsync(all => all.Count == 0, "all instances are gone", none);
        report.Add("deletion, all at once", world.TakeRequests(), watch.Elapsed);

        string text = report.ToMarkdown();
        await Console.Out.WriteLineAsync(text);
        if (Value(args, "--report") is { } file) await File.WriteAllTextAsync(file, text, none);
        return LoadReport.OperatorWrites(settled) + LoadReport.OperatorWrites(restarted) == 0 ? 0 : 1;
    }

    private static bool IsReady(ApplicationInstance instance, long generation) =>
        instance.Status.ObservedGeneration == generation
        && instance.Status.Conditions.FirstOrDefault(c => c.Type == ApplicationConditions.Ready) is { IsTrue: true } ready && ready.ObservedGeneration == generation;

    private static async Task AllAtOnceAsync(int instances, Func<int, Task> act)
    {
        foreach (int[] some in Enumerable.Range(0, instances).Chunk(32)) await Task.WhenAll(some.Select(act));
    }

    private static int Number(string[] args, string name, int otherwise) => Value(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
