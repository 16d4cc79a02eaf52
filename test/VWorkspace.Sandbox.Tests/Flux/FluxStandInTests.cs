using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Tests.Flux;

/// <summary>The stand-in as its users meet it: through an API server, with HelmReleases that people could have written.</summary>
[Parallelizable(ParallelScope.Self)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FluxStandInTests
{
    private static readonly ObjectKey Release = new("ns", "wiki");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("vworkspace-flux-").FullName;
    private readonly CancellationTokenSource _patience = new(Patience, TimeProvider.System);
    private SandboxWorld _world = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _world = new(new()
        {
            Directory = _directory,
            Flux = new()
            {
                FetchDuration = TimeSpan.FromMilliseconds(10), ReleaseDuration = TimeSpan.FromMilliseconds(30), UninstallDuration = TimeSpan.FromMilliseconds(30),
                MinRetryDelay = TimeSpan.FromMilliseconds(20), MaxRetryDelay = TimeSpan.FromMilliseconds(200),
            },
        });
        await _world.StartApiServerAsync(_patience.Token);
        await _world.InstallFluxCrdsAsync(_patience.Token);
        await _world.StartFluxAsync(_patience.Token);
        await ApplyAsync("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ns"}}""");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _world.DisposeAsync();
        _patience.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Release_is_installed_upgraded_and_uninstalled()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease());
        DynamicObject release = await SettledAsync("Ready=True/InstallSucceeded");
        Assert.Multiple(() =>
        {
            Assert.That(release.Conditions().Select(condition => condition.Short()), Is.EqualTo(new[] { "Ready=True/InstallSucceeded", "Drifted=False/NoDriftDetected", "Released=True/InstallSucceeded" }));
            Assert.That(release.Condition("Ready")!.Message, Does.Match(@"^Helm install succeeded for release ns/wiki\.v1 with chart wiki@1\.0\.0\+[0-9a-f]{12}$"));
            Assert.That(release.IsObserved(), Is.True);
            Assert.That((string?)Status(release)["conditions"]![0]!["lastTransitionTime"], Does.EndWith("Z"));
            Assert.That(release.Metadata.Finalizers, Is.EqualTo(new[] { "finalizers.fluxcd.io" }));
            Assert.That((string?)Status(release)["lastAttemptedReleaseAction"], Is.EqualTo("install"));
            Assert.That((string?)Status(release)["lastAttemptedRevision"], Does.Match(@"^1\.0\.0\+[0-9a-f]{12}$"));
            Assert.That(Status(release)["inventory"]!["entries"]!.AsArray(), Has.Count.EqualTo(2));
        });

        await ApplyAsync(Source("1.1.0"));
        release = await SettledAsync("Ready=True/UpgradeSucceeded");
        Assert.That(History(release), Is.EqualTo(new[] { "v2 deployed 1.1.0", "v1 superseded 1.0.0" }));
        DynamicObject? deployment = await FollowAsync(Kinds.Deployments, Release, found => (int?)found?.Json["status"]?["readyReplicas"] == 2);
        Assert.That((string?)deployment!.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"], Is.EqualTo("wiki:1.1.0"));

        await _world.Writer.DeleteAsync(Kinds.HelmReleases, Release, _patience.Token);
        await FollowAsync(Kinds.HelmReleases, Release, found => found is null);
        await FollowAsync(Kinds.Deployments, Release, found => found is null);
        Assert.That(await SecretsAsync(), Is.Empty);
    }

    [Test]
    public async Task Broken_upgrade_is_tried_twice_rolled_back_twice_and_given_up()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease());
        await SettledAsync("Ready=True/InstallSucceeded");
        await ApplyAsync(Source("1.1.0-broken"));
        DynamicObject release = await SettledAsync("Stalled=True/RetriesExceeded");
        Assert.Multiple(() =>
        {
            Assert.That(release.Has("Ready", "False", "RollbackSucceeded"), Is.True);
            Assert.That(release.Has("Remediated", "True", "RollbackSucceeded"), Is.True);
            Assert.That(release.Has("Released", "False", "UpgradeFailed"), Is.True);
            Assert.That(release.Condition("Reconciling"), Is.Null);
            Assert.That(release.Condition("Stalled")!.Message, Is.EqualTo("Failed to upgrade after 2 attempt(s)"));
            Assert.That((int?)Status(release)["upgradeFailures"], Is.EqualTo(2));
            Assert.That(release.IsObserved(), Is.True);
            Assert.That(History(release)[0], Is.EqualTo("v5 deployed 1.0.0"));
        });
        DynamicObject? deployment = await FollowAsync(Kinds.Deployments, Release, found => found is not null);
        Assert.That((string?)deployment!.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["image"], Is.EqualTo("wiki:1.0.0"), "the previous revision runs");
    }

    [Test]
    public async Task Broken_install_is_retried_and_left_for_inspection()
    {
        await ApplyAsync(Source("1.0.0-broken"));
        await ApplyAsync(HelmRelease());
        DynamicObject release = await SettledAsync("Stalled=True/RetriesExceeded");
        Assert.Multiple(() =>
        {
            Assert.That(release.Has("Ready", "False", "InstallFailed"), Is.True);
            Assert.That(release.Condition("Stalled")!.Message, Is.EqualTo("Failed to install after 4 attempt(s)"));
            Assert.That(release.Condition("Ready")!.Message, Does.StartWith("Helm install failed for release ns/wiki with chart wiki@1.0.0-broken"));
        });
    }

    [Test]
    public async Task Reset_gives_a_stalled_release_new_attempts()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease(values: """{"sandbox":{"fail":"install"}}"""));
        await SettledAsync("Stalled=True/RetriesExceeded");
        await PatchAsync("""{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"now","reconcile.fluxcd.io/resetAt":"now"}}}""");
        DynamicObject release = await SettledAsync("Ready=True/UpgradeSucceeded");
        Assert.Multiple(() =>
        {
            Assert.That((string?)Status(release)["lastHandledResetAt"], Is.EqualTo("now"));
            Assert.That((string?)Status(release)["lastHandledReconcileAt"], Is.EqualTo("now"));
            Assert.That(Status(release)["installFailures"], Is.Null);
        });
    }

    [Test]
    public async Task Force_upgrades_a_release_that_is_in_sync()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease());
        await SettledAsync("Ready=True/InstallSucceeded");
        await PatchAsync("""{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"t","reconcile.fluxcd.io/forceAt":"t"}}}""");
        DynamicObject release = await SettledAsync("Ready=True/UpgradeSucceeded");
        Assert.That(History(release)[0], Is.EqualTo("v2 deployed 1.0.0"));
        Assert.That((string?)Status(release)["lastHandledForceAt"], Is.EqualTo("t"));
    }

    [Test]
    public async Task Suspended_release_is_left_alone_and_its_workload_outlives_it()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease());
        await SettledAsync("Ready=True/InstallSucceeded");
        await PatchAsync("""{"spec":{"suspend":true}}""");
        await FollowAsync(Kinds.HelmReleases, Release, found => found.IsObserved());
        await _world.Writer.DeleteAsync(Kinds.HelmReleases, Release, _patience.Token);
        await FollowAsync(Kinds.HelmReleases, Release, found => found is null);
        Assert.That(await FollowAsync(Kinds.Deployments, Release, _ => true), Is.Not.Null);
        Assert.That(await SecretsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Missing_tag_is_a_failed_fetch_until_it_is_published()
    {
        await ApplyAsync(Source("9.9.9-missing"));
        await ApplyAsync(HelmRelease());
        DynamicObject? source = await FollowAsync(Kinds.OciRepositories, new("ns", "wiki-source"), found => found.Has("Ready", "False", "OCIArtifactPullFailed"));
        Assert.Multiple(() =>
        {
            Assert.That(source.Has("FetchFailed", "True", "OCIArtifactPullFailed"), Is.True);
            Assert.That(source.IsObserved(), Is.False, "only success and stalling are observed");
        });
        DynamicObject release = await UntilAsync("Ready=False/SourceNotReady");
        Assert.That(release.IsObserved(), Is.False);

        _world.Charts.Publish("wiki", "9.9.9-missing");
        await SettledAsync("Ready=True/InstallSucceeded");
    }

    [Test]
    public async Task Chart_template_makes_a_HelmChart_and_takes_it_along()
    {
        await ApplyAsync("""{"apiVersion":"source.toolkit.fluxcd.io/v1","kind":"HelmRepository","metadata":{"name":"charts","namespace":"ns"},"spec":{"url":"https://charts.example.com","interval":"5m0s"}}""");
        JsonObject release = HelmRelease();
        release["spec"]!.AsObject().Remove("chartRef");
        release["spec"]!["chart"] = JsonNode.Parse("""{"spec":{"chart":"wiki","version":"2.0.0","sourceRef":{"kind":"HelmRepository","name":"charts"}}}""");
        await ApplyAsync(release);
        DynamicObject ready = await SettledAsync("Ready=True/InstallSucceeded");
        Assert.That((string?)Status(ready)["helmChart"], Is.EqualTo("ns/ns-wiki"));
        Assert.That(History(ready), Is.EqualTo(new[] { "v1 deployed 2.0.0" }));
        DynamicObject? chart = await FollowAsync(Kinds.HelmCharts, new("ns", "ns-wiki"), found => found.Has("Ready", "True", "ChartPullSucceeded"));
        Assert.That((string?)Status(chart)["artifact"]!["revision"], Is.EqualTo("2.0.0"));

        await _world.Writer.DeleteAsync(Kinds.HelmReleases, Release, _patience.Token);
        await FollowAsync(Kinds.HelmCharts, new("ns", "ns-wiki"), found => found is null);
    }

    [Test]
    public async Task Values_of_a_missing_Secret_are_an_error_that_heals()
    {
        await ApplyAsync(Source("1.0.0"));
        JsonObject release = HelmRelease();
        release["spec"]!["valuesFrom"] = JsonNode.Parse("""[{"kind":"Secret","name":"values","valuesKey":"v"}]""");
        await ApplyAsync(release);
        DynamicObject waiting = await UntilAsync("Ready=False/ValuesError");
        Assert.That(waiting.Condition("Ready")!.Message, Does.Contain("could not resolve Secret chart values reference 'ns/values' with key 'v'"));
        await ApplyAsync("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"values","namespace":"ns"},"data":{"v":"cmVwbGljYUNvdW50OiAz"}}""");
        await SettledAsync("Ready=True/InstallSucceeded");
    }

    [Test]
    public async Task Drift_of_a_live_object_is_reported_and_left()
    {
        await ApplyAsync(Source("1.0.0"));
        await ApplyAsync(HelmRelease());
        await SettledAsync("Ready=True/InstallSucceeded");
        await _world.Writer.MergeAsync(Kinds.Deployments, Release, JsonNode.Parse("""{"spec":{"replicas":7}}""")!.AsObject(), _patience.Token);
        await PatchAsync("""{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"look"}}}""");
        DynamicObject release = await UntilAsync("Drifted=True/DriftDetected");
        Assert.Multiple(() =>
        {
            Assert.That(release.Condition("Drifted")!.Message, Does.Contain("Deployment/ns/wiki changed"));
            Assert.That(release.Has("Ready", "True"), Is.True);
        });
    }

    [Test]
    public async Task Static_Helm_repository_gets_no_status()
    {
        await ApplyAsync("""{"apiVersion":"source.toolkit.fluxcd.io/v1","kind":"HelmRepository","metadata":{"name":"static","namespace":"ns"},"spec":{"type":"oci","url":"oci://registry.example.com/charts"}}""");
        await ApplyAsync("""{"apiVersion":"source.toolkit.fluxcd.io/v1","kind":"HelmRepository","metadata":{"name":"other","namespace":"ns"},"spec":{"url":"https://charts.example.com"}}""");
        await FollowAsync(Kinds.HelmRepositories, new("ns", "other"), found => found.Has("Ready", "True", "Succeeded"));
        DynamicObject? repository = await FollowAsync(Kinds.HelmRepositories, new("ns", "static"), found => found is not null);
        Assert.That((repository.Conditions().Count, repository!.Metadata.Finalizers.Count), Is.EqualTo((0, 0)));
    }

    private static JsonObject Source(string tag) => JsonNode.Parse($$"""
        {"apiVersion":"source.toolkit.fluxcd.io/v1","kind":"OCIRepository","metadata":{"name":"wiki-source","namespace":"ns"},
         "spec":{"url":"oci://registry.example.com/charts/wiki","interval":"5m0s","ref":{"tag":"{{tag}}"},
         "layerSelector":{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","operation":"copy"} } }
        """)!.AsObject();

    private static JsonObject HelmRelease(string values = """{"replicaCount":2}""") => JsonNode.Parse($$"""
        {"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"wiki","namespace":"ns"},
         "spec":{"interval":"5m0s","timeout":"10m0s","releaseName":"wiki","targetNamespace":"ns","storageNamespace":"ns","maxHistory":10,
         "chartRef":{"kind":"OCIRepository","name":"wiki-source","namespace":"ns"},
         "install":{"remediation":{"retries":3} },"upgrade":{"remediation":{"retries":1,"remediateLastFailure":true} },
         "driftDetection":{"mode":"warn"},"values":{{values}} } }
        """)!.AsObject();

    private static JsonNode Status(DynamicObject? obj) => obj?.Json["status"] ?? new JsonObject();

    private static string[] History(DynamicObject release) =>
        [.. Status(release)["history"]!.AsArray().OfType<JsonObject>().Select(entry => $"v{entry["version"]} {entry["status"]} {entry["chartVersion"]!.ToString().Split('+')[0]}")];

    private Task<DynamicObject> ApplyAsync(string json) => ApplyAsync(JsonNode.Parse(json)!.AsObject());

    private Task<DynamicObject> ApplyAsync(JsonObject manifest) => _world.Writer.ApplyAsync(new("test", manifest), _patience.Token);

    private Task PatchAsync(string json) => _world.Writer.MergeAsync(Kinds.HelmReleases, Release, JsonNode.Parse(json)!.AsObject(), _patience.Token);

    private async Task<IReadOnlyList<DynamicObject>> SecretsAsync() =>
        (await _world.Client.ListAsync(Kinds.Secrets, "ns", new() { LabelSelector = "owner=helm" }, _patience.Token)).Value.Items;

    private async Task<DynamicObject> UntilAsync(string condition) =>
        (await FollowAsync(Kinds.HelmReleases, Release, found => found.Conditions().Any(present => present.Short() == condition)))!;

    /// <summary>The condition, and nothing under way any more.</summary>
    private async Task<DynamicObject> SettledAsync(string condition) => (await FollowAsync(
        Kinds.HelmReleases, Release,
        found => found.IsObserved() && found.Condition("Reconciling") is null && found.Conditions().Any(present => present.Short() == condition)))!;

    private async Task<DynamicObject?> FollowAsync(KubernetesResource<DynamicObject> kind, ObjectKey key, Func<DynamicObject?, bool> reached)
    {
        DynamicObject? last = null;
        try
        {
            return await _world.Follower.UntilAsync(kind, key, found => reached(last = found), _patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{kind.Kind.Kind} {key} stays:\n  {string.Join("\n  ", last.Lines())}");
            throw;
        }
    }
}
