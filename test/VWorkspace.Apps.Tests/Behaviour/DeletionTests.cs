using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>Instances that do not go at once.</summary>
public sealed class DeletionTests
{
    [Test]
    public async Task Failing_deletion_shows_its_cause_once_and_takes_it_back_when_it_goes_on()
    {
        await using World world = await World.StartAsync();
        KubernetesError? refusal = new(new() { Code = 403, Reason = "Forbidden", Message = "helmreleases is forbidden: no" });
        world.StartOperator(tap => tap.Refuse = what => what == "delete helmreleases" ? refusal : null);
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: [finalizers.fluxcd.io]}}");
        await world.QuietAsync();
        int before = world.Operator.Writes.Count;
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await MessageAsync(world, m => m.Contains("helmreleases is forbidden", StringComparison.Ordinal));
        // The instance is queued again and again; what it shows is true already.
        for (int touch = 0; touch < 8; touch++)
        {
            await world.PatchAsync(FluxResources.HelmReleases, "wiki", $"{{metadata: {{annotations: {{touched: \"{touch}\"}}}}}}");
            await world.QuietAsync();
        }

        Assert.That(world.Operator.Writes.Skip(before), Is.EqualTo(new[] { "apply applicationinstances/status", "apply applicationinstances/status" }), "that it goes, and why it does not");
        refusal = null;
        // However often it has failed: 15 s at the latest.
        await world.UntilAsync(
            async () => (await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.Metadata.IsBeingDeleted, () => "the HelmRelease is deleted", TimeSpan.FromSeconds(15));
        await MessageAsync(world, m => !m.Contains("forbidden", StringComparison.Ordinal));
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: null}}");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
    }

    [Test]
    public async Task Deletion_that_cannot_even_look_says_so()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.QuietAsync();
        using (world.Server.Faults.Add(new RequestMatch { Verb = "get", Resource = "helmreleases" }, new Fault.Refuse(403, "Forbidden", "helmreleases is forbidden: no")))
        {
            await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
            await MessageAsync(world, m => m.Contains("helmreleases is forbidden", StringComparison.Ordinal));
        }

        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
    }

    [Test]
    public async Task Release_that_is_kept_is_not_left_suspended_by_us()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.ApplyAsync("""
            apiVersion: ops.vworkspace.io/v1alpha1
            kind: Operation
            metadata: {name: restore-1, namespace: org-blue}
            spec: {targetRef: {name: wiki}, type: Restore, engine: velero}
            """);
        Operation restore = (await world.FindAsync(ApiResources.Operations, "restore-1"))!;
        await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, restore.Metadata.Uid);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.IsSuspended);
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        HelmRelease kept = (await world.FindAsync(FluxResources.HelmReleases, "wiki"))!;
        Assert.That(kept.IsSuspended, Is.False, "nobody is left who would resume it");
        Assert.That(kept.Metadata.OwnerReferences, Is.Empty);
    }

    [Test]
    public async Task Every_deletion_of_a_flux_object_is_in_the_log()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        Assert.That(world.Log.Lines.Where(l => l.Contains("resource applied", StringComparison.Ordinal) && l.Contains("operation=delete", StringComparison.Ordinal)).Select(l => l[l.IndexOf("kind=", StringComparison.Ordinal)..l.IndexOf(", operation", StringComparison.Ordinal)]),
            Is.EqualTo(new[] { "kind=HelmRelease, target_namespace=org-blue, target_name=wiki", "kind=OCIRepository, target_namespace=org-blue, target_name=wiki-source" }));
    }

    [Test]
    public async Task Restore_that_is_being_cancelled_still_holds_the_instance()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.InstalledAsync();
        await world.ApplyAsync("""
            apiVersion: ops.vworkspace.io/v1alpha1
            kind: Operation
            metadata: {name: restore-1, namespace: org-blue, finalizers: [ops.vworkspace.io/finalizer]}
            spec: {targetRef: {name: wiki}, type: Restore, engine: velero}
            """);
        Operation restore = (await world.FindAsync(ApiResources.Operations, "restore-1"))!;
        await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, restore.Metadata.Uid);
        await world.ShowsAsync("wiki", "Suspended=True/ManuallySuspended");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.IsSuspended);
        await world.DeleteAsync(ApiResources.Operations, "restore-1");
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {annotations: {touched: \"1\"}}}");
        await world.QuietAsync();
        Assert.That((await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))!.Metadata.Annotations, Does.ContainKey(Annotations.SuspendedByOperation));
        Assert.That((await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.IsSuspended);
        await world.PatchAsync(ApiResources.Operations, "restore-1", "{metadata: {finalizers: null}}");
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => !r.IsSuspended);
    }

    private static Task MessageAsync(World world, Func<string, bool> that)
    {
        string seen = string.Empty;
        return world.UntilAsync(
            async () => that(seen = (await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))?.Status.Conditions.Find("Deleting")?.Message ?? string.Empty),
            () => $"message of Deleting; it is '{seen}'");
    }
}
