using System.Collections.Immutable;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>All objects of one resource, the ring of its latest changes, and those who watch it. Changed only under the store's lock.</summary>
internal sealed class ResourceTable
{
    private readonly EventHistory _history = new();
    private readonly List<StoreSubscription> _subscriptions = [];
    private ImmutableSortedSet<StoredObject> _base = Empty;
    private volatile ImmutableSortedSet<StoredObject> _current = Empty;

    public ResourceTable(string key, long startRevision)
    {
        Key = key;
        OldestRevision = startRevision;
        LastRevision = startRevision;
    }

    public static ImmutableSortedSet<StoredObject> Empty { get; } = ImmutableSortedSet.Create<StoredObject>(StoredObject.KeyComparer.Instance);

    public string Key { get; }

    /// <summary>The earliest revision that a watch can start from and a list can be taken at.</summary>
    public long OldestRevision { get; private set; }

    public long LastRevision { get; private set; }

    public int HistoryCount => _history.Count;

    public IReadOnlyList<StoreSubscription> Subscriptions => _subscriptions;

    public ImmutableSortedSet<StoredObject> Current => _current;

    public StoredObject? Find(string key) => _current.TryGetValue(StoredObject.Probe(key), out var found) ? found : null;

    public void Append(StoreEvent change, int historyLimit)
    {
        _current = change.After;
        LastRevision = change.Revision;
        _history.Add(change);
        while (_history.Count > historyLimit)
        {
            var dropped = _history.RemoveOldest();
            _base = dropped.After;
            OldestRevision = dropped.Revision;
        }

        for (var i = _subscriptions.Count - 1; i >= 0; i--)
            if (!_subscriptions[i].Offer(change)) _subscriptions.RemoveAt(i);
    }

    /// <summary>The table as it was at a revision; null when that is no longer known.</summary>
    public ImmutableSortedSet<StoredObject>? At(long revision)
    {
        if (revision >= LastRevision) return _current;
        if (revision < OldestRevision) return null;
        var after = _history.FirstAfter(revision);
        return after == 0 ? _base : _history[after - 1].After;
    }

    public IEnumerable<StoreEvent> Since(long revision)
    {
        for (var i = _history.FirstAfter(revision); i < _history.Count; i++) yield return _history[i];
    }

    public void Subscribe(StoreSubscription subscription) => _subscriptions.Add(subscription);

    public void Unsubscribe(StoreSubscription subscription) => _subscriptions.Remove(subscription);

    /// <summary>Forgets all history up to the revision: older watches and lists get 410.</summary>
    public void Compact(long revision)
    {
        while (_history.Count > 0 && _history[0].Revision <= revision) _base = _history.RemoveOldest().After;

        OldestRevision = Math.Max(OldestRevision, revision);
    }

    public void Restore(ImmutableSortedSet<StoredObject> objects, long revision)
    {
        _history.Clear();
        _base = _current = objects;
        OldestRevision = LastRevision = revision;
    }
}
