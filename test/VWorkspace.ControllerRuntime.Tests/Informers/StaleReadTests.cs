using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A read after a write shows that write or something newer, however late watches and answers are.</summary>
[TestFixture]
internal sealed class StaleReadTests
{
    private static readonly ObjectKey Key = new("n", "o");

    private static PartialObject Obj(int version, string uid = "uid-1", string color = "red") => new()
    {
        Metadata = new()
        {
            Namespace = Key.Namespace, Name = Key.Name, Uid = uid, ResourceVersion = version.ToString(CultureInfo.InvariantCulture),
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["color"] = color },
        },
    };

    private static ObjectStore<PartialObject> Store(FakeTime time, params PartialObject[] seen)
    {
        var store = new ObjectStore<PartialObject>(time);
        SeeAll(store, seen, "10");
        return store;
    }

    private static void SeeAll(ObjectStore<PartialObject> store, IEnumerable<PartialObject> all, string version)
    {
        StoreListing<PartialObject> listing = store.BeginListing(reuse: true);
        foreach (PartialObject obj in all) listing.Add(obj);
        store.SeeAll(listing.Complete().Snapshot, version);
    }

    [Test]
    public void Answer_of_a_write_that_a_deletion_overtook_brings_no_ghost()
    {
        ObjectStore<PartialObject> store = Store(new(), Obj(5));
        store.Deleted(Key, "uid-1");
        store.Wrote(Key, Obj(12));
        Assert.That(store.Get(Key), Is.Null);
        store.Wrote(Key, Obj(14, "uid-2"));
        Assert.That(store.Get(Key)!.Metadata.Uid, Is.EqualTo("uid-2"), "another incarnation is news");
    }

    [Test]
    public void Watch_that_hangs_for_minutes_does_not_bring_back_what_was_before_a_write()
    {
        var time = new FakeTime();
        ObjectStore<PartialObject> store = Store(time, Obj(5));
        store.Wrote(Key, Obj(12));
        time.Advance(TimeSpan.FromMinutes(10));
        store.Wrote(new("n", "other"), Obj(13) with { Metadata = Obj(13).Metadata with { Name = "other" } });
        Assert.That(store.Get(Key)!.Metadata.ResourceVersion, Is.EqualTo("12"));
        store.SeeVersion("13");
        Assert.That(store.OverlayCount, Is.Zero, "it goes once the informer has caught up");
    }

    [Test]
    public void Watch_that_hangs_for_minutes_does_not_bring_back_what_was_deleted()
    {
        var time = new FakeTime();
        ObjectStore<PartialObject> store = Store(time, Obj(5));
        store.Deleted(Key, "uid-1");
        time.Advance(TimeSpan.FromMinutes(10));
        store.Wrote(new("n", "other"), Obj(13) with { Metadata = Obj(13).Metadata with { Name = "other" } });
        Assert.That(store.Get(Key), Is.Null);
        store.See(Key, Obj(5), null, "14");
        Assert.That(store.Get(Key), Is.Null);
        store.SeeVersion("15");
        Assert.That(store.OverlayCount, Is.Zero);
    }

    [Test]
    public void Entry_that_nobody_can_confirm_goes_after_a_while()
    {
        var time = new FakeTime();
        ObjectStore<PartialObject> store = Store(time, Obj(5));
        store.Wrote(Key, Obj(5) with { Metadata = Obj(5).Metadata with { ResourceVersion = "not-a-number" } });
        store.Deleted(new("n", "never seen"), "uid-9");
        time.Advance(TimeSpan.FromMinutes(2));
        store.SeeVersion("11");
        Assert.That(store.OverlayCount, Is.Zero);
    }

    [Test]
    public async Task Write_that_takes_an_object_out_of_the_selector_hides_it_at_once()
    {
        await using var cluster = new FakeCluster();
        cluster.Serve(Widgets.Widget);
        cluster.Put(Widgets.Widget, "n", "o", static o => o["metadata"]!["labels"] = new JsonObject { ["color"] = "red" });
        var environment = new InformerEnvironment(cluster, new(cluster, TimeProvider.System, TimeSpan.FromMinutes(1), NullLogger.Instance), new(), TimeProvider.System, new Random(1), NullLoggerFactory.Instance, new());
        var cache = new InformerCache(environment);
        Informer<PartialObject> informer = cache.Informer(Widgets.Widget, new(LabelSelector: "color=red"));
        await using var client = new ManagerClient(cluster, LeaderFence.AlwaysOpen(TimeProvider.System), cache);
        using var stop = new CancellationTokenSource();
        Task kinds = environment.Kinds.RunAsync(stop.Token);
        cache.Start(stop.Token);
        await Eventually.EndsAsync(informer.WaitForSyncAsync(CancellationToken.None), "the informer lists");

        cluster.HoldWatches = true;
        await RecolourAsync("blue");
        Assert.That(informer.Store.Get(Key), Is.Null);
        Assert.That(informer.Store.List(), Is.Empty);
        await RecolourAsync("red");
        Assert.That(informer.Store.Get(Key)!.Metadata.Labels["color"], Is.EqualTo("red"));

        await stop.CancelAsync();
        await Eventually.EndsAsync(Task.WhenAll(cache.WhenStopped(), Waiting.SwallowCancellationAsync(kinds)), "all ends");

        async Task RecolourAsync(string color) => Assert.That((await client.PatchAsync(Widgets.Widget, Key,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["color"] = color } } }), new WriteOptions(), CancellationToken.None)).IsSuccess);
    }

    [Test]
    public void Store_of_a_selector_never_shows_less_than_own_writes_whatever_the_order_of_answers_and_events() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(600).WithEndSize(200), Prop.ForAll<uint[]>(static operations => new Run().All(operations)));

    /// <summary>
    /// One server, two names, a store that takes only red objects. Own writes and deletions are answered late and in any order; events come late but in order; minutes pass.
    /// </summary>
    private sealed class Run
    {
        private readonly FakeTime _time = new();
        private readonly ObjectStore<PartialObject> _store;
        private readonly Dictionary<ObjectKey, PartialObject> _server = [];
        private readonly Dictionary<ObjectKey, PartialObject> _seen = [];
        private readonly Queue<(ObjectKey Key, PartialObject? Visible, string Version)> _events = new();
        private readonly List<(int Version, Action Deliver, ObjectKey Key)> _answers = [];
        private readonly Dictionary<ObjectKey, int> _known = [];
        private readonly Dictionary<ObjectKey, List<(int Version, string? Shown)>> _history = [];
        private int _version = 1;

        public Run()
        {
            _store = new(_time);
            SeeAll(_store, [], "1");
        }

        public bool All(uint[] operations)
        {
            foreach (uint operation in operations)
            {
                var key = new ObjectKey("n", $"o{(operation >> 4) % 2}");
                switch (operation % 8)
                {
                    case 0 or 1 or 2:
                        Put(key, (operation >> 6) % 3 == 0 ? "blue" : "red", own: operation % 8 != 0);
                        break;
                    case 3:
                        Remove(key, own: (operation >> 6) % 2 == 0);
                        break;
                    case 4 or 5:
                        Answer((int)((operation >> 6) % 1000));
                        break;
                    case 6:
                        Event();
                        break;
                    default:
                        if ((operation >> 6) % 4 == 0) Minutes();
                        else if ((operation >> 6) % 4 == 1) Relist();
                        else if (_events.Count == 0) _store.SeeVersion(Text(_version));
                        break;
                }

                Compare();
            }

            while (_answers.Count > 0) Answer(0);
            while (_events.Count > 0) Event();
            _store.SeeVersion(Text(_version));
            Compare();
            Require(_store.List().Select(Show).Order(StringComparer.Ordinal).SequenceEqual(_server.Values.Where(IsRed).Select(Show).Order(StringComparer.Ordinal)), "the store equals the server in the end");
            return true;
        }

        private void Put(ObjectKey key, string color, bool own)
        {
            bool exists = _server.TryGetValue(key, out PartialObject? old);
            PartialObject obj = Obj(++_version, exists ? old!.Metadata.Uid! : $"uid-{_version}", color);
            obj = obj with { Metadata = obj.Metadata with { Name = key.Name } };
            _server[key] = obj;
            if (IsRed(obj) || (exists && IsRed(old!))) _events.Enqueue((key, IsRed(obj) ? obj : null, Text(_version)));
            Remember(key, IsRed(obj) ? Show(obj) : null);
            if (!own) return;
            _answers.Add((_version, () =>
            {
                if (IsRed(obj)) _store.Wrote(key, obj);
                else _store.Left(key, obj);
            }, key));
        }

        private void Remove(ObjectKey key, bool own)
        {
            if (!_server.Remove(key, out PartialObject? gone)) return;
            ++_version;
            if (IsRed(gone)) _events.Enqueue((key, null, Text(_version)));
            Remember(key, null);
            if (own) _answers.Add((_version, () => _store.Deleted(key, gone.Metadata.Uid), key));
        }

        private void Answer(int which)
        {
            if (_answers.Count == 0) return;
            (int version, Action deliver, ObjectKey key) = _answers[which % _answers.Count];
            _answers.RemoveAt(which % _answers.Count);
            deliver();
            if (_known.GetValueOrDefault(key) < version) _known[key] = version;
        }

        private void Event()
        {
            if (!_events.TryDequeue(out (ObjectKey Key, PartialObject? Visible, string Version) next)) return;
            _store.See(next.Key, _seen.GetValueOrDefault(next.Key), next.Visible, next.Version);
            if (next.Visible is null) _seen.Remove(next.Key);
            else _seen[next.Key] = next.Visible;
        }

        private void Relist()
        {
            _events.Clear();
            _seen.Clear();
            foreach ((ObjectKey key, PartialObject obj) in _server)
                if (IsRed(obj)) _seen[key] = obj;
            SeeAll(_store, _seen.Values, Text(_version));
            foreach (ObjectKey key in _seen.Keys.ToArray()) _seen[key] = _store.Seen.Objects[key];
        }

        /// <summary>No answer takes minutes; and a deletion of what was never seen may be forgotten after one, so that nothing of that kind is open then.</summary>
        private void Minutes()
        {
            while (_answers.Count > 0) Answer(0);
            foreach ((ObjectKey key, PartialObject? visible, _) in _events)
                if (visible is not null && (!_seen.TryGetValue(key, out PartialObject? seen) || seen.Metadata.Uid != visible.Metadata.Uid)) return;
            _time.Advance(TimeSpan.FromMinutes(3));
            _store.Deleted(new("n", "elsewhere"), "uid-elsewhere");
        }

        private void Remember(ObjectKey key, string? shown)
        {
            if (!_history.TryGetValue(key, out List<(int, string?)>? history)) _history[key] = history = [(0, null)];
            history.Add((_version, shown));
        }

        private void Compare()
        {
            foreach ((ObjectKey key, int known) in _known)
            {
                string? shown = _store.Get(key) is { } obj ? Show(obj) : null;
                List<(int Version, string? Shown)> history = _history[key];
                int first = history.FindLastIndex(entry => entry.Version <= known);
                Require(history.Skip(first).Any(entry => entry.Shown == shown), $"{key} shows '{shown}', which is older than the own write at {known}");
            }
        }

        private static bool IsRed(PartialObject obj) => obj.Metadata.Labels["color"] == "red";

        private static string Show(PartialObject obj) => $"{obj.Metadata.Name}@{obj.Metadata.ResourceVersion}";

        private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

        private static void Require(bool holds, string what)
        {
            if (!holds) throw new InvalidOperationException("violated: " + what);
        }
    }
}
