using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>How one run of a scenario ended.</summary>
/// <param name="Writes">Writes of the operator from the first step of <see cref="Scenario.When"/> on, Events apart.</param>
/// <param name="End">The world in the end, without times, versions and identities.</param>
/// <param name="Died">The operator died on the way.</param>
internal sealed record Outcome(IReadOnlyList<string> Writes, string End, bool Died);

/// <summary>Runs a scenario once: from rest to rest, with a new operator whenever one has died.</summary>
internal sealed partial class Life(Scenario scenario, World world)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Longer than every "at the latest" of an instance that is not settled.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(35);

    private readonly List<string> _writes = [];
    private bool _died;

    /// <param name="deathAt">The write at which the operator dies, counted from the first step; 0 for never.</param>
    /// <param name="how">What becomes of that write.</param>
    public async Task<Outcome> RunAsync(int deathAt, LastWrite how)
    {
        scenario.Setting?.Invoke(world);
        world.StartOperator();
        await RestAsync();
        foreach (Step step in scenario.Given) await TakeAsync(step);
        int before = world.Operator.Writes.Count;
        if (deathAt > 0) world.Operator.DieAt(deathAt, how);
        foreach (Step step in scenario.When) await TakeAsync(step);
        for (int i = 0; i < 2; i++)
        {
            await PassAsync(Recheck);
            await ConvergeAsync();
        }

        _writes.AddRange(world.Operator.Writes);
        return new([.. _writes.Skip(before)], Picture(), _died);
    }

    /// <summary>A settled world stays as it is: no write, no Event, whatever time passes and whoever touches a child without changing it.</summary>
    public async Task<string> StirAsync()
    {
        await RestAsync();
        (int writes, int events) = (world.Operator.Writes.Count, world.Operator.EventWrites.Count);
        await PassAsync(TimeSpan.FromMinutes(6));
        foreach (JsonObject release in world.All("helm.toolkit.fluxcd.io/v2", "HelmRelease"))
            await world.PatchAsync(Apps.Flux.FluxResources.HelmReleases, (string)release["metadata"]!["name"]!, "{metadata: {annotations: {touched: \"1\"}}}");
        await RestAsync();
        await PassAsync(Tick);
        return string.Join(", ", [.. world.Operator.Writes.Skip(writes), .. world.Operator.EventWrites.Skip(events)]);
    }

    private async Task TakeAsync(Step step)
    {
        await PassAsync(Tick);
        await step.Act(world);
        await ConvergeAsync();
    }

    // Operator and Flux in turn, until neither has anything to do.
    private async Task ConvergeAsync()
    {
        int quiet = 0;
        for (int moves = 0; moves < 60; moves++)
        {
            await RestAsync();
            bool moved = await world.Flux.ReactAsync();
            quiet = moved ? 0 : quiet + 1;
            if (quiet == 2) return;
            if (moved) await RestAsync();
            world.Clock.Advance(Tick);
        }

        Assert.Fail($"operator and Flux find no rest: {string.Join(", ", world.Operator.Writes.TakeLast(12))}");
    }

    private async Task PassAsync(TimeSpan time)
    {
        world.Clock.Advance(time);
        await RestAsync();
    }

    // Waits for rest, and puts a new operator in the place of one that died before.
    private async Task RestAsync()
    {
        while (!await world.SettleAsync())
        {
            _died = true;
            _writes.AddRange(world.Operator.Writes);
            await world.StopOperatorAsync();
            await world.SettleAsync();
            world.Clock.Advance(Tick);
            world.StartOperator();
        }
    }

    /// <summary>All objects of the namespace, Events apart, in the form in which two runs can be compared.</summary>
    private string Picture()
    {
        var objects = new List<JsonObject>();
        foreach ((string version, string kind) in Kinds) objects.AddRange(world.All(version, kind));
        List<(string Uid, string Name)> identities = [.. objects.Select(o => ((string)o["metadata"]!["uid"]!, $"uid of {o["kind"]} {o["metadata"]!["name"]}"))];
        string text = string.Join('\n', objects.Select(o => Bare(o).ToJsonString()));
        foreach ((string uid, string name) in identities) text = text.Replace(uid, name, StringComparison.Ordinal);
        if (world.HasPort) text = text.Replace(world.Port.Text, "port", StringComparison.Ordinal);

        // The hash of a spec covers the namespace; the spec itself is in the picture.
        return TimeOrHash().Replace(text.Replace(world.Own, World.Namespace, StringComparison.Ordinal), "_");
    }

    private static JsonObject Bare(JsonObject obj)
    {
        var metadata = (JsonObject)obj["metadata"]!;
        foreach (string key in new[] { "uid", "resourceVersion", "managedFields", "creationTimestamp" }) metadata.Remove(key);
        return obj;
    }

    private static readonly (string, string)[] Kinds =
    [
        ("apps.vworkspace.io/v1alpha1", "ApplicationInstance"), ("ops.vworkspace.io/v1alpha1", "Operation"), ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("source.toolkit.fluxcd.io/v1", "OCIRepository"), ("source.toolkit.fluxcd.io/v1", "HelmRepository"), ("source.toolkit.fluxcd.io/v1", "HelmChart"),
        ("cert-manager.io/v1", "Certificate"), ("external-secrets.io/v1", "ExternalSecret"), ("networking.k8s.io/v1", "Ingress"), ("v1", "Secret"), ("v1", "ConfigMap"),
    ];

    [GeneratedRegex(@"applied-spec-hash"":""[0-9a-f]{64}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TimeOrHash();
}
