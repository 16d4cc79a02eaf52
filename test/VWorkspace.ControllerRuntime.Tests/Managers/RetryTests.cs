using System.Collections.Concurrent;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>When a failing key comes back: its own back-off decides, and nobody else's failures.</summary>
[TestFixture]
internal sealed class RetryTests
{
    private FakeTime _time = null!;
    private FakeCluster _cluster = null!;
    private CancellationTokenSource _stop = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _cluster, _stop) = (new(), new(), new());
        _cluster.Serve(Widgets.Widget);
        _cluster.Serve(CustomResourceDefinition.Resource);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task Failures_of_many_keys_do_not_hold_each_other_up()
    {
        const int Keys = 400;
        for (int i = 0; i < Keys; i++) _cluster.Put(Widgets.Widget, "a", $"widget-{i}");
        var tries = new ConcurrentDictionary<ObjectKey, int>();
        await using var manager = new ControllerManager(new() { Client = _cluster, Clock = _time, Events = Widgets.Events, Seed = 1 });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler((key, _) =>
            Task.FromResult(tries.AddOrUpdate(key, 1, static (_, n) => n + 1) > 1 ? ReconcileResult.Done : ReconcileResult.Failed(new IOException("once")))));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await _time.AdvanceUntilAsync(() => tries.Count == Keys, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));

        // One doubling of 5 ms is what each of them has to wait. A bucket of ten a second would take half a minute.
        await _time.AdvanceUntilAsync(() => tries.Values.All(static n => n == 2), TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(2));
        Assert.That(tries.Values, Is.All.EqualTo(2));
        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");
    }

    [Test]
    public async Task Key_that_has_to_be_looked_at_in_time_does_not_wait_longer_for_its_back_off()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        int tries = 0;
        await using var manager = new ControllerManager(new() { Client = _cluster, Clock = _time, Events = Widgets.Events, Seed = 1 });
        manager.AddController("widget").For(Widgets.Widget).With(new() { BackoffBase = TimeSpan.FromSeconds(1), BackoffMax = TimeSpan.FromHours(1) }).Reconcile(new FuncReconciler((_, _) =>
        {
            Interlocked.Increment(ref tries);
            return Task.FromResult(ReconcileResult.Failed(new IOException("no"), atLatest: TimeSpan.FromSeconds(15)));
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        // 1 + 2 + 4 + 8 seconds, and then every 15.
        await _time.AdvanceUntilAsync(() => Volatile.Read(ref tries) >= 5, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20));
        int before = tries;
        await _time.AdvanceUntilAsync(() => Volatile.Read(ref tries) >= before + 4, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(64));
        Assert.That(tries, Is.GreaterThanOrEqualTo(before + 4));
        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");
    }
}
