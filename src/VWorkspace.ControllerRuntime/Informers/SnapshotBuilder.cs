using System.Collections.Immutable;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Makes the next snapshots out of one that still stands. Both share what does not change, so that many changes cost the memory of what they touch.</summary>
internal sealed class SnapshotBuilder<T>(StoreSnapshot<T> first, IReadOnlyList<StoreIndex<T>> indexes) where T : class, IKubernetesObject
{
    private readonly ImmutableDictionary<ObjectKey, T>.Builder _objects = first.Objects.ToBuilder();
    private StoreSnapshot<T> _snapshot = first;
    private readonly Dictionary<string, ImmutableDictionary<ObjectKey, T>.Builder>[] _buckets =
        [.. indexes.Select(static _ => new Dictionary<string, ImmutableDictionary<ObjectKey, T>.Builder>(StringComparer.Ordinal))];

    public IEnumerable<ObjectKey> Keys => _objects.Keys;

    /// <summary>The object as it will be, or null.</summary>
    public T? Find(ObjectKey key) => _objects.GetValueOrDefault(key);

    public void Set(ObjectKey key, T current)
    {
        T? previous = Find(key);
        if (ReferenceEquals(previous, current)) return;
        for (int i = 0; i < indexes.Count; i++)
        {
            IReadOnlyCollection<string> after = indexes[i].ValuesOf(current);
            if (previous is not null)
                foreach (string value in indexes[i].ValuesOf(previous))
                    if (!after.Contains(value, StringComparer.Ordinal)) Bucket(i, value).Remove(key);
            foreach (string value in after) Bucket(i, value)[key] = current;
        }

        _objects[key] = current;
    }

    public void Remove(ObjectKey key)
    {
        if (Find(key) is not { } previous) return;
        for (int i = 0; i < indexes.Count; i++)
            foreach (string value in indexes[i].ValuesOf(previous)) Bucket(i, value).Remove(key);
        _objects.Remove(key);
    }

    /// <summary>The snapshot with all changes up to now; more may follow.</summary>
    public StoreSnapshot<T> ToSnapshot() => _snapshot = _snapshot.With(_objects.ToImmutable(), _buckets);

    private ImmutableDictionary<ObjectKey, T>.Builder Bucket(int index, string value)
    {
        if (!_buckets[index].TryGetValue(value, out ImmutableDictionary<ObjectKey, T>.Builder? bucket)) _buckets[index][value] = bucket = _snapshot.Bucket(index, value).ToBuilder();
        return bucket;
    }
}
