using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The reflector carrying out what its machine decides, on answers that are written down line by line.</summary>
[TestFixture]
internal sealed class ReflectorTests
{
    private FakeTime _time = null!;
    private Script _script = null!;
    private Sink _sink = null!;
    private CancellationTokenSource _stop = null!;
    private Task _run = Task.CompletedTask;

    [SetUp]
    public void SetUp() => (_time, _script, _sink, _stop) = (new(), new(), new(), new());

    [TearDown]
    public async Task TearDown()
    {
        await _stop.CancelAsync();
        await Eventually.EndsAsync(_run.ContinueWith(static _ => { }, TaskScheduler.Default), "the reflector ends");
        _stop.Dispose();
        await _script.DisposeAsync();
        Assert.That(_time.ActiveTimers, Is.Zero, "no timer is left");
    }

    private void Start(bool streaming = true) => _run = new Reflector<PartialObject>(
        _script, Widgets.Widget, InformerScope.All, _sink, new() { StreamInitialLists = streaming, IdleTimeout = TimeSpan.FromSeconds(60) }, _time, new Random(1), NullLogger.Instance).RunUntilNotServedAsync(_stop.Token);

    private Task UntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(condition, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    private static PartialObject Obj(string name, int version) => new() { Metadata = new() { Name = name, Uid = "uid-" + name, ResourceVersion = $"{version}" } };

    private static WatchEvent<PartialObject> Line(WatchEventType type, string name, int version) => new() { Type = type, Object = Obj(name, version), ResourceVersion = $"{version}" };

    private static WatchEvent<PartialObject> Bookmark(int version, bool end = false) => new() { Type = WatchEventType.Bookmark, ResourceVersion = $"{version}", IsInitialEventsEnd = end };

    private static WatchEvent<PartialObject> Error(int code, string reason) => new() { Type = WatchEventType.Error, Error = FakeCluster.Error(code, reason) };

    [Test]
    public async Task Stream_of_initial_events_becomes_a_watch_on_the_same_connection()
    {
        _script.Watch(Line(WatchEventType.Added, "a", 1), Line(WatchEventType.Added, "b", 2), Bookmark(5, end: true), Line(WatchEventType.Modified, "a", 6));
        Start();
        await UntilAsync(() => _sink.Log.Count == 2);
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@1,b@2 at 5", "upsert a@6" }));
        Assert.That(_script.Asked, Is.EqualTo(new[] { "stream" }));
    }

    [Test]
    public async Task Object_that_changes_or_goes_while_initial_events_arrive_is_in_the_list_once_or_not_at_all()
    {
        _script.Watch(Line(WatchEventType.Added, "a", 1), Line(WatchEventType.Added, "b", 2), Line(WatchEventType.Added, "c", 3), Line(WatchEventType.Modified, "b", 4), Line(WatchEventType.Deleted, "a", 5), Bookmark(5, end: true));
        Start();
        await UntilAsync(() => _sink.Log.Count == 1);
        Assert.That(_sink.Log.Single(), Is.EqualTo("replace b@4,c@3 at 5"));
    }

    [Test]
    public async Task Stream_that_never_says_that_it_is_complete_gives_way_to_pages()
    {
        _script.Watch(Line(WatchEventType.Added, "a", 1));
        _script.Page("9", null, Obj("a", 1));
        _script.Watch();
        Start();
        await UntilAsync(() => _script.Asked.Count == 3);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "stream", "list", "watch from 9" }));
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@1 at 9" }));
    }

    [Test]
    public async Task Bookmark_moves_the_version_from_which_a_watch_resumes()
    {
        _script.Page("9", null);
        _script.WatchThenEnd(Bookmark(30), Bookmark(30), Bookmark(20));
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 3);
        Assert.That(_script.Asked[2], Is.EqualTo("watch from 30"), "bookmarks twice and out of order do no harm");
    }

    [Test]
    public async Task Expiry_inside_the_stream_lists_anew()
    {
        _script.Page("9", null, Obj("a", 1));
        _script.WatchThenEnd(Line(WatchEventType.Modified, "a", 10), Error(410, "Expired"));
        _script.Page("40", null, Obj("b", 39));
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 4);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "list", "watch from 9", "list", "watch from 40" }));
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@1 at 9", "upsert a@10", "replace b@39 at 40" }));
    }

    [Test]
    public async Task Expiry_as_http_status_and_versions_from_the_future_list_anew()
    {
        _script.Page("9", null);
        _script.RefuseWatch(FakeCluster.Error(410, "Expired"));
        _script.Page("20", null);
        _script.RefuseWatch(FakeCluster.Error(504, "Timeout", "Too large resource version: 20, current: 3"));
        _script.Page("3", null);
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 6);
        Assert.That(_script.Asked.Last(), Is.EqualTo("watch from 3"));
    }

    [Test]
    public async Task Pages_are_put_together_and_a_token_that_expires_starts_over_without_doubles()
    {
        _script.Page("9", "t1", Obj("a", 1));
        _script.RefuseList(FakeCluster.Error(410, "Expired"));
        _script.Page("12", "t2", Obj("a", 1), Obj("b", 2));
        _script.Page("12", null, Obj("c", 3));
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 5);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "list", "list t1", "list", "list t2", "watch from 12" }));
        Assert.That(_sink.Log.Single(), Is.EqualTo("replace a@1,b@2,c@3 at 12"));
    }

    [Test]
    public async Task Watch_without_a_line_is_opened_again_and_after_the_second_time_listed_anew()
    {
        _script.Page("9", null);
        _script.Watch();
        _script.Watch();
        _script.Page("4", null);
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 5);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "list", "watch from 9", "watch from 9", "list", "watch from 4" }));
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.InRange(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(130)));
    }

    [Test]
    public async Task Event_that_is_older_than_what_was_seen_means_another_history()
    {
        _script.Page("9", null, Obj("a", 8));
        _script.Watch(Line(WatchEventType.Modified, "a", 5));
        _script.Page("6", null, Obj("a", 5));
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 4);
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@8 at 9", "replace a@5 at 6" }));
    }

    [Test]
    public async Task Undecodable_object_of_a_list_is_kept_and_an_undecodable_deletion_is_honoured()
    {
        _script.Page("9", null, [Obj("a", 1)], [new UndecodableItem(ObjectKey.ClusterScoped("b"), "2", "$.spec")]);
        _script.Watch(new WatchEvent<PartialObject> { Type = WatchEventType.Undecodable, UndecodableType = WatchEventType.Deleted, Key = ObjectKey.ClusterScoped("a"), ResourceVersion = "10", DecodeError = "$" });
        Start(streaming: false);
        await UntilAsync(() => _sink.Log.Count == 2);
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@1 at 9 keep b", "delete a" }));
    }

    [Test]
    public async Task Server_that_asks_for_patience_gets_it()
    {
        _script.RefuseList(new(new() { Code = 429, Reason = "TooManyRequests" }, TimeSpan.FromSeconds(50)));
        _script.Page("9", null);
        _script.Watch();
        Start(streaming: false);
        await UntilAsync(() => _script.Asked.Count == 3);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.InRange(TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(53)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task List_that_the_sink_refuses_is_read_again(bool streaming)
    {
        _sink.Refuse = 1;
        for (int i = 0; i < 2; i++)
        {
            if (streaming) _script.Watch(Line(WatchEventType.Added, "a", 1), Bookmark(5, end: true));
            else _script.Page("5", null, Obj("a", 1));
        }

        Start(streaming);
        await UntilAsync(() => _sink.Log.Count == 1);
        Assert.That(_sink.Log.Single(), Is.EqualTo("replace a@1 at 5"));
        Assert.That(_script.Asked.Take(2), Is.EqualTo(streaming ? new[] { "stream", "stream" } : ["list", "list"]));
    }

    [Test]
    public async Task Kind_that_is_not_served_ends_the_reflector()
    {
        _script.RefuseList(FakeCluster.Error(404, "NotFound"));
        Start(streaming: false);
        await Eventually.EndsAsync(_run, "the reflector ends");
    }

    internal sealed class Sink : IReflectorSink<PartialObject>
    {
        public ConcurrentQueue<string> Log { get; } = new();

        /// <summary>Lists that are refused before one is taken.</summary>
        public int Refuse { get; set; }

        public IReflectorList<PartialObject> BeginList() => new List(this);

        public void Upsert(PartialObject obj, string? resourceVersion) => Log.Enqueue($"upsert {Text(obj)}");

        public void Delete(ObjectKey key, PartialObject? last, string? resourceVersion) => Log.Enqueue($"delete {key}");

        public void Bookmark(string resourceVersion) { }

        private static string Text(PartialObject obj) => $"{obj.Metadata.Name}@{obj.Metadata.ResourceVersion}";

        private sealed class List(Sink sink) : IReflectorList<PartialObject>
        {
            private readonly Dictionary<ObjectKey, PartialObject> _items = [];
            private readonly HashSet<ObjectKey> _keep = [];

            public void Add(PartialObject obj)
            {
                _keep.Remove(ObjectKey.Of(obj));
                _items[ObjectKey.Of(obj)] = obj;
            }

            public void Remove(ObjectKey key)
            {
                _keep.Remove(key);
                _items.Remove(key);
            }

            public void Keep(ObjectKey key) => _keep.Add(key);

            public bool Complete(string resourceVersion)
            {
                if (sink.Refuse-- > 0) return false;
                sink.Log.Enqueue($"replace {string.Join(',', _items.Values.Select(Text).Order(StringComparer.Ordinal))} at {resourceVersion}{(_keep.Count > 0 ? " keep " + string.Join(',', _keep) : "")}");
                return true;
            }
        }
    }

    /// <summary>Answers in the order in which they were written down; after the last one requests hang.</summary>
    internal sealed class Script : IKubernetesClient
    {
        private readonly ConcurrentQueue<object> _answers = new();
        private readonly Lock _gate = new();
        private readonly List<string> _asked = [];

        public IReadOnlyList<string> Asked
        {
            get
            {
                lock (_gate) return [.. _asked];
            }
        }

        public string DefaultNamespace => "default";

        public void Page(string version, string? token, params PartialObject[] items) => Page(version, token, items, []);

        public void Page(string version, string? token, PartialObject[] items, UndecodableItem[] undecodable) =>
            _answers.Enqueue(new ApiResult<ObjectPage<PartialObject>>(new ObjectPage<PartialObject> { Items = items, ResourceVersion = version, Continue = token, Undecodable = undecodable }));

        public void RefuseList(KubernetesError error) => _answers.Enqueue(new ApiResult<ObjectPage<PartialObject>>(error));

        public void RefuseWatch(KubernetesError error) => _answers.Enqueue(new ApiResult<IWatchStream<PartialObject>>(error));

        public void Watch(params WatchEvent<PartialObject>[] lines) => _answers.Enqueue(new ApiResult<IWatchStream<PartialObject>>(new Stream(lines, false)));

        public void WatchThenBreak(Exception fault, params WatchEvent<PartialObject>[] lines) => _answers.Enqueue(new ApiResult<IWatchStream<PartialObject>>(new Stream(lines, true, fault)));

        public void WatchThenEnd(params WatchEvent<PartialObject>[] lines) => _answers.Enqueue(new ApiResult<IWatchStream<PartialObject>>(new Stream(lines, true)));

        public async Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => (ApiResult<ObjectPage<T>>)await NextAsync(options.Continue is null ? "list" : $"list {options.Continue}", cancellationToken);

        public async Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => (ApiResult<IWatchStream<T>>)await NextAsync(options.SendInitialEvents ? "stream" : $"watch from {options.ResourceVersion}", cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) => throw new NotSupportedException();

        private async Task<object> NextAsync(string what, CancellationToken cancellationToken)
        {
            await Task.Yield();
            lock (_gate) _asked.Add(what);
            if (_answers.TryDequeue(out object? answer)) return answer;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("unreachable");
        }

        private sealed class Stream(WatchEvent<PartialObject>[] lines, bool ends, Exception? fault = null) : IWatchStream<PartialObject>
        {
            public async IAsyncEnumerator<WatchEvent<PartialObject>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
            {
                foreach (WatchEvent<PartialObject> line in lines) yield return line;
                if (fault is not null) throw fault;
                if (!ends) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
