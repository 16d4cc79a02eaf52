using System.Collections.Immutable;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>All objects of an informer and their indexes at one moment. Never changes; a change makes the next snapshot, which shares nearly everything.</summary>
internal sealed class StoreSnapshot<T> where T : class, IKubernetesObject
{
    private readonly ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>[] _buckets;
    private IReadOnlyList<T>? _list;

    private StoreSnapshot(ImmutableDictionary<ObjectKey, T> objects, ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>[] buckets) =>
        (Objects, _buckets) = (objects, buckets);

    public static StoreSnapshot<T> Empty(int indexes) =>
        new(ImmutableDictionary<ObjectKey, T>.Empty, [.. Enumerable.Repeat(ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>.Empty.WithComparers(StringComparer.Ordinal), indexes)]);

    public ImmutableDictionary<ObjectKey, T> Objects { get; }

    /// <summary>All objects as a list; made once for each snapshot that somebody lists.</summary>
    public IReadOnlyList<T> List => _list ??= [.. Objects.Values];

    public ImmutableDictionary<ObjectKey, T> Bucket(int index, string value) => Bucket(_buckets[index], value);

    /// <summary>The snapshot after one object changed from <paramref name="previous"/> to <paramref name="current"/>; null stands for absent.</summary>
    public StoreSnapshot<T> With(ObjectKey key, T? previous, T? current, IReadOnlyList<StoreIndex<T>> indexes)
    {
        var buckets = (ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>[])_buckets.Clone();
        for (int i = 0; i < indexes.Count; i++)
        {
            IReadOnlyCollection<string> before = previous is null ? [] : indexes[i].ValuesOf(previous), after = current is null ? [] : indexes[i].ValuesOf(current);
            foreach (string value in before)
                if (!after.Contains(value, StringComparer.Ordinal)) buckets[i] = Without(buckets[i], key, value);
            foreach (string value in after) buckets[i] = buckets[i].SetItem(value, Bucket(buckets[i], value).SetItem(key, current!));
        }

        return new(current is null ? Objects.Remove(key) : Objects.SetItem(key, current), buckets);
    }

    /// <summary>The snapshot after many objects changed.</summary>
    /// <param name="objects">All objects.</param>
    /// <param name="touched">For each index the buckets that changed.</param>
    public StoreSnapshot<T> With(ImmutableDictionary<ObjectKey, T> objects, IReadOnlyList<Dictionary<string, ImmutableDictionary<ObjectKey, T>.Builder>> touched)
    {
        if (ReferenceEquals(objects, Objects)) return this;
        var buckets = (ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>[])_buckets.Clone();
        for (int i = 0; i < buckets.Length; i++)
        {
            ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>>.Builder index = buckets[i].ToBuilder();
            foreach ((string value, ImmutableDictionary<ObjectKey, T>.Builder bucket) in touched[i])
            {
                if (bucket.Count == 0) index.Remove(value);
                else index[value] = bucket.ToImmutable();
            }

            buckets[i] = index.ToImmutable();
        }

        return new(objects, buckets);
    }

    private static ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>> Without(
        ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>> index, ObjectKey key, string value)
    {
        ImmutableDictionary<ObjectKey, T> bucket = Bucket(index, value).Remove(key);
        return bucket.IsEmpty ? index.Remove(value) : index.SetItem(value, bucket);
    }

    private static ImmutableDictionary<ObjectKey, T> Bucket(ImmutableDictionary<string, ImmutableDictionary<ObjectKey, T>> index, string value) =>
        index.TryGetValue(value, out ImmutableDictionary<ObjectKey, T>? bucket) ? bucket : ImmutableDictionary<ObjectKey, T>.Empty;
}

/// <summary>A named function from an object to index values.</summary>
internal sealed class StoreIndex<T>(string name, Func<T, IEnumerable<string>> values) where T : class, IKubernetesObject
{
    public string Name { get; } = name;

    public Func<T, IEnumerable<string>> Values { get; } = values;

    /// <summary>The values, each once.</summary>
    public IReadOnlyCollection<string> ValuesOf(T obj)
    {
        IEnumerable<string> result = Values(obj);
        return result is string[] { Length: <= 1 } few ? few : new HashSet<string>(result, StringComparer.Ordinal);
    }
}
