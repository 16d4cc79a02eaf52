using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.EndToEnd.Tests;

/// <summary>Missing neighbours, restarts in the middle, and objects that nobody expects.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class AdversityTests
{
    [Test]
    public async Task Flux_that_comes_later_unblocks_what_waited_for_it()
    {
        await using Cluster cluster = await Cluster.StartServerAsync();
        await cluster.WithinAsync("the operator without Flux", async token =>
        {
            await cluster.World.InstallOperatorCrdsAsync(token);
            await cluster.World.StartOperatorAsync(token);
        });
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        DynamicObject? blocked = await cluster.UntilAsync("wiki", "Blocked=True/MissingDependencies");
        Assert.That(blocked.Condition("Blocked")!.Message, Does.Contain("HelmRelease"));

        await cluster.WithinAsync("Flux", async token =>
        {
            await cluster.World.InstallFluxCrdsAsync(token);
            await cluster.World.StartFluxAsync(token);
        });
        await cluster.UntilAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=False/Unblocked");
    }

    [Test]
    public async Task Operator_without_its_CRDs_waits_for_them()
    {
        await using Cluster cluster = await Cluster.StartServerAsync();
        Task starting = cluster.World.StartOperatorAsync(CancellationToken.None);
        await cluster.WithinAsync("CRDs and Flux", async token =>
        {
            await cluster.World.InstallCrdsAsync(token);
            await cluster.World.StartFluxAsync(token);
            await starting.WaitAsync(token);
        });
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await cluster.UntilReadyAsync("wiki");
    }

    [Test]
    public async Task Operator_killed_in_the_middle_goes_on_after_its_restart()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await cluster.UntilAsync(Kinds.OciRepositories, "wiki-source", "present", source => source is not null);
        await cluster.World.KillOperatorAsync();
        await cluster.WithinAsync("the operator to start again", cluster.World.StartOperatorAsync);
        await cluster.UntilReadyAsync("wiki");

        await cluster.World.KillOperatorAsync();
        await cluster.SetVersionAsync("wiki", "1.1.0");
        await cluster.WithinAsync("the operator to start again", cluster.World.StartOperatorAsync);
        await cluster.UntilRunsAsync("wiki", "1.1.0");
        DynamicObject? release = await cluster.GetAsync(Kinds.HelmReleases, "wiki");
        Assert.That((int?)release!.Json["status"]!["history"]![0]!["version"], Is.EqualTo(2), "a restart alone makes no Helm revision");
    }

    [Test]
    public async Task Instance_deleted_while_the_operator_is_away_is_uninstalled_after_its_return()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await cluster.UntilReadyAsync("wiki");
        await cluster.World.KillOperatorAsync();
        await cluster.DeleteAsync(Kinds.ApplicationInstances, "wiki");
        await cluster.WithinAsync("the operator to start again", cluster.World.StartOperatorAsync);
        await cluster.UntilGoneAsync(Kinds.ApplicationInstances, "wiki");
        await cluster.UntilGoneAsync(Kinds.Deployments, "wiki");
    }

    [Test]
    public async Task Object_that_cannot_be_decoded_is_named_once_and_stops_nothing()
    {
        await using Cluster cluster = await Cluster.StartServerAsync();
        await cluster.WithinAsync("a cluster with a CRD that checks nothing", async token =>
        {
            await cluster.World.Writer.InstallCrdsAsync(Manifests.OperatorCrds.Select(WithoutSchema), token);
            await cluster.World.InstallFluxCrdsAsync(token);
            await cluster.World.StartFluxAsync(token);
            await cluster.World.StartOperatorAsync(token);
        });
        await cluster.ApplyAsync(new()
        {
            ["apiVersion"] = "apps.vworkspace.io/v1alpha1",
            ["kind"] = "ApplicationInstance",
            ["metadata"] = new JsonObject { ["name"] = "odd", ["namespace"] = Cluster.Namespace },
            ["spec"] = "not an object at all",
        });
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await cluster.UntilReadyAsync("wiki");
        Assert.That(cluster.OperatorLog().Split('\n').Count(line => line.Contains("odd", StringComparison.Ordinal)), Is.EqualTo(1), cluster.OperatorLog());
    }

    /// <summary>As on a cluster whose CRDs somebody relaxed.</summary>
    private static Manifest WithoutSchema(Manifest manifest)
    {
        var crd = (JsonObject)manifest.Content.DeepClone();
        foreach (JsonNode? version in crd["spec"]!["versions"]!.AsArray())
            version!["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } };
        return manifest with { Content = crd };
    }
}
