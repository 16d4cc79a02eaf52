using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>What people and Flux do to instances, and what becomes of it, on an API server.</summary>
public sealed class ScenarioTests
{
    private static async Task<World> ReadyAsync()
    {
        World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        return world;
    }

    [Test]
    public async Task Upgrade_goes_through_upgrading_and_tells_it_once()
    {
        await using World world = await ReadyAsync();
        await world.ApplyAsync(Samples.Wiki.Replace("1.2.3", "1.3.0", StringComparison.Ordinal));
        await world.ExistsAsync(FluxResources.OciRepositories, "wiki-source", s => s.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString() == "1.3.0");
        await world.SourceSaysAsync(FluxResources.OciRepositories, "wiki-source", "[{type: Ready, status: \"True\", reason: Succeeded}]");
        await world.FluxSaysAsync("wiki", "[{type: Ready, status: Unknown, reason: Progressing}, {type: Reconciling, status: \"True\", reason: Progressing}]", "[{version: 1, status: deployed, chartVersion: 1.2.3}]");
        await world.ShowsAsync("wiki", "Ready=False/Upgrading", "Reconciling=True/HelmReleaseUpgrading");
        await world.InstalledAsync(chart: "1.3.0", revision: 2);
        ApplicationInstance ready = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        Assert.That(ready.Status.LastAppliedChart!.Version, Is.EqualTo("1.3.0"));
        await world.QuietAsync();
        lock (world.Reports)
        {
            string[] named = [.. world.Reports.Where(r => r.Kind != StateReport.TransitionKind).Select(r => r.Kind)];
            Assert.That(named.Count(k => k == "ReconcileStarted"), Is.EqualTo(2), string.Join(", ", named));
            Assert.That(named.Count(k => k == "ReconcileSucceeded"), Is.EqualTo(2), string.Join(", ", named));
            Assert.That(named.Count(k => k == "HelmReleaseUpgraded"), Is.EqualTo(1), string.Join(", ", named));
        }
    }

    [Test]
    public async Task Failed_upgrade_that_was_rolled_back()
    {
        await using World world = await ReadyAsync();
        await world.ApplyAsync(Samples.Wiki.Replace("1.2.3", "1.3.0", StringComparison.Ordinal));
        await world.ExistsAsync(FluxResources.OciRepositories, "wiki-source", s => s.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString() == "1.3.0");
        await world.SourceSaysAsync(FluxResources.OciRepositories, "wiki-source", "[{type: Ready, status: \"True\", reason: Succeeded}]");
        await world.FluxSaysAsync(
            "wiki",
            """
            [{type: Ready, status: "False", reason: RollbackSucceeded, message: timed out waiting},
             {type: Released, status: "False", reason: UpgradeFailed, message: timed out waiting},
             {type: Remediated, status: "True", reason: RollbackSucceeded, message: rolled back}]
            """,
            "[{version: 3, status: deployed, chartVersion: 1.2.3}, {version: 2, status: failed, chartVersion: 1.3.0}]");
        await world.ShowsAsync("wiki", "Ready=False/HelmReleaseFailed", "Degraded=True/UpgradeFailed", "Reconciling=False/Stable");
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.OciRepositories, "wiki-source", s => s.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString() == "1.2.3");
        await world.InstalledAsync(revision: 4);
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Degraded=False/Recovered");
    }

    [Test]
    public async Task Pause_keeps_changes_back_and_its_end_lets_them_go()
    {
        await using World world = await ReadyAsync();
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused", "Reconciling=False/Stable", "Ready=True/HelmReleaseReady");
        await world.ApplyAsync(Samples.Wiki.Replace("replicaCount: 2", "replicaCount: 3", StringComparison.Ordinal));
        await world.QuietAsync();
        ApplicationInstance paused = (await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))!;
        Assert.That(paused.Status.ObservedGeneration, Is.EqualTo(1));
        Assert.That(paused.Metadata.Generation, Is.EqualTo(2));
        await world.AnnotateAsync("wiki", Annotations.Reconcile, null);
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Spec!.ToElement().GetProperty("values").GetProperty("replicaCount").GetInt32() == 3);
    }

    [Test]
    public async Task Deletion_while_paused_keeps_the_release_running()
    {
        await using World world = await ReadyAsync();
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        await world.QuietAsync();
        Assert.That((await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.Metadata.OwnerReferences, Is.Empty);
        Assert.That((await world.FindAsync(FluxResources.OciRepositories, "wiki-source"))!.Metadata.OwnerReferences, Is.Empty);
    }

    [Test]
    public async Task Release_suspended_by_hand_is_resumed_before_it_is_uninstalled()
    {
        await using World world = await ReadyAsync();
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: [finalizers.fluxcd.io]}, spec: {suspend: true}}");
        await world.ShowsAsync("wiki", "Suspended=True/ManuallySuspended");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        HelmRelease going = await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.IsBeingDeleted);
        Assert.That(going.IsSuspended, Is.False);
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: null}}");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
    }

    [Test]
    public async Task Missing_secret_blocks_heals_and_a_changed_one_reaches_flux()
    {
        await using World world = await World.StartAsync();
        world.Options = world.Options with { BlockedRecheckInterval = TimeSpan.FromMilliseconds(300), SettledResync = TimeSpan.FromMilliseconds(300) };
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki.Replace("{source: inline, inline: {replicaCount: 2}}", "{source: secretRef, secretRef: {name: v, key: values.yaml}}", StringComparison.Ordinal));
        await world.ShowsAsync("wiki", "Blocked=True/MissingSecret", "Ready=False/WaitingForSecret");
        Assert.That(await world.FindAsync(FluxResources.HelmReleases, "wiki"), Is.Null);
        await world.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: v, namespace: org-blue}, data: {other: eA==}}");
        await world.ShowsAsync("wiki", "Blocked=True/MissingSecret");
        await world.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: v, namespace: org-blue}, data: {values.yaml: cGFzc3dvcmQ6IGNhbmFyeS1vbmU=}}");
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked");
        HelmRelease first = await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.Annotations.ContainsKey(Annotations.ValuesDigest));
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: v, namespace: org-blue}, data: {values.yaml: cGFzc3dvcmQ6IGNhbmFyeS10d28=}}");
        HelmRelease second = await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.Annotations.ContainsKey(Annotations.FluxRequestedAt));
        Assert.That(second.Metadata.Annotations[Annotations.ValuesDigest], Is.Not.EqualTo(first.Metadata.Annotations[Annotations.ValuesDigest]));
        await world.QuietAsync();
        string canaries = string.Empty;
        foreach (string secret in new[] { "password: canary-one", "password: canary-two" }) canaries += Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret));
        string everything = string.Concat((await world.FindRawAsync(FluxResources.HelmReleases, "wiki"))!.Json.ToJsonString(), (await world.FindRawAsync(ApiResources.ApplicationInstances, "wiki"))!.Json.ToJsonString());
        ApiResult<ObjectPage<DynamicObject>> events = await world.Hands.ListAsync(DynamicObject.Resource(new("", "v1", "Event"), "events"), World.Namespace, new(), default);
        everything += string.Concat(events.Value.Items.Select(e => e.Json.ToJsonString()));
        Assert.That(everything, Does.Not.Contain("canary").And.Not.Contain(canaries[..20]));
    }

    [Test]
    public async Task Release_deleted_by_hand_is_created_again()
    {
        await using World world = await ReadyAsync();
        string? uid = (await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.Metadata.Uid;
        await world.DeleteAsync(FluxResources.HelmReleases, "wiki");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.Uid != uid);
    }

    [Test]
    public async Task Field_changed_by_hand_is_reported_and_taken_back_with_the_next_intent()
    {
        await using World world = await ReadyAsync();
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{spec: {interval: 1h0m0s}}");
        ApplicationInstance drifted = await world.ShowsAsync("wiki", "Degraded=True/Drifted");
        Assert.That(drifted.Status.Conditions.Find("Degraded")!.Message, Does.Contain("spec.interval").And.Contain("hands"));
        Assert.That((await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.Spec!.ToElement().GetProperty("interval").GetString(), Is.EqualTo("1h0m0s"));
        await world.ApplyAsync(Samples.Wiki.Replace("replicaCount: 2", "replicaCount: 3", StringComparison.Ordinal));
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Spec!.ToElement().GetProperty("interval").GetString() == "5m0s");
        await world.InstalledAsync(revision: 2);
        await world.ShowsAsync("wiki", "Degraded=False/Recovered", "Ready=True/HelmReleaseReady");
    }

    [Test]
    public async Task Foreign_release_is_not_touched_until_the_instance_may_adopt_it()
    {
        await using World world = await World.StartAsync();
        await world.ApplyAsync("{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: wiki, namespace: org-blue}, spec: {interval: 9m}}");
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        ApplicationInstance blocked = await world.ShowsAsync("wiki", "Blocked=True/PolicyDenied");
        Assert.That(blocked.Status.Conditions.Find("Blocked")!.Message, Does.StartWith("ReleaseOwnedElsewhere"));
        Assert.That((await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.Metadata.OwnerReferences, Is.Empty);
        await world.AnnotateAsync("wiki", Annotations.Adopt, "true");
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.Controller is not null);
    }

    [Test]
    public async Task Two_instances_with_one_release_name()
    {
        await using World world = await ReadyAsync();
        await world.ApplyAsync(Samples.Wiki.Replace("  name: wiki\n", "  name: other\n", StringComparison.Ordinal));
        await world.ShowsAsync("other", "Blocked=True/PolicyDenied");
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "other");
        await world.GoneAsync(ApiResources.ApplicationInstances, "other");
        Assert.That(await world.FindAsync(FluxResources.HelmReleases, "wiki"), Is.Not.Null);
    }

    [Test]
    public async Task Source_type_changes()
    {
        await using World world = await ReadyAsync();
        await world.ApplyAsync(Samples.Wiki.Replace("sourceType: oci, url: oci://registry.example.com/charts", "sourceType: helm, url: \"https://charts.example.com\"", StringComparison.Ordinal));
        await world.ExistsAsync(FluxResources.HelmRepositories, "wiki-source");
        await world.GoneAsync(FluxResources.OciRepositories, "wiki-source");
        HelmRelease release = await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Spec!.TryGetMember("chart", out _));
        Assert.That(release.Spec!.ToElement().TryGetProperty("chartRef", out _), Is.False);
    }

    [Test]
    public async Task Refused_and_forbidden_writes_show_and_heal()
    {
        await using World world = await World.StartAsync();
        KubernetesError? refusal = new(new() { Code = 403, Reason = "Forbidden", Message = "helmreleases is forbidden: no" });
        world.StartOperator(tap => tap.Refuse = what => what == "apply helmreleases" ? refusal : null);
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Blocked=True/PolicyDenied", "Reconciling=False/Stable");
        refusal = new(new() { Code = 422, Reason = "Invalid", Message = "spec.values: Invalid value" });
        await world.ShowsAsync("wiki", "Ready=False/HelmReleaseFailed", "Blocked=False/Unblocked");
        refusal = null;
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.ShowsAsync("wiki", "Reconciling=True/HelmReleaseInstalling");
    }

    [Test]
    public async Task Invalid_spec_is_told_and_heals_with_the_spec()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki.Replace("version: 1.2.3", "version: latest", StringComparison.Ordinal).Replace("replicaCount: 2", "db: {password: canary}", StringComparison.Ordinal));
        ApplicationInstance invalid = await world.ShowsAsync("wiki", "Ready=False/ValidationFailed", "Blocked=True/ValidationFailed");
        string message = invalid.Status.Conditions.Find("Ready")!.Message;
        Assert.That(message, Does.Contain("spec.chart.version").And.Contain("spec.values.inline.db.password").And.Not.Contain("canary"));
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked", "Reconciling=True/HelmReleaseInstalling");
    }

    [Test]
    public async Task Restore_that_suspends_the_instance_gives_it_back()
    {
        await using World world = await ReadyAsync();
        await world.ApplyAsync("""
            apiVersion: ops.vworkspace.io/v1alpha1
            kind: Operation
            metadata: {name: restore-1, namespace: org-blue}
            spec: {targetRef: {name: wiki}, type: Restore, engine: velero}
            """);
        Operation restore = (await world.FindAsync(ApiResources.Operations, "restore-1"))!;
        await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, restore.Metadata.Uid);
        ApplicationInstance suspended = await world.ShowsAsync("wiki", "Suspended=True/ManuallySuspended");
        Assert.That(suspended.Status.Conditions.Find("Suspended")!.Message, Does.Contain("restore-1"));
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.IsSuspended);
        await world.PatchAsync(ApiResources.Operations, "restore-1", "{status: {phase: Succeeded}}", "status");
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => !r.IsSuspended && r.Metadata.Annotations.ContainsKey(Annotations.FluxRequestedAt));
        Assert.That((await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))!.Metadata.Annotations, Does.Not.ContainKey(Annotations.SuspendedByOperation));
    }

    [Test]
    public async Task Certificates_and_external_secrets_of_the_release_are_waited_for()
    {
        await using World world = await World.StartAsync();
        await world.InstallAsync(FluxCrds.CertManager);
        await world.InstallAsync(FluxCrds.ExternalSecrets);
        world.Options = world.Options with { BlockedRecheckInterval = TimeSpan.FromMilliseconds(300) };
        world.StartOperator();
        await world.ApplyAsync("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: wiki-tls, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}}");
        await world.ApplyAsync("{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: wiki-db, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}, spec: {target: {name: wiki-db-secret}}}");
        await world.ApplyAsync(Samples.Wiki + "\n  integrations: {certManager: {enabled: true}, externalSecrets: {enabled: true}}\n");
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=False/WaitingForSecret", "Blocked=True/MissingSecret");
        KubernetesResource externalSecrets = FluxResources.ExternalSecrets;
        await world.PatchAsync(externalSecrets, "wiki-db", "{status: {conditions: [{type: Ready, status: \"True\", reason: SecretSynced}]}}", "status");
        await world.ShowsAsync("wiki", "Ready=False/WaitingForCertificate", "Blocked=False/Unblocked");
        await world.PatchAsync(FluxResources.Certificates, "wiki-tls", "{status: {conditions: [{type: Ready, status: \"True\", reason: Ready}]}}", "status");
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
    }

    [Test]
    public async Task Endpoints_come_from_the_ingresses_of_the_release()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: wiki, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}
            spec:
              tls: [{hosts: [wiki.example.com]}]
              rules: [{host: wiki.example.com}, {host: plain.example.com}]
            """);
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        ApplicationInstance ready = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        Assert.That(ready.Status.Endpoints!.Select(e => e.Url), Is.EqualTo(new[] { "http://plain.example.com", "https://wiki.example.com" }));
    }

    [Test]
    public async Task Placeholder_needs_no_flux_and_goes_at_once()
    {
        await using World world = await World.StartAsync(withFlux: false);
        world.StartOperator();
        await world.ApplyAsync("{apiVersion: apps.vworkspace.io/v1alpha1, kind: ApplicationInstance, metadata: {name: cluster-ops, namespace: org-blue}, spec: {mode: placeholder, appRef: {catalogId: ops}}}");
        await world.ShowsAsync("cluster-ops", "Ready=True/Placeholder", "Reconciling=False/Stable", "Suspended=False/Active");
        Assert.That(world.Operator.Writes, Has.Count.EqualTo(2));
        await world.DeleteAsync(ApiResources.ApplicationInstances, "cluster-ops");
        await world.GoneAsync(ApiResources.ApplicationInstances, "cluster-ops");
    }

    [Test]
    public async Task Immutable_fields_are_guarded_by_the_schema_alone()
    {
        await using World world = await ReadyAsync();
        ApiResult<DynamicObject> answer = await world.Hands.PatchAsync(
            DynamicObject.Resource(ApiResources.ApplicationInstances.Kind, "applicationinstances"), new(World.Namespace, "wiki"),
            Patch.Merge((JsonObject)JsonNode.Parse("""{"spec":{"release":{"name":"other"}}}""")!), new(), default);
        Assert.That(answer.Error?.Code, Is.EqualTo(422));
        Assert.That(answer.Error!.Message, Does.Contain("FieldImmutable").And.Contain("spec.release.name"));
    }
}
