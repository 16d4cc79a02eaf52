using System.Runtime.InteropServices;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>One object before and after; null stands for absent.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoreChange<T>(T? Previous, T? Current) where T : class, IKubernetesObject;

/// <summary>
/// The next state of a store while its list arrives. An object that is known already in the same version keeps its instance, and what was decoded anew is dropped at once. What is
/// new or newer may be shown before the list is complete, so that old and new states of all objects never stand side by side; what was not listed is gone only at the end.
/// </summary>
/// <param name="from">What the store shows when the list begins.</param>
/// <param name="indexes">Indexes of the store.</param>
/// <param name="reuse">False when versions cannot be trusted, because the server has another history.</param>
internal sealed class StoreListing<T>(StoreSnapshot<T> from, IReadOnlyList<StoreIndex<T>> indexes, bool reuse) where T : class, IKubernetesObject
{
    private readonly SnapshotBuilder<T> _next = new(from, indexes);

    /// <summary>What is there; null when the store was empty, because then it is all that is in <see cref="_next"/>.</summary>
    private readonly HashSet<ObjectKey>? _listed = from.Objects.IsEmpty ? null : new(from.Objects.Count);

    /// <summary>Objects that are older than what is known: true only when the whole list is.</summary>
    private readonly Dictionary<ObjectKey, T> _older = [];

    private List<StoreChange<T>> _changes = [];

    /// <summary>How many changes wait to be shown; none when the store was empty, which is shown its list as a whole.</summary>
    public int Pending => _changes.Count;

    /// <summary>True when an object was taken to be unchanged because of its version.</summary>
    public bool HasReused { get; private set; }

    public void Add(T obj)
    {
        ObjectKey key = ObjectKey.Of(obj);
        _listed?.Add(key);
        _older.Remove(key);
        T? known = _next.Find(key);
        if (known is not null)
        {
            if (reuse && known.Metadata.HasSameVersion(obj.Metadata) && known.Metadata.HasSameUid(obj.Metadata))
            {
                HasReused = true;
                return;
            }

            if (ResourceVersions.IsOlder(obj.Metadata.ResourceVersion, known.Metadata.ResourceVersion))
            {
                _older[key] = obj;
                return;
            }
        }

        Set(key, known, obj);
    }

    public void Remove(ObjectKey key)
    {
        _listed?.Remove(key);
        _older.Remove(key);
        if (_next.Find(key) is { } known) Set(key, known, null);
    }

    /// <summary>The last known state stays: that of this list, or else that of the store.</summary>
    public void Keep(ObjectKey key)
    {
        if (_next.Find(key) is not null) _listed?.Add(key);
    }

    /// <summary>What can be shown already, and how it differs from what was shown before.</summary>
    public (StoreSnapshot<T> Snapshot, IReadOnlyList<StoreChange<T>> Changes) SoFar()
    {
        IReadOnlyList<StoreChange<T>> changes = _changes;
        _changes = [];
        return (_next.ToSnapshot(), changes);
    }

    /// <summary>The state that was listed, and how it differs from what was shown before.</summary>
    public (StoreSnapshot<T> Snapshot, IReadOnlyList<StoreChange<T>> Changes) Complete()
    {
        foreach ((ObjectKey key, T obj) in _older) Set(key, _next.Find(key), obj);
        if (_listed is null)
        {
            StoreSnapshot<T> first = _next.ToSnapshot();
            return (first, [.. first.Objects.Values.Select(static obj => new StoreChange<T>(null, obj))]);
        }

        // Deletions first: what takes the place of something gone should find it gone.
        List<StoreChange<T>> changes = [];
        foreach (ObjectKey gone in _next.Keys.Where(key => !_listed.Contains(key)).ToArray())
        {
            changes.Add(new(_next.Find(gone), null));
            _next.Remove(gone);
        }

        return (_next.ToSnapshot(), [.. changes, .. _changes]);
    }

    private void Set(ObjectKey key, T? known, T? obj)
    {
        if (obj is null) _next.Remove(key);
        else _next.Set(key, obj);
        if (_listed is not null) _changes.Add(new(known, obj));
    }
}
