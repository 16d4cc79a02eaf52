using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>What Flux cannot do, and how applications end.</summary>
internal static partial class Scenarios
{
    private const string Failed = "Ready=False/HelmReleaseFailed";

    private static readonly FluxScript UpgradeRollsBack = new(FluxScript.Fetched,
    [
        FluxStage.Working,
        new("[{type: Ready, status: \"False\", reason: UpgradeFailed, message: timed out}, {type: Released, status: \"False\", reason: UpgradeFailed, message: timed out}, {type: Reconciling, status: \"True\", reason: ProgressingWithRetry}]"),
        new("[{type: Ready, status: \"False\", reason: RollbackSucceeded, message: timed out}, {type: Released, status: \"False\", reason: UpgradeFailed, message: timed out}, {type: Remediated, status: \"True\", reason: RollbackSucceeded}]", Revision.RolledBack),
    ]);

    private static readonly FluxScript UpgradeFails = new(FluxScript.Fetched,
    [
        FluxStage.Working,
        new("[{type: Ready, status: \"False\", reason: UpgradeFailed, message: timed out}, {type: Released, status: \"False\", reason: UpgradeFailed, message: timed out}, {type: Stalled, status: \"True\", reason: RetriesExceeded}]", Revision.Failed),
    ]);

    private static readonly FluxScript InstallRetries = new(FluxScript.Fetched,
    [
        FluxStage.Working,
        new("[{type: Ready, status: \"False\", reason: InstallFailed, message: no pod}, {type: Released, status: \"False\", reason: InstallFailed}, {type: Reconciling, status: \"True\", reason: ProgressingWithRetry}]", Revision.Failed),
        new("[{type: Ready, status: \"False\", reason: InstallFailed, message: no pod again}, {type: Released, status: \"False\", reason: InstallFailed}, {type: Reconciling, status: \"True\", reason: ProgressingWithRetry}]", Revision.Failed),
        new("[{type: Ready, status: \"False\", reason: InstallFailed, message: no pod again}, {type: Released, status: \"False\", reason: InstallFailed}, {type: Stalled, status: \"True\", reason: RetriesExceeded}]", Revision.Failed),
    ]);

    private static readonly FluxScript Unreachable = new(
        "[{type: Ready, status: \"False\", reason: FetchFailed, message: connection refused}, {type: FetchFailed, status: \"True\", reason: FetchFailed, message: connection refused}]", []);

    private static readonly FluxStage WaitsForSource = new(
        "[{type: Ready, status: \"False\", reason: SourceNotReady, message: the source is not ready}, {type: Reconciling, status: \"True\", reason: ProgressingWithRetry}]");

    private static IEnumerable<Scenario> Failures() =>
    [
        new("failed upgrade that is rolled back")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Flux(UpgradeRollsBack), Step.Apply(Newer)],
            Passes = ["Degraded=True/HelmReleaseDegraded", "Reconciling=True/HelmReleaseUpgrading"],
            Then = [Failed, Stable, Active, "Degraded=True/UpgradeFailed"],
        },
        new("return to the old version after a rollback")
        {
            Given = [Step.Apply(Samples.Wiki), Step.Flux(UpgradeRollsBack), Step.Apply(Newer)],
            When = [Step.Flux(FluxScript.Installs), Step.Apply(Samples.Wiki)],
            Passes = ["Ready=False/Upgrading"],
            Then = [.. Healthy, Recovered],
        },
        new("failed upgrade without a rollback")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Flux(UpgradeFails), Step.Apply(Newer)],
            Passes = ["Ready=False/Upgrading"],
            Then = [Failed, Stable, Active, "Degraded=True/HelmReleaseDegraded"],
        },
        new("failed install with retries until Flux gives up")
        {
            When = [Step.Flux(InstallRetries), Step.Apply(Samples.Wiki)],
            Passes = ["Ready=False/Installing"],
            Then = [Failed, Stable, Active],
            And = world => Assert.That(world.History.Reached.Where(r => r.StartsWith("Degraded", StringComparison.Ordinal)), Is.Empty, "nothing ran before"),
        },
        new("failed install that a new spec mends")
        {
            Given = [Step.Flux(InstallRetries), Step.Apply(Samples.Wiki)],
            When = [Step.Flux(FluxScript.Installs), Step.Apply(Larger)],
            Then = Healthy,
        },
        new("chart source out of reach for long")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Flux(Unreachable), Step.Wait(TimeSpan.FromMinutes(2)), Step.Wait(TimeSpan.FromMinutes(4)), Step.Flux(FluxScript.Installs)],
            Passes = ["Ready=False/ChartUnreachable", "Reconciling=True/ChartSourceSyncing", "Degraded=True/ChartUnreachable"],
            Then = [.. Healthy, Recovered],
        },
        new("chart source that takes its time")
        {
            When =
            [
                Step.Flux(new("[{type: Ready, status: Unknown, reason: Progressing, message: fetching}, {type: Reconciling, status: \"True\", reason: Progressing}]", [WaitsForSource])),
                Step.Apply(Samples.Wiki), Step.Wait(BlockedLook), Step.Flux(FluxScript.Installs),
            ],
            Passes = ["Reconciling=True/ChartSourceSyncing"],
            Then = Healthy,
        },
        new("chart source that is refused")
        {
            When =
            [
                Step.Flux(new("[{type: Ready, status: \"False\", reason: URLInvalid, message: no such host}, {type: Stalled, status: \"True\", reason: URLInvalid, message: no such host}]", [WaitsForSource])),
                Step.Apply(Samples.Wiki), Step.Flux(FluxScript.Installs),
            ],
            Passes = ["Blocked=True/MissingChartSource", "Ready=False/ChartUnreachable"],
            Then = [.. Healthy, Unblocked],
        },
        new("chart that its repository does not have")
        {
            When =
            [
                Step.Flux(new(FluxScript.Fetched, [WaitsForSource])),
                Step.Apply(FromHelm),
                Step.Do("HelmChart", world => world.ApplyAsync($$"""
                    apiVersion: source.toolkit.fluxcd.io/v1
                    kind: HelmChart
                    metadata: {name: {{world.Own}}-wiki, namespace: org-blue}
                    """)),
                Step.Do("HelmChart says", world => world.PatchAsync(FluxResources.HelmCharts, $"{world.Own}-wiki",
                    $"{{status: {{observedGeneration: 1, conditions: {world.Stamp("[{type: Ready, status: \"False\", reason: InvalidChartReference, message: \"invalid chart reference: no 'wiki' chart with version matching '1.2.3' found\"}, {type: FetchFailed, status: \"True\", reason: InvalidChartReference, message: \"no 'wiki' chart with version matching '1.2.3' found\"}]", 1)}}}}}", "status")),
                Step.Wait(BlockedLook),
                Step.Do("HelmChart goes", world => world.DeleteAsync(FluxResources.HelmCharts, $"{world.Own}-wiki")),
                Step.Flux(FluxScript.Installs),
            ],
            Passes = ["Blocked=True/MissingChartSource", "Ready=False/ChartUnreachable"],
            Then = [.. Healthy, Unblocked],
        },
    ];

    private static IEnumerable<Scenario> Ends() =>
    [
        new("deletion with waiting")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Delete(ApiResources.ApplicationInstances, "wiki")],
            Passes = ["Deleting=True/Uninstalling", "Deleting=True/WaitingForChildResources"],
            Then = [],
            And = world => Assert.Multiple(() =>
            {
                Assert.That(world.Flux.Uninstalled, Is.EqualTo(new[] { "wiki" }));
                Assert.That(world.All("source.toolkit.fluxcd.io/v1", "OCIRepository"), Is.Empty);
            }),
        },
        new("deletion while paused")
        {
            Given = [Step.Apply(Samples.Wiki), Step.Annotate(Annotations.Reconcile, "disabled")],
            When = [Step.Delete(ApiResources.ApplicationInstances, "wiki")],
            Passes = ["Deleting=True/Uninstalling"],
            Then = [],
            And = world => Assert.Multiple(() =>
            {
                Assert.That(world.Flux.Uninstalled, Is.Empty);
                Assert.That(world.Server.Get("helm.toolkit.fluxcd.io/v2", "HelmRelease", world.Own, "wiki")["metadata"]!["ownerReferences"], Is.Null);
                Assert.That(world.Server.Get("source.toolkit.fluxcd.io/v1", "OCIRepository", world.Own, "wiki-source")["metadata"]!["ownerReferences"], Is.Null);
            }),
        },
        new("deletion of a release that was suspended by hand")
        {
            Given = [Step.Apply(Samples.Wiki), Step.Patch(FluxResources.HelmReleases, "wiki", "{spec: {suspend: true}}")],
            When = [Step.Delete(ApiResources.ApplicationInstances, "wiki")],
            Passes = ["Suspended=True/ManuallySuspended", "Deleting=True/Uninstalling"],
            Then = [],
            And = world => Assert.That(world.Flux.Uninstalled, Is.EqualTo(new[] { "wiki" })),
        },
        new("deletion of a placeholder")
        {
            Given = [Step.Apply("{apiVersion: apps.vworkspace.io/v1alpha1, kind: ApplicationInstance, metadata: {name: wiki, namespace: org-blue}, spec: {mode: placeholder, appRef: {catalogId: ops}}}")],
            When = [Step.Delete(ApiResources.ApplicationInstances, "wiki")],
            Passes = ["Ready=True/Placeholder", "Deleting=True/Uninstalling"],
            Then = [],
        },
    ];
}
