using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A whole manager on a virtual clock: what is left when it has ended, and how long a leader works on after its lease is lost.</summary>
[TestFixture]
internal sealed class ManagerTimeTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private FakeTime _time = null!;
    private FakeCluster _cluster = null!;
    private PartitionedClient _client = null!;
    private CancellationTokenSource _stop = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _cluster, _stop) = (new(), new(), new());
        _client = new(_cluster, _time);
        _cluster.Serve(Widgets.Widget);
        _cluster.Serve(Widgets.Gadget);
        _cluster.Serve(CustomResourceDefinition.Resource);
        _cluster.Serve(Lease.Resource);
        _cluster.Serve(PartialObject.Resource(new("events.k8s.io", "v1", "Event"), "events"));
        _cluster.Put(Widgets.Widget, "a", "one");
    }

    [TearDown]
    public async Task TearDown()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Manager_that_ended_leaves_no_timer_no_watch_and_no_worker(bool lost)
    {
        await using ControllerManager manager = Manager();
        int reconciles = 0, workers = 0;
        manager.AddController("widget").For(Widgets.Widget).Owns(Widgets.Gadget).Reconcile(new FuncReconciler((key, _) =>
        {
            manager.Events.Record(new(Widgets.Widget.Kind, key, "uid-1"), EventType.Normal, "Done", "all is well");
            Interlocked.Increment(ref reconciles);
            return Task.FromResult(ReconcileResult.RequeueAfter(TimeSpan.FromSeconds(1)));
        }));
        manager.AddController("gadget").For(Widgets.Gadget).Reconcile(new FuncReconciler(static (_, _) => Task.FromResult(ReconcileResult.Requeue)));
        _cluster.Put(Widgets.Gadget, "a", "fails");
        foreach (bool leaderOnly in (bool[])[true, false]) manager.AddWorker($"loop-{leaderOnly}", LoopAsync, leaderOnly);
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await _time.AdvanceUntilAsync(() => Volatile.Read(ref reconciles) > 3 && Volatile.Read(ref workers) == 2, Step, TimeSpan.FromMinutes(1));
        Assert.That(_time.ActiveTimers, Is.Positive, "there is something to leave behind");
        Assert.That(_cluster.OpenWatches, Is.EqualTo(3));

        if (lost) _client.Partitioned = true;
        else await _stop.CancelAsync();
        await _time.AdvanceUntilAsync(() => run.IsCompleted, Step, TimeSpan.FromMinutes(1));
        Assert.That((await run).Reason, Is.EqualTo(lost ? ManagerExitReason.LeaderElectionLost : ManagerExitReason.Stopped));
        await Eventually.HoldsAsync(() => (_time.ActiveTimers, _cluster.OpenWatches, Volatile.Read(ref workers)) == (0, 0, 0), "no timer, watch or worker is left");

        int before = reconciles;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(reconciles, Is.EqualTo(before), "nothing runs any more");

        async Task LoopAsync(CancellationToken token)
        {
            Interlocked.Increment(ref workers);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            }
            finally
            {
                Interlocked.Decrement(ref workers);
            }
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Lost_lease_ends_running_reconciles_before_renew_deadline_and_retry_period(bool hanging)
    {
        await using ControllerManager manager = Manager();
        var begun = new TaskCompletionSource();
        long ended = 0;
        manager.AddController("widget").For(Widgets.Widget).With(new() { ReconcileTimeout = TimeSpan.FromHours(1) }).Reconcile(new FuncReconciler(async (_, token) =>
        {
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            }
            finally
            {
                Volatile.Write(ref ended, _time.GetTimestamp());
            }

            return ReconcileResult.Done;
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await _time.AdvanceUntilAsync(() => begun.Task.IsCompleted, Step, TimeSpan.FromMinutes(1));
        await CutOffAsync(hanging);
        long cut = _time.GetTimestamp();
        await _time.AdvanceUntilAsync(() => run.IsCompleted, Step, TimeSpan.FromMinutes(1));
        Assert.That((await run).Reason, Is.EqualTo(ManagerExitReason.LeaderElectionLost));
        Assert.That(Volatile.Read(ref ended), Is.GreaterThan(cut));
        Assert.That(TimeSpan.FromTicks(Volatile.Read(ref ended) - cut), Is.LessThanOrEqualTo(Deadline + Retry));
    }

    [Test]
    public async Task Reconcile_that_ignores_the_lost_lease_does_not_keep_the_manager_beyond_renew_deadline_and_retry_period()
    {
        await using ControllerManager manager = Manager();
        var begun = new TaskCompletionSource();
        var release = new TaskCompletionSource<ReconcileResult>();
        manager.AddController("widget").For(Widgets.Widget).With(new() { ReconcileTimeout = TimeSpan.FromHours(1) }).Reconcile(new FuncReconciler((_, _) =>
        {
            begun.TrySetResult();
            return release.Task;
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await _time.AdvanceUntilAsync(() => begun.Task.IsCompleted, Step, TimeSpan.FromMinutes(1));
        await CutOffAsync(hanging: false);
        long cut = _time.GetTimestamp();
        await _time.AdvanceUntilAsync(() => run.IsCompleted, Step, TimeSpan.FromMinutes(1));

        // The caches of a process that is about to exit get a moment more to end.
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp() - cut), Is.LessThanOrEqualTo(Deadline + Retry + TimeSpan.FromSeconds(2)));
        Assert.That((await run).Reason, Is.EqualTo(ManagerExitReason.LeaderElectionLost));
        release.SetResult(ReconcileResult.Done);
    }

    private static TimeSpan Deadline => new LeaderElectionOptions { Namespace = "ns", Name = "lease", Identity = "me" }.RenewDeadline;

    private static TimeSpan Retry => new LeaderElectionOptions { Namespace = "ns", Name = "lease", Identity = "me" }.RetryPeriod;

    private ControllerManager Manager() => new(new()
    {
        Client = _client, Events = Widgets.Events, Clock = _time, Seed = 1,
        LeaderElection = new() { Namespace = "ns", Name = "lease", Identity = "me" },
    });

    /// <summary>Cuts this replica off once it has renewed for a while.</summary>
    private async Task CutOffAsync(bool hanging)
    {
        long renewals = _time.GetTimestamp() + TimeSpan.FromSeconds(30).Ticks;
        await _time.AdvanceUntilAsync(() => _time.GetTimestamp() >= renewals, Step, TimeSpan.FromMinutes(1));
        if (hanging) _client.Hanging = true;
        else _client.Partitioned = true;
    }
}
