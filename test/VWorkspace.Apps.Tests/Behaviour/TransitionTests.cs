using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>Each transition gives exactly one Event, one log line and one report.</summary>
public sealed class TransitionTests
{
    [Test]
    public async Task Events_log_lines_and_reports_agree()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Ready=Unknown/Reconciling");
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused");
        await world.AnnotateAsync("wiki", Annotations.Reconcile, null);
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.QuietAsync();

        string[] reported;
        lock (world.Reports)
            reported = [.. world.Reports.Where(r => r.Kind == StateReport.TransitionKind).Select(r => $"{r.Condition!.Type}={r.Condition.Status}/{r.Condition.Reason}")];
        Assert.That(reported, Is.EqualTo(new[]
        {
            "Ready=Unknown/Reconciling", "Reconciling=True/HelmReleaseInstalling", "Suspended=False/Active",
            "Ready=True/HelmReleaseReady", "Reconciling=False/Stable",
            "Suspended=True/ReconcilePaused", "Suspended=False/Active",
        }));
        Assert.That(world.Log.Transitions, Is.EqualTo(reported));

        // Identical Events are one object with a count.
        string[] expected = ["Active", "ReconcilePaused", "ReconcileStarted", "ReconcileSucceeded", "Reconciling", "Stable"];
        string[] events = [];
        await world.UntilAsync(
            async () =>
            {
                ApiResult<ObjectPage<DynamicObject>> page = await world.Hands.ListAsync(DynamicObject.Resource(new("", "v1", "Event"), "events"), world.Own, new(), default);
                events = [.. page.Value.Items.Select(e => (string)e.Json["reason"]!).Order(StringComparer.Ordinal)];
                return events.Length >= expected.Length;
            },
            () => $"Events: {string.Join(", ", events)}");
        Assert.That(events, Is.EqualTo(expected));
    }
}
