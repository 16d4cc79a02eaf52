using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>From creation to deletion, on an API server.</summary>
public sealed class LifeCycleTests
{
    [Test]
    public async Task Instance_reaches_ready_with_at_most_six_writes_and_costs_none_when_settled()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Ready=Unknown/Reconciling", "Reconciling=True/HelmReleaseInstalling", "Suspended=False/Active");
        await world.SourceSaysAsync(FluxResources.OciRepositories, "wiki-source", "[{type: Ready, status: \"True\", reason: Succeeded}]");
        await world.FluxSaysAsync("wiki", "[{type: Ready, status: Unknown, reason: Progressing}, {type: Reconciling, status: \"True\", reason: Progressing}]");
        await world.ShowsAsync("wiki", "Ready=False/Installing", "Reconciling=True/HelmReleaseInstalling");
        await world.InstalledAsync();
        ApplicationInstance ready = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Reconciling=False/Stable");
        Assert.Multiple(() =>
        {
            Assert.That(world.Operator.Writes, Has.Count.LessThanOrEqualTo(6), string.Join(", ", world.Operator.Writes));
            Assert.That(ready.Status.ObservedGeneration, Is.EqualTo(1));
            Assert.That(ready.Status.HelmReleaseRef, Is.EqualTo(new NamespacedName { Name = "wiki", Namespace = World.Namespace }));
            Assert.That(ready.Status.LastAppliedChart!.Version, Is.EqualTo("1.2.3"));
            Assert.That(ready.Metadata.Finalizers, Does.Contain(Finalizers.ApplicationInstance));
        });
        int writes = await world.QuietAsync();
        // A change that matters to nobody but queues the instance again.
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {annotations: {touched: \"1\"}}}");
        Assert.That(await world.QuietAsync(), Is.EqualTo(writes), string.Join(", ", world.Operator.Writes));
    }

    [Test]
    public async Task Deletion_waits_for_flux_and_then_for_the_source()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: [finalizers.fluxcd.io]}}");
        await world.PatchAsync(FluxResources.OciRepositories, "wiki-source", "{metadata: {finalizers: [finalizers.fluxcd.io]}}");
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.ShowsAsync("wiki", "Deleting=True/Uninstalling");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.IsBeingDeleted);
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: null}}");
        await world.ShowsAsync("wiki", "Deleting=True/WaitingForChildResources");
        await world.ExistsAsync(FluxResources.OciRepositories, "wiki-source", r => r.Metadata.IsBeingDeleted);
        await world.PatchAsync(FluxResources.OciRepositories, "wiki-source", "{metadata: {finalizers: null}}");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(FluxResources.OciRepositories, "wiki-source");
    }

    [Test]
    public async Task Missing_flux_blocks_and_heals_when_it_appears()
    {
        await using World world = await World.StartAsync(withFlux: false);
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        ApplicationInstance blocked = await world.ShowsAsync("wiki", "Blocked=True/MissingDependencies", "Ready=Unknown/Reconciling", "Reconciling=False/Stable");
        Assert.That(blocked.Status.Conditions.Find("Blocked")!.Message, Does.Contain("HelmRelease").And.Contain("OCIRepository"));
        await world.InstallAsync(FluxCrds.Flux);
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked", "Reconciling=True/HelmReleaseInstalling");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
    }
}
