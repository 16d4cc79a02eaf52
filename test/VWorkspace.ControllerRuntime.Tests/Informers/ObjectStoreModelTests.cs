using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>
/// The store against a server that is two dictionaries: what it really has, and what the informer has been told of it so far. Own writes, foreign writes, deletions,
/// events, bookmarks and relists in random order.
/// </summary>
[TestFixture]
internal sealed class ObjectStoreModelTests
{
    [Test]
    public void Store_never_shows_less_than_own_writes_and_equals_the_server_in_the_end() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(300), Prop.ForAll<uint[]>(static operations => new Run().All(operations)));

    private sealed class Run
    {
        private readonly ObjectStore<PartialObject> _store = new(new FakeTime());
        private readonly Dictionary<ObjectKey, PartialObject> _server = [];
        private readonly Dictionary<ObjectKey, PartialObject> _seen = [];
        private readonly Queue<(ObjectKey Key, PartialObject? Object, string Version)> _events = new();
        private readonly Dictionary<ObjectKey, int> _ownWrites = [];
        private int _version = 1;

        public Run()
        {
            _store.AddIndex("color", static o => [o.Metadata.Labels["color"]]);
            _store.SeeAll(_store.BeginListing(reuse: true).Complete().Snapshot, "1");
        }

        public bool All(uint[] operations)
        {
            foreach (uint operation in operations)
            {
                var key = new ObjectKey($"n{(operation >> 4) % 2}", $"o{(operation >> 5) % 3}");
                string color = ((operation >> 8) % 3).ToString(CultureInfo.InvariantCulture);
                switch (operation % 8)
                {
                    case 0:
                        Put(key, color);
                        break;
                    case 1 or 2:
                        _store.Wrote(key, Put(key, color));
                        _ownWrites[key] = _version;
                        break;
                    case 3:
                        Remove(key, own: false);
                        break;
                    case 4:
                        Remove(key, own: true);
                        break;
                    case 5 or 6:
                        Event();
                        break;
                    default:
                        if (operation % 3 == 0) Relist(operation / 3);
                        else if (_events.Count == 0) _store.SeeVersion($"{_version}");
                        break;
                }

                Compare();
            }

            while (_events.Count > 0) Event();
            Require(_store.OverlayCount == 0, "the overlay is empty when everything was seen");
            Require(_store.List().Select(Text).Order(StringComparer.Ordinal).SequenceEqual(_server.Values.Select(Text).Order(StringComparer.Ordinal)), "the store equals the server when everything was seen");
            return true;
        }

        private PartialObject Put(ObjectKey key, string color)
        {
            string uid = _server.TryGetValue(key, out PartialObject? old) ? old.Metadata.Uid! : $"uid-{_version}";
            var obj = new PartialObject
            {
                Metadata = new()
                {
                    Namespace = key.Namespace, Name = key.Name, Uid = uid, ResourceVersion = $"{++_version}",
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["color"] = color },
                },
            };
            _server[key] = obj;
            _events.Enqueue((key, obj, $"{_version}"));
            return obj;
        }

        private void Remove(ObjectKey key, bool own)
        {
            if (!_server.Remove(key, out PartialObject? gone)) return;
            _events.Enqueue((key, null, $"{++_version}"));
            _ownWrites.Remove(key);
            if (own) _store.Deleted(key, gone.Metadata.Uid);
        }

        private void Event()
        {
            if (!_events.TryDequeue(out var next)) return;
            _store.See(next.Key, _seen.GetValueOrDefault(next.Key), next.Object, next.Version);
            if (next.Object is null) _seen.Remove(next.Key);
            else _seen[next.Key] = next.Object;
        }

        private void Relist(uint operation)
        {
            ObjectKey[] before = [.. _seen.Keys];
            _events.Clear();
            _seen.Clear();
            StoreListing<PartialObject> listing = _store.BeginListing(reuse: operation % 5 > 0);
            foreach ((ObjectKey key, PartialObject obj) in _server)
            {
                // Sometimes an object arrives in an older state first, or comes and goes and comes again, or cannot be decoded and then can.
                var copy = obj with { ApiVersion = "again" };
                if (operation % 7 == 0) listing.Add(obj with { Metadata = obj.Metadata with { ResourceVersion = "1" } });
                if (operation % 11 == 0) listing.Remove(key);
                if (operation % 13 == 0) listing.Keep(key);
                listing.Add(copy);
                if (operation % 17 == 0) listing.Keep(key);
                if (operation % 3 == 0) _store.SeeSome(listing.SoFar().Snapshot);
                _seen[key] = copy;
            }

            foreach (ObjectKey gone in before.Where(key => !_server.ContainsKey(key)))
            {
                if (operation % 5 == 1) listing.Add(new() { Metadata = new() { Namespace = gone.Namespace, Name = gone.Name, ResourceVersion = "1", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["color"] = "0" } } });
                if (operation % 5 == 1) listing.Remove(gone);
            }

            _store.SeeAll(listing.Complete().Snapshot, $"{_version}");
            Require(_store.Seen.Objects.Values.Select(Text).Order(StringComparer.Ordinal).SequenceEqual(_server.Values.Select(Text).Order(StringComparer.Ordinal)), "what was listed is what is there");
            foreach (ObjectKey key in _server.Keys) _seen[key] = _store.Seen.Objects[key];
        }

        private void Compare()
        {
            foreach ((ObjectKey key, int version) in _ownWrites)
            {
                if (!_server.ContainsKey(key)) continue;
                PartialObject? shown = _store.Get(key);
                Require(shown is not null && int.Parse(shown.Metadata.ResourceVersion!, CultureInfo.InvariantCulture) >= version, $"{key} is shown at {version} or newer");
            }

            IReadOnlyList<PartialObject> all = _store.List();
            Require(all.Count == _store.Count, "count and list agree");
            foreach (string color in (string[])["0", "1", "2"])
            {
                Require(_store.ByIndex("color", color).Select(Text).Order(StringComparer.Ordinal)
                    .SequenceEqual(all.Where(o => o.Metadata.Labels["color"] == color).Select(Text).Order(StringComparer.Ordinal)), "index and list agree");
            }

            Require(all.Where(static o => o.Metadata.Namespace == "n1").Select(Text).Order(StringComparer.Ordinal)
                .SequenceEqual(_store.List("n1").Select(Text).Order(StringComparer.Ordinal)), "list of a namespace and list agree");
        }

        private static string Text(PartialObject obj) => $"{ObjectKey.Of(obj)}@{obj.Metadata.ResourceVersion}";

        private static void Require(bool holds, string what)
        {
            if (!holds) throw new InvalidOperationException("violated: " + what);
        }
    }
}
