using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class InformerTests
{
    private FakeCluster _cluster = null!;
    private RecordingLogs _logs = null!;
    private CancellationTokenSource _stop = null!;
    private KindRegistry _kinds = null!;
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
        _kinds = new(_cluster, TimeProvider.System, TimeSpan.FromMilliseconds(200), NullLogger.Instance);
        var options = new ReflectorOptions { BackoffBase = TimeSpan.FromMilliseconds(10), BackoffMax = TimeSpan.FromMilliseconds(50), PageSize = 3 };
        _cache = new(new(_cluster, _kinds, options, TimeProvider.System, new Random(1), _logs, new()));
        _client = new(_cluster, LeaderFence.AlwaysOpen(TimeProvider.System), _cache);
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

    private async Task<Informer<PartialObject>> StartAsync(InformerScope? scope = null, Action<Informer<PartialObject>>? prepare = null)
    {
        Informer<PartialObject> informer = _cache.Informer(Widgets.Widget, scope);
        prepare?.Invoke(informer);
        _discovery = _kinds.RunAsync(_stop.Token);
        _cache.Start(_stop.Token);
        await Eventually.EndsAsync(informer.WaitForSyncAsync(_stop.Token), "the informer syncs");
        return informer;
    }

    private static string[] Names(Informer<PartialObject> informer) => [.. informer.Store.List().Select(static o => o.Metadata.Name!).Order(StringComparer.Ordinal)];

    [TestCase(true)]
    [TestCase(false)]
    public async Task Initial_list_and_later_changes_reach_the_store(bool streaming)
    {
        _cluster.SupportsStreaming = streaming;
        for (int i = 0; i < 8; i++) _cluster.Put(Widgets.Widget, "a", $"w{i}");
        Informer<PartialObject> informer = await StartAsync();
        Assert.That(informer.Store.Count, Is.EqualTo(8));
        Assert.That(_cluster.Requests.ToArray().Count(static r => r is { Verb: "list", Plural: "widgets" }), Is.EqualTo(streaming ? 0 : 3), "8 objects in pages of 3");

        _cluster.Put(Widgets.Widget, "b", "new");
        _cluster.Remove(Widgets.Widget, "a", "w0");
        await Eventually.HoldsAsync(() => Names(informer).SequenceEqual(["new", "w1", "w2", "w3", "w4", "w5", "w6", "w7"]), "store equals cluster");
        Assert.That(informer.Store.List("b"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Objects_deleted_while_the_history_was_lost_leave_with_a_delete_to_the_handlers()
    {
        _cluster.Put(Widgets.Widget, "a", "stays");
        _cluster.Put(Widgets.Widget, "a", "goes");
        _cluster.Put(Widgets.Widget, "a", "reborn");
        Informer<PartialObject> informer = await StartAsync();
        var handler = new Recorder();
        using IDisposable subscription = informer.Subscribe(handler);
        await Eventually.HoldsAsync(() => handler.Log.Count == 3, "initial adds");

        _cluster.HoldWatches = true;
        _cluster.Remove(Widgets.Widget, "a", "goes");
        _cluster.Remove(Widgets.Widget, "a", "reborn");
        _cluster.Put(Widgets.Widget, "a", "reborn");
        _cluster.Put(Widgets.Widget, "a", "new");
        _cluster.Compact();
        _cluster.ReleaseWatches();

        await Eventually.HoldsAsync(() => Names(informer).SequenceEqual(["new", "reborn", "stays"]), "store equals cluster after 410");
        await Eventually.HoldsAsync(() => handler.Log.Count == 7, "four changes");
        Assert.That(handler.Log.Skip(3).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "add new", "add reborn", "delete goes", "delete reborn" }));
        Assert.That(handler.Log.ToList().IndexOf("delete reborn"), Is.LessThan(handler.Log.ToList().LastIndexOf("add reborn")));
    }

    [Test]
    public async Task Index_follows_every_change()
    {
        _cluster.Put(Widgets.Widget, "a", "one", o => o["metadata"]!["labels"] = new JsonObject { ["color"] = "red" });
        Informer<PartialObject> informer = await StartAsync(prepare: i => i.AddIndex("color", ByColor));
        Assert.That(informer.Store.ByIndex("color", "red"), Has.Count.EqualTo(1));
        _cluster.Put(Widgets.Widget, "a", "one", o => o["metadata"]!["labels"] = new JsonObject { ["color"] = "blue" });
        await Eventually.HoldsAsync(() => informer.Store.ByIndex("color", "blue").Count == 1, "the index has the new value");
        Assert.That(informer.Store.ByIndex("color", "red"), Is.Empty);
        _cluster.Remove(Widgets.Widget, "a", "one");
        await Eventually.HoldsAsync(() => informer.Store.ByIndex("color", "blue").Count == 0, "the index forgets");
        Assert.That(() => informer.Store.ByIndex("none", "x"), Throws.ArgumentException);
        Assert.That(() => informer.AddIndex("late", ByColor), Throws.InvalidOperationException);
    }

    private static IEnumerable<string> ByColor(PartialObject obj) => obj.Metadata.Labels.TryGetValue("color", out string? color) ? [color] : [];

    [Test]
    public async Task Slow_handler_does_not_delay_another_one()
    {
        Informer<PartialObject> informer = await StartAsync();
        using var release = new ManualResetEventSlim();
        var slow = new Recorder(() => release.Wait(Eventually.Limit));
        var quick = new Recorder();
        using IDisposable first = informer.Subscribe(slow);
        using IDisposable second = informer.Subscribe(quick);
        for (int i = 0; i < 5; i++) _cluster.Put(Widgets.Widget, "a", $"w{i}");
        await Eventually.HoldsAsync(() => quick.Log.Count == 5, "the quick handler sees everything while the slow one hangs");
        Assert.That(slow.Log, Has.Count.LessThanOrEqualTo(1));
        release.Set();
        await Eventually.HoldsAsync(() => slow.Log.Count == 5, "the slow handler sees everything in the end");
        Assert.That(slow.Log, Is.EqualTo(quick.Log));
    }

    [Test]
    public async Task Handler_that_throws_sees_the_next_change_all_the_same()
    {
        Informer<PartialObject> informer = await StartAsync();
        int calls = 0;
        var handler = new Recorder(() =>
        {
            if (Interlocked.Increment(ref calls) == 1) throw new InvalidOperationException("bug");
        });
        using IDisposable subscription = informer.Subscribe(handler);
        _cluster.Put(Widgets.Widget, "a", "one");
        _cluster.Put(Widgets.Widget, "a", "two");
        await Eventually.HoldsAsync(() => handler.Log.Contains("add two"), "the second change arrives");
        Assert.That(_logs.Messages, Does.Contain("informer handler failed"));
    }

    [Test]
    public async Task Object_that_cannot_be_decoded_is_reported_once_for_each_version_and_stops_nothing()
    {
        Informer<PartialObject> informer = await StartAsync();
        _cluster.Put(Widgets.Widget, "a", "broken", static o => o["undecodable"] = true);
        _cluster.Put(Widgets.Widget, "a", "fine");
        await Eventually.HoldsAsync(() => informer.Store.Get(new("a", "fine")) is not null, "later objects arrive");
        await Eventually.HoldsAsync(() => _logs.Messages.Count(static m => m == "object cannot be decoded") == 1, "one report");
        Assert.That(_logs.Lines.Single(static l => l.Message == "object cannot be decoded").Fields, Does.ContainKey("name").WithValue("broken").And.ContainKey("namespace").WithValue("a"));

        // The same version again, by a watch that starts over: no news.
        string version = informer.Store.Get(new("a", "fine"))!.Metadata.ResourceVersion!;
        _cluster.CutWatches();
        _cluster.Put(Widgets.Widget, "a", "another");
        await Eventually.HoldsAsync(() => informer.Store.Get(new("a", "another")) is not null, $"events after {version} arrive");
        Assert.That(_logs.Messages.Count(static m => m == "object cannot be decoded"), Is.EqualTo(1));
        _cluster.Put(Widgets.Widget, "a", "broken", static o => o["touched"] = 1);
        await Eventually.HoldsAsync(() => _logs.Messages.Count(static m => m == "object cannot be decoded") == 2, "a new version is reported");
    }

    [Test]
    public async Task Own_write_is_read_back_before_the_watch_brings_it()
    {
        _cluster.Put(Widgets.Widget, "a", "one", static o => o["metadata"]!["labels"] = new JsonObject { ["color"] = "red" });
        Informer<PartialObject> informer = await StartAsync(prepare: i => i.AddIndex("color", ByColor));
        _cluster.HoldWatches = true;
        ApiResult<PartialObject> written = await PaintAsync("one", "blue");
        Assert.That(informer.Store.Get(new("a", "one"))!.Metadata.ResourceVersion, Is.EqualTo(written.Value.Metadata.ResourceVersion));
        Assert.That(informer.Store.ByIndex("color", "blue"), Has.Count.EqualTo(1));
        Assert.That(informer.Store.ByIndex("color", "red"), Is.Empty);
        Assert.That(informer.Store.List().Single().Metadata.Labels["color"], Is.EqualTo("blue"));
        Assert.That(informer.Store.Count, Is.EqualTo(1));
        _cluster.ReleaseWatches();
        await Eventually.HoldsAsync(() => ((ObjectStore<PartialObject>)informer.Store).OverlayCount == 0, "the overlay empties when the watch catches up");
        Assert.That(informer.Store.Get(new("a", "one"))!.Metadata.Labels["color"], Is.EqualTo("blue"));
    }

    private Task<ApiResult<PartialObject>> PaintAsync(string name, string color) => _client.PatchAsync(Widgets.Widget, new("a", name),
        Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["color"] = color } } }), new WriteOptions(), CancellationToken.None);

    [Test]
    public async Task Own_write_while_the_first_list_is_under_way_is_not_hidden_by_that_list()
    {
        _cluster.SupportsStreaming = false;
        _cluster.Put(Widgets.Widget, "a", "one");
        _cluster.HoldWatches = true;
        var listed = new TaskCompletionSource();
        using var go = new ManualResetEventSlim();
        var late = new FaultyClient(_cluster);
        late.After = (verb, _) =>
        {
            if (verb != "list") return;
            listed.TrySetResult();
            go.Wait(Eventually.Limit);
        };
        var cache = new InformerCache(new(late, _kinds, new(), TimeProvider.System, new Random(1), _logs, new()));
        await using var client = new ManagerClient(_cluster, LeaderFence.AlwaysOpen(TimeProvider.System), cache);
        Informer<PartialObject> informer = cache.Informer(Widgets.Widget);
        _discovery = _kinds.RunAsync(_stop.Token);
        cache.Start(_stop.Token);
        await Eventually.EndsAsync(listed.Task, "the list is read");
        Patch patch = Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["color"] = "blue" } } });
        await client.PatchAsync(Widgets.Widget, new("a", "one"), patch, new WriteOptions(), CancellationToken.None);
        go.Set();
        await Eventually.EndsAsync(informer.WaitForSyncAsync(_stop.Token), "the informer syncs");
        Assert.That(informer.Store.Get(new("a", "one"))!.Metadata.Labels["color"], Is.EqualTo("blue"));
        await _stop.CancelAsync();
        await Eventually.EndsAsync(cache.WhenStopped(), "the informer stops");
    }

    [Test]
    public async Task Newer_version_of_somebody_else_wins_over_the_own_write()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        Informer<PartialObject> informer = await StartAsync();
        _cluster.HoldWatches = true;
        await PaintAsync("one", "blue");
        _cluster.Put(Widgets.Widget, "a", "one", static o => o["metadata"]!["labels"] = new JsonObject { ["color"] = "green" });
        _cluster.ReleaseWatches();
        await Eventually.HoldsAsync(() => informer.Store.Get(new("a", "one"))!.Metadata.Labels["color"] == "green", "the foreign version shows");
    }

    [Test]
    public async Task Own_creation_and_deletion_are_read_back_and_leave_no_ghost()
    {
        Informer<PartialObject> informer = await StartAsync();
        _cluster.HoldWatches = true;
        await _client.CreateAsync(Widgets.Widget, "a", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "one" } }, new WriteOptions(), CancellationToken.None);
        Assert.That(informer.Store.Get(new("a", "one")), Is.Not.Null);
        Assert.That(informer.Store.List("a"), Has.Count.EqualTo(1));
        await _client.DeleteAsync(Widgets.Widget, new("a", "one"), new DeleteOptions(), CancellationToken.None);
        Assert.That(informer.Store.Get(new("a", "one")), Is.Null);
        Assert.That(informer.Store.Count, Is.Zero);
        _cluster.ReleaseWatches();
        _cluster.Put(Widgets.Widget, "a", "later");
        await Eventually.HoldsAsync(() => informer.Store.Get(new("a", "later")) is not null, "the watch caught up");
        Assert.That(Names(informer), Is.EqualTo(new[] { "later" }));
        Assert.That(((ObjectStore<PartialObject>)informer.Store).OverlayCount, Is.Zero);
    }

    [Test]
    public async Task Own_deletion_of_an_object_that_was_never_seen_hides_it_from_events_that_are_behind()
    {
        Informer<PartialObject> informer = await StartAsync();
        var handler = new Recorder();
        using IDisposable subscription = informer.Subscribe(handler);
        _cluster.HoldWatches = true;
        _cluster.Put(Widgets.Widget, "a", "one");
        await _client.DeleteAsync(Widgets.Widget, new("a", "one"), new DeleteOptions(), CancellationToken.None);
        var store = (ObjectStore<PartialObject>)informer.Store;
        Assert.That(store.OverlayCount, Is.EqualTo(1));
        bool shown = false;
        handler.Before = () => shown |= store.Get(new("a", "one")) is not null;
        _cluster.ReleaseWatches();
        await Eventually.HoldsAsync(() => handler.Log.Contains("delete one"), "the watch caught up");
        Assert.That(shown, Is.False);
        Assert.That((store.Count, store.OverlayCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Own_deletion_outside_the_namespace_of_an_informer_leaves_nothing_in_it()
    {
        Informer<PartialObject> informer = await StartAsync(new(Namespace: "a"));
        _cluster.Put(Widgets.Widget, "b", "one");
        await _client.DeleteAsync(Widgets.Widget, new("b", "one"), new DeleteOptions(), CancellationToken.None);
        Assert.That(((ObjectStore<PartialObject>)informer.Store).OverlayCount, Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Refused_or_ambiguous_write_leaves_no_ghost(bool ambiguous)
    {
        Informer<PartialObject> informer = await StartAsync();
        _cluster.Before = (request, _) => request.Verb != "create" ? Task.FromResult<KubernetesError?>(null)
            : ambiguous ? throw new KubernetesTransportException("reset") : Task.FromResult<KubernetesError?>(FakeCluster.Error(500, "InternalError"));
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "one" } };
        if (ambiguous)
            Assert.That(async () => await _client.CreateAsync(Widgets.Widget, "a", body, new WriteOptions(), CancellationToken.None), Throws.TypeOf<KubernetesTransportException>());
        else
            Assert.That((await _client.CreateAsync(Widgets.Widget, "a", body, new WriteOptions(), CancellationToken.None)).IsSuccess, Is.False);
        Assert.That(informer.Store.Get(new("a", "one")), Is.Null);
        Assert.That(((ObjectStore<PartialObject>)informer.Store).OverlayCount, Is.Zero);
    }

    [Test]
    public async Task Own_write_outside_the_scope_of_an_informer_does_not_show_up_in_it()
    {
        Informer<PartialObject> informer = await StartAsync(new(Namespace: "a", LabelSelector: "color=red"));
        _cluster.HoldWatches = true;
        await CreateAsync("a", "red", "red");
        await CreateAsync("a", "blue", "blue");
        await CreateAsync("b", "elsewhere", "red");
        Assert.That(Names(informer), Is.EqualTo(new[] { "red" }));

        Task<ApiResult<PartialObject>> CreateAsync(string ns, string name, string color) => _client.CreateAsync(Widgets.Widget, ns,
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["color"] = color } } }, new WriteOptions(), CancellationToken.None);
    }

    [Test]
    public async Task Write_through_another_type_is_seen_by_every_projection()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        Informer<PartialObject> informer = await StartAsync();
        _cluster.HoldWatches = true;
        KubernetesResource<DynamicObject> whole = DynamicObject.Resource(Widgets.Widget.Kind, "widgets");
        ApiResult<DynamicObject> written = await _client.PatchAsync(whole, new("a", "one"),
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["x"] = "y" } } }), new WriteOptions(), CancellationToken.None);
        Assert.That(written.IsSuccess, Is.True);
        Assert.That(informer.Store.Get(new("a", "one"))!.Metadata.Annotations["x"], Is.EqualTo("y"));
    }

    [Test]
    public async Task Kind_that_goes_empties_the_store_and_one_that_comes_back_fills_it()
    {
        _cluster.Put(Widgets.Widget, "a", "one");
        Informer<PartialObject> informer = await StartAsync();
        var handler = new Recorder();
        using IDisposable subscription = informer.Subscribe(handler);
        _cluster.Unserve(Widgets.Widget);
        await Eventually.HoldsAsync(() => !informer.HasSynced && informer.Store.Count == 0, "the informer stops");
        await Eventually.HoldsAsync(() => handler.Log.Contains("delete one"), "the handler is told");
        Assert.That(_kinds.IsServed(Widgets.Widget.Kind), Is.False);
        _cluster.Serve(Widgets.Widget);
        await Eventually.HoldsAsync(() => informer.HasSynced && informer.Store.Count == 1, "the informer starts again");
    }

    [Test]
    public void Same_resource_type_and_scope_is_the_same_informer()
    {
        Assert.That(_cache.Informer(Widgets.Widget, new(Namespace: "a")), Is.SameAs(_cache.Informer(Widgets.Widget, new(Namespace: "a"), optional: true)));
        Assert.That(_cache.Informer(Widgets.Widget, new(Namespace: "a")), Is.Not.SameAs(_cache.Informer(Widgets.Widget)));
        Assert.That(_cache.Informer(Widgets.Widget, new(Namespace: "a")).Optional, Is.False, "one reader who needs it is enough");
    }

    private sealed class Recorder(Action? before = null) : IInformerHandler<PartialObject>
    {
        public ConcurrentQueue<string> Log { get; } = new();

        public Action? Before { get; set; } = before;

        public void OnAdded(PartialObject obj, bool isInitial) => Note($"add {obj.Metadata.Name}");

        public void OnUpdated(PartialObject previous, PartialObject current) => Note($"update {current.Metadata.Name}");

        public void OnDeleted(PartialObject last) => Note($"delete {last.Metadata.Name}");

        private void Note(string what)
        {
            Before?.Invoke();
            Log.Enqueue(what);
        }
    }
}
