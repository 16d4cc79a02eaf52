using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class ControllerManagerTests
{
    private FakeCluster _cluster = null!;
    private CancellationTokenSource _stop = null!;

    [SetUp]
    public void SetUp()
    {
        _cluster = new();
        _cluster.Serve(Widgets.Widget);
        _cluster.Serve(CustomResourceDefinition.Resource);
        _cluster.Serve(Lease.Resource);
        _cluster.Serve(PartialObject.Resource(new("events.k8s.io", "v1", "Event"), "events"));
        _stop = new();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task Manager_with_objects_before_and_after_start_reconciles_both_and_stops_cleanly()
    {
        _cluster.Put(Widgets.Widget, "a", "before");
        var seen = new ConcurrentQueue<ObjectKey>();
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler((key, _) =>
        {
            seen.Enqueue(key);
            return Task.FromResult(ReconcileResult.Done);
        }));

        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await Eventually.HoldsAsync(() => seen.Contains(new("a", "before")), "the object from before the start is reconciled");
        _cluster.Put(Widgets.Widget, "b", "after");
        await Eventually.HoldsAsync(() => seen.Contains(new("b", "after")), "the new object is reconciled");
        await _stop.CancelAsync();
        ManagerExit exit = await Eventually.EndsAsync(run, "the manager stops");

        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    [Test]
    public async Task Manager_is_idle_only_when_keys_are_worked_off_and_events_are_written()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        var entered = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler(async (key, _) =>
        {
            entered.TrySetResult();
            await go.Task;
            manager.Events.Record(new(Widgets.Widget.Kind, key, null), EventType.Normal, "Seen", "seen");
            return ReconcileResult.Done;
        }));
        Assert.That(manager.IsIdle, Is.False, "a controller that does not run yet is not idle");

        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await Eventually.EndsAsync(entered.Task, "a reconcile runs");
        Task idle = manager.WaitUntilIdleAsync(CancellationToken.None);
        Assert.That((manager.IsIdle, idle.IsCompleted), Is.EqualTo((false, false)), "a running reconcile is work");
        go.SetResult();
        await Eventually.EndsAsync(idle, "the manager is idle");

        Assert.That(_cluster.Requests.ToArray().Count(r => r.Verb == "create" && r.Plural == "events"), Is.EqualTo(1), "the Event is written by then");
        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");
    }

    [Test]
    public async Task Manager_whose_kind_is_not_served_waits_and_starts_when_its_crd_appears()
    {
        _cluster.Unserve(Widgets.Widget);
        var seen = new ConcurrentQueue<ObjectKey>();
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler((key, _) =>
        {
            seen.Enqueue(key);
            return Task.FromResult(ReconcileResult.Done);
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await Eventually.HoldsAsync(() => _cluster.Requests.ToArray().Any(r => r.Verb == "watch" && r.Plural == "customresourcedefinitions"), "CRDs are watched");
        Assert.That(manager.CachesSynced, Is.False);

        _cluster.Serve(Widgets.Widget);
        _cluster.Put(Widgets.Widget, "a", "one");
        _cluster.Put(CustomResourceDefinition.Resource, "", "widgets.example.io", crd =>
        {
            crd["spec"] = new JsonObject
            {
                ["group"] = "example.io",
                ["names"] = new JsonObject { ["kind"] = "Widget" },
                ["versions"] = new JsonArray(new JsonObject { ["name"] = "v1", ["served"] = true }),
            };
            crd["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Established", ["status"] = "True" }) };
        });
        await Eventually.HoldsAsync(() => seen.Contains(new("a", "one")), "the object is reconciled");
        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");
    }

    [Test]
    public async Task Manager_with_election_reconciles_and_gives_the_lease_back()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        var reconciled = new TaskCompletionSource();
        await using var manager = new ControllerManager(new()
        {
            Client = _cluster,
            Events = Widgets.Events,
            LeaderElection = new() { Namespace = "ns", Name = "lease", Identity = "me" },
        });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler((_, _) =>
        {
            reconciled.TrySetResult();
            return Task.FromResult(ReconcileResult.Done);
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await Eventually.EndsAsync(reconciled.Task, "the leader reconciles");
        Assert.That((string?)_cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!["holderIdentity"], Is.EqualTo("me"));
        await _stop.CancelAsync();
        ManagerExit exit = await Eventually.EndsAsync(run, "the manager stops");

        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.Stopped));
        Assert.That((string?)_cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!["holderIdentity"], Is.Empty);
    }

    [Test]
    public async Task Manager_records_events_and_writes_them_before_it_ends()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        var recorded = new TaskCompletionSource();
        await using var manager = new ControllerManager(new() { Client = _cluster, Events = Widgets.Events });
        manager.AddController("widget").For(Widgets.Widget).Reconcile(new FuncReconciler((key, _) =>
        {
            manager.Events.Record(new(Widgets.Widget.Kind, key, "uid-1"), EventType.Normal, "Done", "all is well");
            recorded.TrySetResult();
            return Task.FromResult(ReconcileResult.Done);
        }));
        Task<ManagerExit> run = manager.RunAsync(_stop.Token);
        await Eventually.EndsAsync(recorded.Task, "the reconcile runs");
        await _stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager stops");

        FakeRequest written = _cluster.Requests.Single(r => r is { Verb: "create", Plural: "events" });
        Assert.That((string?)written.Body!["note"], Is.EqualTo("all is well"));
        Assert.That((string?)written.Body!["reportingController"], Is.EqualTo("widget-operator"));
        Assert.That(written.Namespace, Is.EqualTo("a"));
    }
}
