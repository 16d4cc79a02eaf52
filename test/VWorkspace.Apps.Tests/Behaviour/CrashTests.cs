using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>The operator dies after its k-th write, for every k, and the next one reaches the same end without duplicates or orphans.</summary>
public sealed class CrashTests
{
    private const string Changed = "1.3.0";

    private static IEnumerable<TestCaseData> Scenarios()
    {
        foreach (int k in Enumerable.Range(0, 7)) yield return new TestCaseData(nameof(Create), k);
        foreach (int k in Enumerable.Range(0, 6)) yield return new TestCaseData(nameof(ChangeSourceType), k);
        foreach (int k in Enumerable.Range(0, 6)) yield return new TestCaseData(nameof(Delete), k);
        foreach (int k in Enumerable.Range(0, 5)) yield return new TestCaseData(nameof(DeletePaused), k);
    }

    [TestCaseSource(nameof(Scenarios))]
    public async Task Death_after_a_write(string scenario, int writes)
    {
        await using World world = await World.StartAsync();
        world.Options = world.Options with { DeletionRecheck = TimeSpan.FromMilliseconds(300) };
        if (scenario != nameof(Create)) await Settle(world);
        Task act = scenario switch
        {
            nameof(Create) => Create(world, writes),
            nameof(ChangeSourceType) => ChangeSourceType(world, writes),
            nameof(Delete) => Delete(world, writes),
            _ => DeletePaused(world, writes),
        };
        await act;
    }

    private static async Task Create(World world, int writes)
    {
        await world.ApplyAsync(Samples.Wiki);
        Task flux = FluxInstallsAsync(world, FluxResources.OciRepositories);
        await LiveAndDieAsync(world, writes);
        world.StartOperator();
        await flux;
        ApplicationInstance end = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Reconciling=False/Stable", "Suspended=False/Active");
        await AssertSettledAsync(world, end, "1.2.3", oci: true);
    }

    private static async Task ChangeSourceType(World world, int writes)
    {
        await world.ApplyAsync(Samples.Wiki.Replace("sourceType: oci, url: oci://registry.example.com/charts", "sourceType: helm, url: \"https://charts.example.com\"", StringComparison.Ordinal)
            .Replace("1.2.3", Changed, StringComparison.Ordinal));
        Task flux = FluxInstallsAsync(world, FluxResources.HelmRepositories);
        await LiveAndDieAsync(world, writes);
        world.StartOperator();
        await flux;
        await world.GoneAsync(FluxResources.OciRepositories, "wiki-source");
        ApplicationInstance end = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Reconciling=False/Stable");
        await AssertSettledAsync(world, end, Changed, oci: false);
    }

    private static async Task Delete(World world, int writes)
    {
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await LiveAndDieAsync(world, writes);
        world.StartOperator();
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        Assert.That(await world.FindAsync(FluxResources.HelmReleases, "wiki"), Is.Null, "an orphan");
        Assert.That(await world.FindAsync(FluxResources.OciRepositories, "wiki-source"), Is.Null, "an orphan");
    }

    private static async Task DeletePaused(World world, int writes)
    {
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await LiveAndDieAsync(world, writes);
        world.StartOperator();
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        await world.QuietAsync();
        Assert.That(await world.FindAsync(FluxResources.HelmReleases, "wiki"), Is.Not.Null);
        Assert.That(await world.FindAsync(FluxResources.OciRepositories, "wiki-source"), Is.Not.Null);
    }

    private static async Task Settle(World world)
    {
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.QuietAsync();
        await world.StopOperatorAsync();
    }

    private static async Task LiveAndDieAsync(World world, int writes)
    {
        world.StartOperator(tap => tap.DieAfter(writes));
        // A scenario with fewer writes than k never reaches the death; then the second operator simply takes over.
        int seen = -1;
        while (!world.Operator.Died.IsCompleted && seen != world.Operator.Writes.Count)
        {
            seen = world.Operator.Writes.Count;
            await Task.WhenAny(world.Operator.Died, Task.Delay(TimeSpan.FromSeconds(seen == 0 ? 4 : 1.5), TimeProvider.System, CancellationToken.None));
        }

        await world.StopOperatorAsync();
    }

    // Flux at work all the time: whatever stands there with an unobserved generation is installed.
    private static async Task FluxInstallsAsync(World world, KubernetesResource<ChartSource> sources)
    {
        await World.UntilAsync(
            async () =>
            {
                if (await world.FindAsync(sources, "wiki-source") is { } source && source.Status.ObservedGeneration != source.Metadata.Generation)
                    await world.SourceSaysAsync(sources, "wiki-source", "[{type: Ready, status: \"True\", reason: Succeeded}]");
                if (await world.FindAsync(FluxResources.HelmReleases, "wiki") is { } release && release.Status.ObservedGeneration != release.Metadata.Generation)
                {
                    await world.FluxSaysAsync("wiki", "[{type: Ready, status: \"True\", reason: InstallSucceeded, message: installed}]",
                        string.Create(CultureInfo.InvariantCulture, $"[{{version: {release.Metadata.Generation}, status: deployed, chartVersion: 1.2.3}}]"));
                }

                return await world.FindAsync(ApiResources.ApplicationInstances, "wiki") is { } instance && instance.Status.Conditions.IsTrue("Ready")
                    && instance.Status.ObservedGeneration == instance.Metadata.Generation && instance.Status.Conditions.Find("Ready")!.ObservedGeneration == instance.Metadata.Generation;
            },
            () => "Flux installs what the operator wrote");
    }

    private static async Task AssertSettledAsync(World world, ApplicationInstance end, string version, bool oci)
    {
        int writes = await world.QuietAsync();
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {annotations: {touched: \"1\"}}}");
        Assert.That(await world.QuietAsync(), Is.EqualTo(writes), "a settled instance is not written");
        Assert.Multiple(() =>
        {
            Assert.That(end.Status.LastAppliedChart!.Version, Is.EqualTo(version));
            Assert.That(end.Status.ObservedGeneration, Is.EqualTo(end.Metadata.Generation));
            Assert.That(end.Metadata.Finalizers, Is.EqualTo(new[] { Finalizers.ApplicationInstance }));
        });
        JsonObject release = (await world.FindRawAsync(FluxResources.HelmReleases, "wiki"))!.Json;
        Assert.That(release["metadata"]!["ownerReferences"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(release["spec"]!.AsObject().ContainsKey(oci ? "chartRef" : "chart"), Is.True);
        Assert.That(release["spec"]!.AsObject().ContainsKey(oci ? "chart" : "chartRef"), Is.False);
        Assert.That(await world.FindAsync(oci ? FluxResources.HelmRepositories : FluxResources.OciRepositories, "wiki-source"), Is.Null, "an orphan");
    }
}
