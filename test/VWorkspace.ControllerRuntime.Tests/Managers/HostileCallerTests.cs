using System.Collections.Concurrent;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Callbacks that throw, checks that hang, settings out of range: none of it may stop a manager silently.</summary>
[TestFixture]
internal sealed class HostileCallerTests
{
    private FakeCluster _cluster = null!;
    private CancellationTokenSource _stop = null!;

    [SetUp]
    public void SetUp()
    {
        (_cluster, _stop) = (new(), new());
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
    public async Task Callback_that_throws_after_every_reconcile_costs_no_worker_and_repeats_nothing()
    {
        for (int i = 0; i < 10; i++) _cluster.Put(Widgets.Widget, "a", $"w{i}");
        var seen = new ConcurrentQueue<string>();
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events, OnReconciled = static _ => throw new InvalidOperationException("a bug of the caller") });
        manager.AddController("widget").For(Widgets.Widget).With(new() { MaxConcurrentReconciles = 2 }).Reconcile(new FuncReconciler((key, _) =>
        {
            seen.Enqueue(key.Name);
            return Task.FromResult(ReconcileResult.Done);
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);

        await Eventually.HoldsAsync(() => seen.Count >= 10, "every object is reconciled");
        _cluster.Put(Widgets.Widget, "a", "later");
        await Eventually.HoldsAsync(() => seen.Contains("later"), "the workers are still there");

        Assert.That(seen, Is.Unique, "what is done is not done again");
        await _stop.CancelAsync();
        Assert.That((await Eventually.EndsAsync(run, "the manager stops")).Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    [Test]
    public async Task Log_field_that_throws_delays_its_object_and_costs_no_worker()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        var seen = new ConcurrentQueue<string>();
        int asked = 0;
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        manager.AddController("widget").For(Widgets.Widget).With(new()
        {
            MaxConcurrentReconciles = 1,
            LogField = key => Interlocked.Increment(ref asked) < 4 ? throw new InvalidOperationException("a bug of the caller") : new("widget", key.Name),
        }).Reconcile(new FuncReconciler((key, _) =>
        {
            seen.Enqueue(key.Name);
            return Task.FromResult(ReconcileResult.Done);
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);

        await Eventually.HoldsAsync(() => seen.Contains("one"), "the object is reconciled in the end");

        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");
    }

    [Test]
    public async Task Startup_check_that_hangs_counts_as_failed([Values] bool looksAtItsToken)
    {
        var time = new FakeTime();
        var never = new TaskCompletionSource<string?>();
        await using var manager = new ControllerManager(new()
        {
            Client = _cluster,
            Events = Widgets.Events,
            Clock = time,
            StartupTimeout = TimeSpan.FromSeconds(30),
            StartupChecks = [new("crds", token => looksAtItsToken ? never.Task.WaitAsync(token) : never.Task)],
        });
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);

        await time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(45));

        ManagerExit exit = await run;
        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.StartupFailed));
        Assert.That(exit.Message, Does.Contain("crds").And.Contain("did not end in time"));
    }

    private static IEnumerable<TestCaseData> Settings()
    {
        ControllerManagerOptions fine = new() { Client = new FakeCluster(), Events = Widgets.Events };
        TimeSpan tooLong = TimeSpan.FromDays(60);
        yield return Row("GracefulStopTimeout", fine with { GracefulStopTimeout = TimeSpan.MaxValue });
        yield return Row("OptionalSyncTimeout", fine with { OptionalSyncTimeout = tooLong });
        yield return Row("DiscoveryInterval", fine with { DiscoveryInterval = tooLong });
        yield return Row("StartupTimeout", fine with { StartupTimeout = tooLong });
        yield return Row("IdleTimeout", fine with { Reflectors = new() { IdleTimeout = tooLong } });
        yield return Row("InitialStreamIdleTimeout", fine with { Reflectors = new() { InitialStreamIdleTimeout = tooLong } });
        yield return Row("WatchTimeout", fine with { Reflectors = new() { WatchTimeout = TimeSpan.MaxValue } });
        yield return Row("BackoffMax", fine with { Reflectors = new() { BackoffMax = tooLong } });
        yield return Row("LeaseDuration", fine with { LeaderElection = new() { Namespace = "n", Name = "l", Identity = "i", LeaseDuration = TimeSpan.MaxValue } });

        static TestCaseData Row(string setting, ControllerManagerOptions options) => new TestCaseData(setting, options).SetName($"Time_that_no_timer_takes_is_refused_when_the_manager_is_made({setting})");
    }

    [TestCaseSource(nameof(Settings))]
    public void Refused(string setting, ControllerManagerOptions options) =>
        Assert.That(() => new ControllerManager(options), Throws.ArgumentException.With.Message.Contains(setting));

    [Test]
    public async Task Reconcile_timeout_that_no_timer_takes_is_refused_when_it_is_set()
    {
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        Assert.That(() => manager.AddController("widget").With(new() { ReconcileTimeout = TimeSpan.FromDays(365) }), Throws.ArgumentException.With.Message.Contains("ReconcileTimeout"));
    }
}
