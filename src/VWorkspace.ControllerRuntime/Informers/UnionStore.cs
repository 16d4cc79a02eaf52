using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Many stores, one for each namespace, read as one. No snapshot over all of them: each is read as it is at that moment.</summary>
/// <param name="stores">All there are now.</param>
/// <param name="storeOf">That of one namespace, possibly empty.</param>
internal sealed class UnionStore<T>(Func<IEnumerable<IObjectStore<T>>> stores, Func<string, IObjectStore<T>> storeOf) : IObjectStore<T> where T : class, IKubernetesObject
{
    public int Count => stores().Sum(static store => store.Count);

    public T? Get(ObjectKey key) => storeOf(key.Namespace).Get(key);

    public IReadOnlyList<T> List(string? @namespace = null) =>
        @namespace is not null ? storeOf(@namespace).List(@namespace) : [.. stores().SelectMany(static store => store.List())];

    public IReadOnlyList<T> ByIndex(string index, string value)
    {
        // Asked first, so that a wrong name is told even when nothing is watched.
        _ = storeOf(string.Empty).ByIndex(index, value);
        return [.. stores().SelectMany(store => store.ByIndex(index, value))];
    }
}
