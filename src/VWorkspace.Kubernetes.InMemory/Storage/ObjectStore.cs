using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>Everything that is stored, under one resource-version clock. Writers are serialised; readers take immutable snapshots.</summary>
internal sealed class ObjectStore(int historyLimit, int watchBuffer)
{
    private readonly Lock _gate = new();
    private readonly WatchPump _pump = new();
    private readonly Dictionary<string, ResourceTable> _tables = new(StringComparer.Ordinal);
    private long _revision = 1;

    /// <summary>Called after each commit, outside the lock, in no particular order between threads.</summary>
    public Action<string, StoreEvent>? Committed { get; set; }

    public long Revision => Volatile.Read(ref _revision);

    public ResourceTable Table(string key)
    {
        lock (_gate) return TableLocked(key);
    }

    public IReadOnlyList<ResourceTable> Tables()
    {
        lock (_gate) return [.. _tables.Values];
    }

    public (ImmutableSortedSet<StoredObject> Objects, long Revision) Read(string key)
    {
        lock (_gate) return (TableLocked(key).Current, _revision);
    }

    /// <summary>The table at a past revision; null objects when history no longer reaches it.</summary>
    public (ImmutableSortedSet<StoredObject>? Objects, long Oldest, long Current) ReadAt(string key, long revision)
    {
        lock (_gate)
        {
            var table = TableLocked(key);
            return (table.At(revision), table.OldestRevision, _revision);
        }
    }

    /// <summary>All tables at one revision.</summary>
    public (long Revision, IReadOnlyList<(string Key, ImmutableSortedSet<StoredObject> Objects)> Tables) ReadAll()
    {
        lock (_gate) return (_revision, [.. _tables.Select(t => (t.Key, t.Value.Current))]);
    }

    public StoredObject? Find(string key, string ns, string name) => Table(key).Find(StoredObject.MakeKey(ns, name));

    /// <summary>Adds an object; null when the key is taken. The tree becomes the store's: it must not be touched afterwards.</summary>
    public StoredObject? Add(string key, JsonObject node, long schemaEpoch)
    {
        StoreEvent change;
        lock (_gate)
        {
            var table = TableLocked(key);
            if (table.Find(StoredObject.MakeKey(node.Namespace(), node.Name())) is not null) return null;
            var stored = Stamp(node, schemaEpoch);
            change = new StoreEvent(StoreEventType.Added, stored, null, table.Current.Add(stored));
            table.Append(change, historyLimit);
        }

        Committed?.Invoke(key, change);
        return change.Object;
    }

    /// <summary>Replaces exactly <paramref name="expected"/>; null when it is no longer the current state.</summary>
    public StoredObject? Replace(string key, StoredObject expected, JsonObject node, long schemaEpoch)
    {
        StoreEvent change;
        lock (_gate)
        {
            var table = TableLocked(key);
            if (!ReferenceEquals(table.Find(expected.Key), expected)) return null;
            var stored = Stamp(node, schemaEpoch);
            change = new StoreEvent(StoreEventType.Modified, stored, expected, table.Current.Remove(expected).Add(stored));
            table.Append(change, historyLimit);
        }

        Committed?.Invoke(key, change);
        return change.Object;
    }

    /// <summary>Removes exactly <paramref name="expected"/>; null when it is no longer the current state. <paramref name="last"/> replaces the last state shown to watchers.</summary>
    public StoredObject? Remove(string key, StoredObject expected, JsonObject? last = null)
    {
        StoreEvent change;
        lock (_gate)
        {
            var table = TableLocked(key);
            if (!ReferenceEquals(table.Find(expected.Key), expected)) return null;
            var stored = Stamp(last ?? expected.Node.Copy(), expected.SchemaEpoch);
            change = new StoreEvent(StoreEventType.Deleted, stored, expected, table.Current.Remove(expected));
            table.Append(change, historyLimit);
        }

        Committed?.Invoke(key, change);
        return change.Object;
    }

    /// <summary>Begins to watch. Null when history does not reach back to <paramref name="since"/>; without it the current objects come along.</summary>
    /// <param name="key">The table.</param>
    /// <param name="ns">Only changes of this namespace; empty for all.</param>
    /// <param name="since">The revision to start after.</param>
    /// <param name="paced">Whether the reader may run on the thread of the pump, in its rounds.</param>
    public StoreWatch Watch(string key, string ns, long? since, bool paced = false)
    {
        lock (_gate)
        {
            var table = TableLocked(key);
            if (since is { } from && from < table.OldestRevision) return new StoreWatch(null, [], [], _revision, table.OldestRevision);
            var subscription = new StoreSubscription(ns, watchBuffer, paced ? _pump : null);
            table.Subscribe(subscription);
            return since is { } start
                ? new StoreWatch(subscription, [], [.. table.Since(start).Where(e => ns.Length == 0 || e.Object.Namespace == ns)], _revision, table.OldestRevision)
                : new StoreWatch(subscription, ns.Length == 0 ? table.Current : table.Current.Where(o => o.Namespace == ns).ToList(), [], _revision, table.OldestRevision);
        }
    }

    /// <summary>The revision up to which a watcher that has read its inbox has seen everything.</summary>
    public long SentUpTo(StoreSubscription subscription)
    {
        lock (_gate) return subscription.TryPeek(out var waiting) ? waiting.Revision - 1 : _revision;
    }

    public void Unsubscribe(string key, StoreSubscription subscription)
    {
        lock (_gate) TableLocked(key).Unsubscribe(subscription);
    }

    /// <summary>Ends every watch of a table; the objects stay.</summary>
    public void EndWatches(string key)
    {
        lock (_gate)
        {
            foreach (var subscription in TableLocked(key).Subscriptions.ToArray())
            {
                subscription.End();
                TableLocked(key).Unsubscribe(subscription);
            }
        }
    }

    /// <summary>Drops a table altogether, as when its CRD goes; a later table of the same name starts a new history.</summary>
    public void Drop(string key)
    {
        EndWatches(key);
        lock (_gate) _tables.Remove(key);
    }

    /// <summary>Forgets history up to now (or up to a revision): a real compaction.</summary>
    public void Compact(long? revision = null)
    {
        lock (_gate)
        {
            foreach (var table in _tables.Values) table.Compact(revision ?? _revision);
        }
    }

    /// <summary>Moves the clock without a change, as writes to resources one does not see would.</summary>
    public void Advance(long by)
    {
        lock (_gate) _revision += by;
    }

    /// <summary>Puts back a saved state. The clock takes the saved value, which may lie in the past: clients then see "too large resource version".</summary>
    public void Restore(long revision, IEnumerable<(string Key, StoredObject Object)> objects)
    {
        lock (_gate)
        {
            _revision = revision;
            foreach (var table in _tables.Values)
            {
                foreach (var subscription in table.Subscriptions.ToArray())
                {
                    subscription.End();
                    table.Unsubscribe(subscription);
                }

                table.Restore(ResourceTable.Empty, revision);
            }

            foreach (var group in objects.GroupBy(o => o.Key, StringComparer.Ordinal))
                TableLocked(group.Key).Restore(ResourceTable.Empty.Union(group.Select(o => o.Object)), revision);
        }
    }

    private ResourceTable TableLocked(string key)
    {
        if (_tables.TryGetValue(key, out var table)) return table;
        table = new ResourceTable(key, _revision);
        _tables[key] = table;
        return table;
    }

    private StoredObject Stamp(JsonObject node, long schemaEpoch)
    {
        Volatile.Write(ref _revision, _revision + 1);
        node.Metadata()["resourceVersion"] = _revision.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(node, _revision, schemaEpoch);
    }
}

/// <summary>The start of a watch.</summary>
/// <param name="Subscription">The inbox of what follows; null when history does not reach back far enough.</param>
/// <param name="Initial">The current objects, when no start was given.</param>
/// <param name="Backlog">The changes since the start that was given.</param>
/// <param name="Revision">The clock at this moment.</param>
/// <param name="Oldest">The earliest revision a watch may start from.</param>
internal sealed record StoreWatch(StoreSubscription? Subscription, IReadOnlyCollection<StoredObject> Initial, IReadOnlyList<StoreEvent> Backlog, long Revision, long Oldest);
