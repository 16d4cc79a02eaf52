using System.Collections.Immutable;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The store of an informer: a snapshot of what the informer saw, and over it what this process wrote since. Only the informer changes the snapshot;
/// writes go into the overlay and leave it when the informer has caught up, when somebody else wrote something newer, or after a while.
/// Readers take one reference and no lock.
/// </summary>
internal sealed class ObjectStore<T>(TimeProvider clock) : IObjectStore<T> where T : class, IKubernetesObject
{
    /// <summary>After so long an entry goes that the informer neither confirms nor is known to be behind of.</summary>
    private static readonly TimeSpan OverlayLifetime = TimeSpan.FromMinutes(1);

    private const int NamespaceIndex = 0;

    private readonly List<StoreIndex<T>> _indexes = [new("namespace", static obj => new[] { obj.Metadata.Namespace ?? string.Empty })];
    private View _view = new(StoreSnapshot<T>.Empty(1), ImmutableDictionary<ObjectKey, OverlayEntry<T>>.Empty);

    /// <summary>Version up to which the informer has seen everything; null before the first list.</summary>
    public string? SeenVersion { get; private set; }

    /// <summary>What the informer saw, without the overlay.</summary>
    public StoreSnapshot<T> Seen => Volatile.Read(ref _view).Snapshot;

    public int OverlayCount => Volatile.Read(ref _view).Overlay.Count;

    public int Count
    {
        get
        {
            View view = Volatile.Read(ref _view);
            int count = view.Snapshot.Objects.Count;
            foreach ((ObjectKey key, OverlayEntry<T> entry) in view.Overlay)
            {
                bool seen = view.Snapshot.Objects.ContainsKey(key);
                if (seen && entry.Object is null) count--;
                else if (!seen && entry.Object is not null) count++;
            }

            return count;
        }
    }

    public T? Get(ObjectKey key)
    {
        View view = Volatile.Read(ref _view);
        if (!view.Overlay.IsEmpty && view.Overlay.TryGetValue(key, out OverlayEntry<T>? entry)) return entry.Object;
        return view.Snapshot.Objects.GetValueOrDefault(key);
    }

    public IReadOnlyList<T> List(string? @namespace = null)
    {
        View view = Volatile.Read(ref _view);
        if (@namespace is null)
            return view.Overlay.IsEmpty ? view.Snapshot.List : Merge(view.Snapshot.Objects, view.Overlay, static _ => true);
        return Merge(view.Snapshot.Bucket(NamespaceIndex, @namespace), view.Overlay, obj => (obj.Metadata.Namespace ?? string.Empty) == @namespace);
    }

    public IReadOnlyList<T> ByIndex(string index, string value)
    {
        int position = Position(index);
        if (position < 0) throw new ArgumentException($"There is no index '{index}'.", nameof(index));
        View view = Volatile.Read(ref _view);
        StoreIndex<T> function = _indexes[position];
        return Merge(view.Snapshot.Bucket(position, value), view.Overlay, obj => function.ValuesOf(obj).Contains(value, StringComparer.Ordinal));
    }

    /// <summary>Adds an index to a store that is still empty.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        int position = Position(name);
        if (position == NamespaceIndex || (position > 0 && _indexes[position].Values != values))
            throw new InvalidOperationException($"Index '{name}' is taken by another function.");
        if (position > 0) return;
        _indexes.Add(new(name, values));
        _view = new(StoreSnapshot<T>.Empty(_indexes.Count), ImmutableDictionary<ObjectKey, OverlayEntry<T>>.Empty);
    }

    /// <summary>The informer saw one change.</summary>
    public void See(ObjectKey key, T? previous, T? current, string? version)
    {
        View view = _view;
        ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay = view.Overlay;
        if (!overlay.IsEmpty && overlay.TryGetValue(key, out OverlayEntry<T>? entry))
        {
            // A deletion is seen at the version of the deletion, which is newer than any write to the object that it ended.
            bool superseded = current is not null ? entry.IsSupersededBy(current) : entry.DeletedUid is not null || !ResourceVersions.IsOlder(version, entry.ResourceVersion);
            if (superseded) overlay = overlay.Remove(key);
        }

        SeenVersion = version ?? SeenVersion;
        Volatile.Write(ref _view, new(view.Snapshot.With(key, previous, current, _indexes), overlay));
        DropOld();
    }

    /// <summary>The informer begins to list. Nothing but that list may change the snapshot before it is complete or given up.</summary>
    /// <param name="reuse">Whether the same UID and version mean the same object.</param>
    public StoreListing<T> BeginListing(bool reuse) => new(Seen, _indexes, reuse);

    /// <summary>True when a list at this version comes from another history than what was seen before, for instance from a server that was restored.</summary>
    public bool IsOtherHistory(string version) => ResourceVersions.IsOlder(version, SeenVersion);

    /// <summary>The informer saw a part of a list: objects that are new, and newer states of others.</summary>
    public void SeeSome(StoreSnapshot<T> snapshot)
    {
        ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay = _view.Overlay;
        foreach ((ObjectKey key, OverlayEntry<T> entry) in overlay)
            if (snapshot.Objects.TryGetValue(key, out T? current) && entry.IsSupersededBy(current)) overlay = overlay.Remove(key);
        Volatile.Write(ref _view, new(snapshot, overlay));
    }

    /// <summary>The informer saw everything at a version.</summary>
    public void SeeAll(StoreSnapshot<T> snapshot, string version)
    {
        // Nothing that was written to another history counts.
        ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay = IsOtherHistory(version) ? ImmutableDictionary<ObjectKey, OverlayEntry<T>>.Empty : _view.Overlay;
        foreach ((ObjectKey key, OverlayEntry<T> entry) in overlay)
        {
            bool superseded = snapshot.Objects.TryGetValue(key, out T? current)
                ? entry.IsSupersededBy(current)
                : entry.DeletedUid is not null || !ResourceVersions.IsOlder(version, entry.ResourceVersion);
            if (superseded) overlay = overlay.Remove(key);
        }

        SeenVersion = version;
        Volatile.Write(ref _view, new(snapshot, overlay));
    }

    /// <summary>The informer saw that nothing changed up to a version.</summary>
    public void SeeVersion(string version)
    {
        SeenVersion = version;
        View view = _view;
        if (view.Overlay.IsEmpty) return;
        ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay = view.Overlay;
        foreach ((ObjectKey key, OverlayEntry<T> entry) in overlay)
            if (ResourceVersions.HasReached(version, entry.ResourceVersion)) overlay = overlay.Remove(key);
        Volatile.Write(ref _view, new(view.Snapshot, overlay));
        DropOld();
    }

    /// <summary>The kind is gone, and all that was known about it.</summary>
    public void Forget()
    {
        SeenVersion = null;
        Volatile.Write(ref _view, new(StoreSnapshot<T>.Empty(_indexes.Count), ImmutableDictionary<ObjectKey, OverlayEntry<T>>.Empty));
    }

    /// <summary>This process wrote the object and the server answered with it. Call under the informer's lock.</summary>
    public void Wrote(ObjectKey key, T obj)
    {
        string? version = obj.Metadata.ResourceVersion;

        // Before the first list nothing has been seen: the entry waits for it, because that list may have been taken before the write.
        if (version is null || ResourceVersions.HasReached(SeenVersion, version)) return;
        DropOld();
        View view = _view;
        if (view.Snapshot.Objects.TryGetValue(key, out T? seen) && !ResourceVersions.IsOlder(seen.Metadata.ResourceVersion, version)) return;
        if (view.Overlay.TryGetValue(key, out OverlayEntry<T>? before) && IsNoNews(before, obj, version)) return;
        Volatile.Write(ref _view, new(view.Snapshot, view.Overlay.SetItem(key, new(obj, version, null, clock.GetTimestamp()))));
    }

    /// <summary>
    /// This process wrote the object, and the selector of the informer does not take it any more. The watch will tell it as a deletion; until then the old state
    /// must not show. Call under the informer's lock.
    /// </summary>
    public void Left(ObjectKey key, T obj)
    {
        string? version = obj.Metadata.ResourceVersion;
        if (version is null || Get(key) is not { } shown || ResourceVersions.HasReached(SeenVersion, version)) return;
        View view = _view;
        if (!ResourceVersions.IsOlder(shown.Metadata.ResourceVersion, version)) return;
        Volatile.Write(ref _view, new(view.Snapshot, view.Overlay.SetItem(key, new(null, version, null, clock.GetTimestamp()))));
    }

    /// <summary>Answers may arrive in another order than the writes: that of an earlier write, or of one to an incarnation that was deleted meanwhile, tells nothing.</summary>
    private static bool IsNoNews(OverlayEntry<T> before, T obj, string version) => before.DeletedUid is { } deleted
        ? deleted == obj.Metadata.Uid
        : before.ResourceVersion is not null && !ResourceVersions.IsOlder(before.ResourceVersion, version);

    /// <summary>
    /// This process deleted the object and it is gone. One that was never seen is noted too: a list or event from before the deletion may still bring it.
    /// Call under the informer's lock.
    /// </summary>
    public void Deleted(ObjectKey key, string? uid)
    {
        DropOld();
        View view = _view;
        T? known = Get(key);
        uid ??= known?.Metadata.Uid;
        if (uid is null || (known is not null && known.Metadata.Uid != uid)) return;
        Volatile.Write(ref _view, new(view.Snapshot, view.Overlay.SetItem(key, new(null, null, uid, clock.GetTimestamp()))));
    }

    private void DropOld()
    {
        View view = _view;
        if (view.Overlay.IsEmpty) return;
        ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay = view.Overlay;
        foreach ((ObjectKey key, OverlayEntry<T> entry) in overlay)
            if (clock.GetElapsedTime(entry.At) > OverlayLifetime && !IsAhead(view, key, entry)) overlay = overlay.Remove(key);
        if (overlay.Count != view.Overlay.Count) Volatile.Write(ref _view, new(view.Snapshot, overlay));
    }

    /// <summary>Whether the informer is for certain behind the entry, for instance because its watch hangs: believing it would go back in time.</summary>
    private bool IsAhead(View view, ObjectKey key, OverlayEntry<T> entry) => entry.DeletedUid is { } deleted
        ? view.Snapshot.Objects.TryGetValue(key, out T? seen) && seen.Metadata.Uid == deleted
        : ResourceVersions.IsOlder(SeenVersion, entry.ResourceVersion);

    private int Position(string index)
    {
        for (int i = 0; i < _indexes.Count; i++)
            if (_indexes[i].Name == index) return i;
        return -1;
    }

    private static List<T> Merge(ImmutableDictionary<ObjectKey, T> seen, ImmutableDictionary<ObjectKey, OverlayEntry<T>> overlay, Func<T, bool> belongs)
    {
        var result = new List<T>(seen.Count);
        foreach ((ObjectKey key, T obj) in seen)
            if (overlay.IsEmpty || !overlay.ContainsKey(key)) result.Add(obj);
        foreach ((_, OverlayEntry<T> entry) in overlay)
            if (entry.Object is { } obj && belongs(obj)) result.Add(obj);
        return result;
    }

    private sealed record View(StoreSnapshot<T> Snapshot, ImmutableDictionary<ObjectKey, OverlayEntry<T>> Overlay);
}
