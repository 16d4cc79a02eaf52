using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class NamespacedInformerTests
{
    private FakeCluster _cluster = null!;
    private RecordingLogs _logs = null!;
    private CancellationTokenSource _stop = null!;
    private InformerCache _cache = null!;
    private ManagerClient _client = null!;
    private Task _discovery = Task.CompletedTask;

    [SetUp]
    public void SetUp()
    {
        _cluster = new();
        _cluster.Serve(Widgets.Widget);
        _logs = new();
        _stop = new();
        var kinds = new KindRegistry(_cluster, TimeProvider.System, TimeSpan.FromMilliseconds(200), NullLogger.Instance);
        var options = new ReflectorOptions { BackoffBase = TimeSpan.FromMilliseconds(10), BackoffMax = TimeSpan.FromMilliseconds(50) };
        _cache = new(new(_cluster, kinds, options, TimeProvider.System, new Random(1), _logs, new()));
        _client = new(_cluster, LeaderFence.AlwaysOpen(TimeProvider.System), _cache);
        _discovery = kinds.RunAsync(_stop.Token);
        foreach (string ns in new[] { "a", "b", "c" }) _cluster.Put(Widgets.Widget, ns, "w");
    }

    [TearDown]
    public async Task TearDown()
    {
        await _stop.CancelAsync();
        await Eventually.EndsAsync(Task.WhenAll(_cache.WhenStopped(), _discovery.ContinueWith(static _ => { }, TaskScheduler.Default)), "informers and discovery stop");
        _stop.Dispose();
        _logs.Dispose();
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private NamespacedInformer<PartialObject> Open(params string[] namespaces)
    {
        NamespacedInformer<PartialObject> informer = _cache.NamespacedInformer(Widgets.Widget, null);
        foreach (string ns in namespaces) _ = informer.Watch(ns);
        return informer;
    }

    private static string[] Names(IObjectStore<PartialObject> store) => [.. store.List().Select(static o => $"{o.Metadata.Namespace}/{o.Metadata.Name}").Order(StringComparer.Ordinal)];

    [Test]
    public async Task Only_watched_namespaces_are_asked_for_and_readers_see_the_union()
    {
        NamespacedInformer<PartialObject> informer = Open("a", "b");
        Assert.That(() => informer.AddIndex("late", static _ => []), Throws.InvalidOperationException);
        _cache.Start(_stop.Token);
        await Eventually.EndsAsync(informer.WaitForSyncAsync(_stop.Token), "both namespaces list");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(informer.Store), Is.EqualTo(new[] { "a/w", "b/w" }));
            Assert.That(informer.Store.Get(new("a", "w")), Is.Not.Null);
            Assert.That(informer.Store.Get(new("c", "w")), Is.Null);
            Assert.That((informer.HasSyncedIn("a"), informer.HasSyncedIn("c")), Is.EqualTo((true, false)));
            Assert.That(Names(informer.StoreOf("b")), Is.EqualTo(new[] { "b/w" }));
            Assert.That(Names(informer.StoreOf("c")), Is.Empty);
            Assert.That(_cluster.Requests.ToArray().Where(static r => r.Plural == "widgets").Select(static r => r.Namespace), Is.EquivalentTo(new[] { "a", "b" }));
        }
    }

    [Test]
    public async Task Namespace_comes_and_goes_at_run_time_and_its_watch_with_it()
    {
        NamespacedInformer<PartialObject> informer = Open("a");
        _cache.Start(_stop.Token);
        var seen = new Recorder();
        using IDisposable subscription = informer.Subscribe(seen);
        await Eventually.HoldsAsync(() => seen.Log.Contains("+a/w"), "what is there is told");
        IDisposable first = informer.Watch("c"), second = informer.Watch("c");
        await Eventually.HoldsAsync(() => seen.Log.Contains("+c/w"), "the new namespace is told");
        first.Dispose();
        first.Dispose();
        _cluster.Put(Widgets.Widget, "c", "later");
        await Eventually.HoldsAsync(() => seen.Log.Contains("+c/later"), "one of two users is left");
        second.Dispose();
        await Eventually.HoldsAsync(() => _cluster.OpenWatches == 1, "the watch is closed");
        _cluster.Put(Widgets.Widget, "c", "unseen");
        _cluster.Put(Widgets.Widget, "a", "seen");
        await Eventually.HoldsAsync(() => seen.Log.Contains("+a/seen"), "the others go on");
        Assert.That(Names(informer.Store), Is.EqualTo(new[] { "a/seen", "a/w" }));
        Assert.That(seen.Log, Has.None.StartsWith("-").And.None.Contain("unseen"), "nothing happened to what is not watched any more");
        _ = informer.Watch("c");
        await Eventually.HoldsAsync(() => seen.Log.Contains("+c/unseen"), "and back again");
    }

    [Test]
    public async Task Namespace_that_may_not_be_read_holds_up_nobody_and_is_no_error()
    {
        bool allowed = false;
        _cluster.Before = (request, _) => Task.FromResult(request is { Plural: "widgets", Namespace: "b" } && !Volatile.Read(ref allowed) ? FakeCluster.Error(403, "Forbidden") : null);
        NamespacedInformer<PartialObject> informer = Open("a", "b");
        _cache.Start(_stop.Token);
        await Eventually.HoldsAsync(() => informer.HasSyncedIn("a"), "the other one lists");
        await Eventually.HoldsAsync(() => _cluster.Requests.ToArray().Count(static r => r is { Plural: "widgets", Namespace: "b" }) > 2, "it is tried again");
        Assert.That((informer.HasSynced, informer.Unsynced), Is.EqualTo((false, 1)));
        Assert.That(_logs.Lines.Where(static e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Warning), Is.Empty);
        Volatile.Write(ref allowed, true);
        await Eventually.HoldsAsync(() => informer.HasSyncedIn("b"), "the right is used as soon as it is there");
    }

    [Test]
    public async Task Own_writes_are_read_back_at_once()
    {
        NamespacedInformer<PartialObject> informer = Open("a");
        _cache.Start(_stop.Token);
        await Eventually.EndsAsync(informer.WaitForSyncAsync(_stop.Token), "it lists");
        _cluster.HoldWatches = true;
        ApiResult<PartialObject> written = await _client.PatchAsync(
            Widgets.Widget, new("a", "w"), Patch.Merge(new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["labels"] = new System.Text.Json.Nodes.JsonObject { ["x"] = "y" } } }), new(), default);
        Assert.That(written.Error, Is.Null);
        Assert.That(informer.Store.Get(new("a", "w"))!.Metadata.Labels, Contains.Key("x"));
        await _client.DeleteAsync(Widgets.Widget, new("a", "w"), new(), default);
        Assert.That(informer.Store.Get(new("a", "w")), Is.Null);
        _cluster.ReleaseWatches();
    }

    private sealed class Recorder : IInformerHandler<PartialObject>
    {
        public ConcurrentQueue<string> Log { get; } = new();

        public void OnAdded(PartialObject obj, bool isInitial) => Log.Enqueue($"+{obj.Metadata.Namespace}/{obj.Metadata.Name}");

        public void OnUpdated(PartialObject previous, PartialObject current) => Log.Enqueue($"~{current.Metadata.Namespace}/{current.Metadata.Name}");

        public void OnDeleted(PartialObject last) => Log.Enqueue($"-{last.Metadata.Namespace}/{last.Metadata.Name}");
    }
}
