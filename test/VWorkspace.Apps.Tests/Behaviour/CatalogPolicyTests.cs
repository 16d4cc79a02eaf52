using System.Globalization;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>The policy of the catalog as it comes to a cluster: a ConfigMap that somebody applies, changes, spoils and removes.</summary>
public sealed class CatalogPolicyTests
{
    private const string OperatorNamespace = "vworkspace-system";

    [Test]
    public async Task Approval_is_awaited_and_its_record_lets_the_instance_go()
    {
        await using World world = await StartAsync();
        await PolicyAsync(world, "entries: [{catalogId: dokuwiki, approvalRequired: true}]");
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Blocked=True/AwaitingApproval", "Reconciling=False/Stable");
        await world.QuietAsync();
        Assert.That(await world.FindAsync(FluxResources.HelmReleases, "wiki"), Is.Null);
        await PolicyAsync(world, "entries: [{catalogId: dokuwiki, approvalRequired: true, approvals: [{namespace: org-blue, name: wiki}]}]");
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked");
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
    }

    [Test]
    public async Task Approval_that_is_demanded_later_stops_pushing_and_leaves_what_runs()
    {
        await using World world = await StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await PolicyAsync(world, "entries: [{catalogId: dokuwiki, approvalRequired: true}]");
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=True/AwaitingApproval");
        await world.DeleteAsync(FluxResources.ConfigMaps, CatalogPolicy.ConfigMapName, OperatorNamespace);
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked");
    }

    [Test]
    public async Task Policy_that_expires_shows_on_its_instances_to_the_second_and_a_renewal_clears_it()
    {
        await using World world = await StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        // Nothing else would wake the instance: its next routine look is minutes away.
        string soon = (world.Clock.GetUtcNow() + TimeSpan.FromSeconds(1)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await PolicyAsync(world, $"{{validUntil: '{soon}', entries: [{{catalogId: dokuwiki}}]}}");
        ApplicationInstance expired = await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady", "Blocked=True/CatalogUnreachable");
        Assert.That(expired.Status.Conditions.Find("Blocked")!.Message, Does.Contain(soon));
        await PolicyAsync(world, "{validUntil: '2090-01-01T00:00:00Z', entries: [{catalogId: dokuwiki}]}");
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked");
    }

    [Test]
    public async Task Policy_that_cannot_be_read_keeps_the_last_good_one_and_is_told_on_the_config_map()
    {
        await using World world = await StartAsync();
        await PolicyAsync(world, "entries: [{catalogId: dokuwiki, deprecated: [{versions: 1.2.3, note: old}]}]");
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReadyWithWarnings", "Degraded=True/ChartVersionDeprecated");
        await PolicyAsync(world, "entires: []");
        await EventAsync(world, CatalogPolicy.InvalidReason, "entires: is not known here");
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused", "Degraded=True/ChartVersionDeprecated");

        // The next process has nothing to fall back to: it says so on every instance and goes on.
        await world.StopOperatorAsync();
        world.StartOperator();
        await world.AnnotateAsync("wiki", Annotations.Reconcile, null);
        ApplicationInstance unreachable = await world.ShowsAsync("wiki", "Blocked=True/CatalogUnreachable", "Ready=True/HelmReleaseReady");
        Assert.That(unreachable.Status.Conditions.Find("Blocked")!.Message, Does.Contain("entires: is not known here"));
        await PolicyAsync(world, "entries: []");
        await world.ShowsAsync("wiki", "Blocked=False/Unblocked", "Degraded=False/Recovered");
        await EventAsync(world, CatalogPolicy.AcceptedReason, "read again");
    }

    [Test]
    public async Task Only_instances_that_are_judged_otherwise_are_looked_at_again()
    {
        await using World world = await StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        int writes = await world.QuietAsync();
        await PolicyAsync(world, "entries: [{catalogId: shop, approvalRequired: true}, {catalogId: dokuwiki, allowedVersions: 1.x}]");
        Assert.That(await world.QuietAsync(), Is.EqualTo(writes));
    }

    private static async Task<World> StartAsync()
    {
        World world = await World.StartAsync();
        await world.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {OperatorNamespace}}}}}");
        world.CatalogPolicyNamespace = OperatorNamespace;
        return world;
    }

    private static Task PolicyAsync(World world, string content)
    {
        content = content.StartsWith('{') ? content.Insert(1, "version: 1, ") : $"version: 1\n    {content}";
        return world.ApplyAsync($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: {OperatorNamespace}}}\ndata:\n  {CatalogPolicy.Key}: |\n    {content}\n");
    }

    private static Task EventAsync(World world, string reason, string text) => world.UntilAsync(
        async () =>
        {
            ApiResult<ObjectPage<DynamicObject>> events = await world.Hands.ListAsync(DynamicObject.Resource(new("", "v1", "Event"), "events"), OperatorNamespace, new(), default);
            return events.Value.Items.Any(e => (string?)e.Json["reason"] == reason && ((string?)e.Json["message"] ?? string.Empty).Contains(text, StringComparison.Ordinal)
                && (string?)e.Json["involvedObject"]!["name"] == CatalogPolicy.ConfigMapName);
        },
        () => $"there is an Event {reason} that says '{text}'");
}
