using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A start that does not come about ends after the time it was given, and says what it waited for.</summary>
[TestFixture]
internal sealed class StartupTimeTests
{
    [Test]
    public async Task Required_kind_that_is_not_served_in_time_ends_the_start()
    {
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        cluster.Serve(CustomResourceDefinition.Resource);
        await using var manager = new ControllerManager(new() { Client = cluster, Events = Widgets.Events, Clock = time, Seed = 1, StartupTimeout = TimeSpan.FromSeconds(40) });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler(static (_, _) => Task.FromResult(ReconcileResult.Done)));
        Task<ManagerExit> run = manager.RunAsync(CancellationToken.None);
        await time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        ManagerExit exit = await Eventually.EndsAsync(run, "the manager gives up");
        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.StartupFailed));
        Assert.That(exit.Message, Does.Contain("still waiting for").And.Contain("widgets").And.Contain("its CRD is missing"));
        Assert.That(time.GetTimestamp(), Is.InRange(TimeSpan.FromSeconds(40).Ticks, TimeSpan.FromSeconds(45).Ticks), "not before its time");
    }

    [Test]
    public async Task Start_that_came_about_is_not_limited_any_more()
    {
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        cluster.Serve(Widgets.Widget);
        cluster.Serve(CustomResourceDefinition.Resource);
        using var stop = new CancellationTokenSource();
        await using var manager = new ControllerManager(new() { Client = cluster, Events = Widgets.Events, Clock = time, Seed = 1, StartupTimeout = TimeSpan.FromSeconds(40) });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler(static (_, _) => Task.FromResult(ReconcileResult.Done)));
        Task<ManagerExit> run = manager.RunAsync(stop.Token);
        await time.AdvanceUntilAsync(() => manager.CachesSynced, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(run.IsCompleted, Is.False);
        await stop.CancelAsync();
        Assert.That((await Eventually.EndsAsync(run, "the manager stops")).Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }
}
