using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.EndToEnd.Tests;

/// <summary>The life of an application, from applying it to deleting it, with everything between over real HTTP.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class ApplicationLifeTests
{
    private Cluster _cluster = null!;

    [SetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Application_goes_to_Ready_is_upgraded_and_deleted_without_a_trace()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        DynamicObject? instance = await _cluster.UntilReadyAsync("wiki");
        DynamicObject? release = await _cluster.GetAsync(Kinds.HelmReleases, "wiki");
        Assert.Multiple(() =>
        {
            Assert.That((string?)instance!.Json["status"]!["helmReleaseRef"]!["name"], Is.EqualTo("wiki"));
            Assert.That((string?)instance.Json["status"]!["lastAppliedChart"]!["version"], Is.EqualTo("1.0.0"));
            Assert.That(instance.IsObserved(), Is.True);
            Assert.That(instance.Metadata.Finalizers, Does.Contain("apps.vworkspace.io/finalizer"));
            Assert.That((string?)release!.Json["spec"]!["chartRef"]!["kind"], Is.EqualTo("OCIRepository"));
            Assert.That(release.Json["spec"]!.AsObject().ContainsKey("chart"), Is.False);
            Assert.That(release.Metadata.Controller?.Uid, Is.EqualTo(instance.Metadata.Uid));
        });

        await _cluster.SetVersionAsync("wiki", "1.1.0");
        await _cluster.UntilRunsAsync("wiki", "1.1.0");
        release = await _cluster.GetAsync(Kinds.HelmReleases, "wiki");
        JsonArray history = release!.Json["status"]!["history"]!.AsArray();
        Assert.That(
            history.OfType<JsonObject>().Select(entry => $"v{entry["version"]} {entry["status"]} {entry["chartVersion"]!.ToString().Split('+')[0]}"),
            Is.EqualTo(new[] { "v2 deployed 1.1.0", "v1 superseded 1.0.0" }));

        await _cluster.DeleteAsync(Kinds.ApplicationInstances, "wiki");
        await _cluster.UntilGoneAsync(Kinds.ApplicationInstances, "wiki");
        await _cluster.UntilGoneAsync(Kinds.HelmReleases, "wiki");
        await _cluster.UntilGoneAsync(Kinds.OciRepositories, "wiki-source");
        await _cluster.UntilGoneAsync(Kinds.Deployments, "wiki");
    }

    [Test]
    public async Task Upgrade_is_never_ready_before_the_new_version_runs()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await _cluster.UntilReadyAsync("wiki");
        List<string> seen = [];
        Task<DynamicObject?> upgraded = _cluster.UntilAsync(Kinds.ApplicationInstances, "wiki", "Ready for 1.1.0", instance =>
        {
            if (instance?.Condition("Ready") is not { } ready || ready.ObservedGeneration != 2) return false;
            if (seen.LastOrDefault() != ready.Short()) seen.Add(ready.Short());
            return ready.IsTrue && (string?)instance.Json["status"]!["lastAppliedChart"]!["version"] == "1.1.0";
        });
        await _cluster.SetVersionAsync("wiki", "1.1.0");
        await upgraded;
        DynamicObject? release = await _cluster.GetAsync(Kinds.HelmReleases, "wiki");
        Assert.That((string?)release!.Json["status"]!["history"]![0]!["chartVersion"], Does.StartWith("1.1.0+"), string.Join(" -> ", seen));
    }

    [Test]
    public async Task Helm_repository_is_a_source_as_well()
    {
        JsonObject instance = Cluster.Instance("wiki", "1.0.0");
        instance["spec"]!["chart"]!["sourceType"] = "helm";
        instance["spec"]!["chart"]!["url"] = "https://charts.example.com";
        await _cluster.ApplyAsync(instance);
        await _cluster.UntilReadyAsync("wiki");
        Assert.That(await _cluster.GetAsync(Kinds.HelmCharts, $"{Cluster.Namespace}-wiki"), Is.Not.Null);

        await _cluster.DeleteAsync(Kinds.ApplicationInstances, "wiki");
        await _cluster.UntilGoneAsync(Kinds.ApplicationInstances, "wiki");
        await _cluster.UntilGoneAsync(Kinds.HelmRepositories, "wiki-source");
        await _cluster.UntilGoneAsync(Kinds.HelmCharts, $"{Cluster.Namespace}-wiki");
    }

    [Test]
    public async Task Failed_upgrade_is_rolled_back_reported_and_forgotten_after_a_good_one()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await _cluster.UntilReadyAsync("wiki");

        await _cluster.SetVersionAsync("wiki", "1.1.0-broken");
        DynamicObject? instance = await _cluster.UntilAsync("wiki", "Ready=False/HelmReleaseFailed", "Degraded=True/UpgradeFailed", "Reconciling=False/Stable");
        Assert.That(instance.Condition("Degraded")!.Message, Does.Contain("1.1.0-broken").And.Contains("1.0.0"));

        await _cluster.SetVersionAsync("wiki", "1.2.0");
        await _cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Degraded=False/Recovered");
    }

    [Test]
    public async Task Failed_install_is_reported_and_is_no_degradation()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0-broken"));
        DynamicObject? instance = await _cluster.UntilAsync("wiki", "Ready=False/HelmReleaseFailed", "Reconciling=False/Stable");
        Assert.That(instance.Condition("Degraded")?.IsTrue, Is.Not.True);

        await _cluster.SetVersionAsync("wiki", "1.0.1");
        await _cluster.UntilReadyAsync("wiki");
    }

    [Test]
    public async Task Missing_chart_blocks_until_it_is_published()
    {
        _cluster.World.Charts.Withdraw("wiki", "1.0.0");
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await _cluster.UntilAsync("wiki", "Ready=False/ChartUnreachable", "Blocked=True/MissingChartSource");

        _cluster.World.Charts.Publish("wiki", "1.0.0");
        await _cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=False/Unblocked");
    }

    [Test]
    public async Task Unreachable_registry_is_no_missing_chart()
    {
        _cluster.World.Charts.BreakHost("registry.example.com", "dial tcp: i/o timeout");
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        DynamicObject? instance = await _cluster.UntilAsync("wiki", "Ready=False/ChartUnreachable");
        Assert.That(instance.Condition("Blocked")?.IsTrue, Is.Not.True);

        _cluster.World.Charts.Mend("registry.example.com");
        await _cluster.UntilReadyAsync("wiki");
    }

    [Test]
    public async Task Missing_Secret_blocks_until_it_appears_and_its_content_goes_nowhere()
    {
        const string Hidden = "correct-horse-battery";
        JsonObject instance = Cluster.Instance("wiki", "1.0.0");
        instance["spec"]!["values"] = new JsonObject { ["source"] = "secretRef", ["secretRef"] = new JsonObject { ["name"] = "wiki-values", ["key"] = "values.yaml" } };
        await _cluster.ApplyAsync(instance);
        await _cluster.UntilAsync("wiki", "Ready=False/WaitingForSecret", "Blocked=True/MissingSecret");

        await _cluster.ApplyAsync(new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "wiki-values", ["namespace"] = Cluster.Namespace },
            ["data"] = new JsonObject { ["values.yaml"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"auth:\n  password: {Hidden}\n")) },
        });
        DynamicObject? ready = await _cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=False/Unblocked");
        DynamicObject? release = await _cluster.GetAsync(Kinds.HelmReleases, "wiki");
        Assert.Multiple(() =>
        {
            Assert.That(ready!.Json.ToJsonString(), Does.Not.Contain(Hidden));
            Assert.That(release!.Json.ToJsonString(), Does.Not.Contain(Hidden));
            Assert.That((string?)release.Json["spec"]!["valuesFrom"]![0]!["name"], Is.EqualTo("wiki-values"));
            Assert.That(_cluster.OperatorLog(), Does.Not.Contain(Hidden));
        });
    }

    [Test]
    public async Task Spec_that_breaks_a_rule_is_a_condition_and_heals_when_it_is_corrected()
    {
        JsonObject instance = Cluster.Instance("wiki", "1.0.0");
        instance["spec"]!["chart"]!["url"] = "https://registry.example.com/charts";
        await _cluster.ApplyAsync(instance);
        await _cluster.UntilAsync("wiki", "Ready=False/ValidationFailed", "Blocked=True/ValidationFailed");
        Assert.That(await _cluster.GetAsync(Kinds.HelmReleases, "wiki"), Is.Null);

        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await _cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=False/Unblocked");
    }

    [Test]
    public async Task Paused_instance_waits_with_its_change_until_it_is_resumed()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        long generation = (await _cluster.UntilReadyAsync("wiki"))!.Metadata.Generation;
        await _cluster.PatchAsync(Kinds.ApplicationInstances, "wiki", """{"metadata":{"annotations":{"apps.vworkspace.io/reconcile":"disabled"}}}""");
        await _cluster.UntilAsync("wiki", "Suspended=True/ReconcilePaused");

        await _cluster.SetVersionAsync("wiki", "1.1.0");
        DynamicObject? paused = await _cluster.UntilAsync("wiki", "Suspended=True/ReconcilePaused");
        DynamicObject? source = await _cluster.GetAsync(Kinds.OciRepositories, "wiki-source");
        Assert.Multiple(() =>
        {
            Assert.That((long?)paused!.Json["status"]!["observedGeneration"], Is.EqualTo(generation), "a change that waits is visible");
            Assert.That((string?)source!.Json["spec"]!["ref"]!["tag"], Is.EqualTo("1.0.0"));
        });

        await _cluster.PatchAsync(Kinds.ApplicationInstances, "wiki", """{"metadata":{"annotations":{"apps.vworkspace.io/reconcile":null}}}""");
        await _cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Suspended=False/Active");
        source = await _cluster.GetAsync(Kinds.OciRepositories, "wiki-source");
        Assert.That((string?)source!.Json["spec"]!["ref"]!["tag"], Is.EqualTo("1.1.0"));
    }

    [Test]
    public async Task Instance_deleted_while_paused_leaves_its_release_running()
    {
        await _cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await _cluster.UntilReadyAsync("wiki");
        await _cluster.PatchAsync(Kinds.ApplicationInstances, "wiki", """{"metadata":{"annotations":{"apps.vworkspace.io/reconcile":"disabled"}}}""");
        await _cluster.UntilAsync("wiki", "Suspended=True/ReconcilePaused");
        await _cluster.DeleteAsync(Kinds.ApplicationInstances, "wiki");
        await _cluster.UntilGoneAsync(Kinds.ApplicationInstances, "wiki");

        DynamicObject? release = await _cluster.GetAsync(Kinds.HelmReleases, "wiki");
        DynamicObject? source = await _cluster.GetAsync(Kinds.OciRepositories, "wiki-source");
        Assert.Multiple(() =>
        {
            Assert.That(release?.Metadata.IsBeingDeleted, Is.False);
            Assert.That(release?.Metadata.OwnerReferences, Is.Empty);
            Assert.That(source?.Metadata.OwnerReferences, Is.Empty);
        });
        Assert.That(await _cluster.GetAsync(Kinds.Deployments, "wiki"), Is.Not.Null);
    }
}
