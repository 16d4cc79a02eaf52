using System.Globalization;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>Pauses, obstacles and impairments.</summary>
internal static partial class Scenarios
{
    private static IEnumerable<Scenario> Suspensions() =>
    [
        new("restore that suspends the instance")
        {
            Given = [Step.Apply(Samples.Wiki), Step.Apply("{apiVersion: ops.vworkspace.io/v1alpha1, kind: Operation, metadata: {name: restore-1, namespace: org-blue}, spec: {targetRef: {name: wiki}, type: Restore, engine: velero}}")],
            When =
            [
                Step.Do("suspend", async world => await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, (await world.FindAsync(ApiResources.Operations, "restore-1"))!.Metadata.Uid)),
                Step.Patch(ApiResources.Operations, "restore-1", "{status: {phase: Succeeded}}", "status"),
            ],
            Passes = ["Suspended=True/ManuallySuspended"],
            Then = Healthy,
            And = world => Assert.Multiple(() =>
            {
                Assert.That(world.Log.Lines, Has.Some.Contains("suspended while Operation restore-1 runs"), "the message names the Operation");
                Assert.That(world.Server.Get("helm.toolkit.fluxcd.io/v2", "HelmRelease", world.Own, "wiki")["spec"]!["suspend"], Is.Null);
                Assert.That(world.Server.Get("apps.vworkspace.io/v1alpha1", "ApplicationInstance", world.Own, "wiki")["metadata"]!["annotations"]?[Annotations.SuspendedByOperation], Is.Null);
            }),
        },
        new("restore that goes while it suspends the instance")
        {
            Given = [Step.Apply(Samples.Wiki), Step.Apply("{apiVersion: ops.vworkspace.io/v1alpha1, kind: Operation, metadata: {name: restore-1, namespace: org-blue}, spec: {targetRef: {name: wiki}, type: Restore, engine: velero}}")],
            When =
            [
                Step.Do("suspend", async world => await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, (await world.FindAsync(ApiResources.Operations, "restore-1"))!.Metadata.Uid)),
                Step.Delete(ApiResources.Operations, "restore-1"),
            ],
            Passes = ["Suspended=True/ManuallySuspended"],
            Then = Healthy,
        },
        new("pause and its end")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Annotate(Annotations.Reconcile, "disabled"), Step.Apply(Larger), Step.Annotate(Annotations.Reconcile, null)],
            Passes = ["Suspended=True/ReconcilePaused"],
            Then = Healthy,
            And = world => Assert.That((long)world.Server.Get("helm.toolkit.fluxcd.io/v2", "HelmRelease", world.Own, "wiki")["spec"]!["values"]!["replicaCount"]!, Is.EqualTo(3)),
        },
        new("maintenance window")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When =
            [
                Step.Do("window", world => world.AnnotateAsync("wiki", Annotations.MaintenanceWindow, string.Create(CultureInfo.InvariantCulture, $"{Samples.Now.AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss'Z'}/{Samples.Now.AddMinutes(40):yyyy-MM-dd'T'HH:mm:ss'Z'}"))),
                Step.Wait(TimeSpan.FromMinutes(15)), Step.Apply(Newer), Step.Wait(TimeSpan.FromMinutes(30)),
            ],
            Passes = ["Suspended=True/MaintenanceWindow", "Ready=False/Upgrading"],
            Then = Healthy,
        },
        new("release suspended by hand")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Patch(FluxResources.HelmReleases, "wiki", "{spec: {suspend: true}}"), Step.Apply(Larger), Step.Patch(FluxResources.HelmReleases, "wiki", "{spec: {suspend: null}}")],
            Passes = ["Suspended=True/ManuallySuspended"],
            Then = Healthy,
        },
    ];

    private static IEnumerable<Scenario> Obstacles() =>
    [
        new("namespace without the gate")
        {
            Setting = world => world.Options = world.Options with { NamespaceGate = NamespaceGate.Enforce },
            When = [Step.Apply(Samples.Wiki), Step.Do("gate", world => world.PatchAsync(FluxResources.Namespaces, world.Own, "{metadata: {labels: {app.vworkspace.io/managed-by: vworkspace}}}"))],
            Passes = ["Blocked=True/PolicyDenied"],
            Then = [.. Healthy, Unblocked],
        },
        new("spec that breaks a rule")
        {
            When = [Step.Apply(Samples.Wiki.Replace("version: 1.2.3", "version: latest", StringComparison.Ordinal)), Step.Apply(Samples.Wiki)],
            Passes = ["Ready=False/ValidationFailed", "Blocked=True/ValidationFailed"],
            Then = [.. Healthy, Unblocked],
        },
        new("values that are no mapping")
        {
            When = [Step.Apply(Secret($"- {Chronicle.Planted}list")), Step.Apply(FromSecret), Step.Apply(Secret($"a: {Chronicle.Planted}one")), Step.Wait(BlockedLook)],
            Passes = ["Ready=False/ValidationFailed", "Blocked=True/ValidationFailed"],
            Then = [.. Healthy, Unblocked],
        },
        new("approval that the catalog demands")
        {
            Setting = WithCatalog,
            Given = [Policy("entries: [{catalogId: dokuwiki, approvalRequired: true}]")],
            When = [Step.Apply(Samples.Wiki), Policy("entries: [{catalogId: dokuwiki, approvalRequired: true, approvals: [{namespace: org-blue, name: wiki}]}]")],
            Passes = ["Blocked=True/AwaitingApproval"],
            Then = [.. Healthy, Unblocked],
        },
        new("catalog policy that cannot be read")
        {
            Setting = WithCatalog,
            Given = [Policy("entires: []"), Step.Apply(Samples.Wiki)],
            When = [Policy("entries: []")],
            Passes = ["Blocked=True/CatalogUnreachable"],
            Then = [.. Healthy, Unblocked],
        },
        new("certificates and external secrets of the release")
        {
            Given =
            [
                Step.Apply("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: wiki-tls, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}}"),
                Step.Apply("{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: wiki-db, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}, spec: {target: {name: wiki-db-secret}}}"),
            ],
            When =
            [
                Step.Apply(Samples.Wiki + "\n  integrations: {certManager: {enabled: true}, externalSecrets: {enabled: true}}\n"),
                Step.Patch(FluxResources.ExternalSecrets, "wiki-db", "{status: {conditions: [{type: Ready, status: \"True\", reason: SecretSynced}]}}", "status"), Step.Wait(BlockedLook),
                Step.Patch(FluxResources.Certificates, "wiki-tls", "{status: {conditions: [{type: Ready, status: \"True\", reason: Ready}]}}", "status"), Step.Wait(BlockedLook),
            ],
            Passes = ["Ready=False/WaitingForSecret", "Blocked=True/MissingSecret", "Ready=False/WaitingForCertificate"],
            Then = [.. Healthy, Unblocked],
        },
    ];

    private static IEnumerable<Scenario> Impairments() =>
    [
        new("explicit values over integrations")
        {
            When =
            [
                Step.Apply(Samples.Wiki.Replace("{replicaCount: 2}", "{replicaCount: 2, ingress: {host: mine.example.com}}", StringComparison.Ordinal) + "\n  integrations: {ingress: {enabled: true, host: theirs.example.com}}\n"),
                Step.Apply(Samples.Wiki + "\n  integrations: {ingress: {enabled: true, host: theirs.example.com}}\n"),
            ],
            Passes = ["Ready=True/HelmReleaseReadyWithWarnings"],
            Then = Healthy,
        },
        new("deprecated and forbidden versions")
        {
            Setting = WithCatalog,
            Given = [Step.Apply(Samples.Wiki)],
            When =
            [
                Policy("entries: [{catalogId: dokuwiki, deprecated: [{versions: 1.2.3, note: old}]}]"),
                Step.Annotate(Annotations.OverrideForbidden, "true"),
                Policy("entries: [{catalogId: dokuwiki, forbidden: [{versions: 1.2.3, note: broken}]}]"),
                Policy("entries: []"),
            ],
            Passes = ["Ready=True/HelmReleaseReadyWithWarnings", "Degraded=True/ChartVersionDeprecated", "Degraded=True/ForbiddenVersionOverride"],
            Then = [.. Healthy, Recovered],
        },
        new("field changed by hand")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Patch(FluxResources.HelmReleases, "wiki", "{spec: {interval: 1h0m0s}}"), Step.Apply(Larger)],
            Passes = ["Degraded=True/Drifted"],
            Then = [.. Healthy, Recovered],
        },
        new("drift that Flux reports")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When =
            [
                Step.Flux(new(FluxScript.Fetched, [FluxStage.Ready with { Conditions = FluxStage.Ready.Conditions[..^1] + ", {type: Drifted, status: \"True\", reason: DriftDetected, message: Deployment wiki}]", Leaves = Revision.None }])),
                Step.Flux(new(FluxScript.Fetched, [FluxStage.Ready with { Leaves = Revision.None }])),
            ],
            Passes = ["Degraded=True/Drifted"],
            Then = [.. Healthy, Recovered],
        },
        new("readiness check that fails and heals")
        {
            Setting = world => world.Services = world.Services with { IsProbeAllowed = static _ => true },
            Given = [Step.Do("apply", world => world.ApplyAsync(Samples.Wiki + $"\n  readinessChecks: [{{name: web, type: tcp, host: 127.0.0.1, port: {world.Port.Text}}}]\n"))],
            When =
            [
                // Longer than three checks: the operator may die after the third, and the next one counts anew.
                Step.Do("close", Now(world => world.Port.Close())), .. Enumerable.Repeat(Step.Wait(TimeSpan.FromSeconds(31)), 6),
                Step.Do("open", Now(world => world.Port.Open())), Step.Wait(TimeSpan.FromSeconds(31)),
            ],
            Passes = ["Degraded=True/EndpointUnreachable"],
            Then = [.. Healthy, Recovered],
        },
    ];

    private static void WithCatalog(World world) => world.CatalogPolicyNamespace = world.Own;

    private static Step Policy(string content) => Step.Apply(
        $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: org-blue}}\ndata:\n  {CatalogPolicy.Key}: |\n    version: 1\n    {content}\n");

    private static Func<World, Task> Now(Action<World> act) => world =>
    {
        act(world);
        return Task.CompletedTask;
    };
}
