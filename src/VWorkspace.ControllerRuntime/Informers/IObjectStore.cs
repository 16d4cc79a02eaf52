using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What an informer knows. Readers see immutable snapshots without locks; an object is never changed after it was handed out.</summary>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public interface IObjectStore<T> where T : class, IKubernetesObject
{
    /// <summary>The object, or null. Never older than the last successful write of this process to it.</summary>
    T? Get(ObjectKey key);

    /// <summary>All objects, or those of one namespace; no order.</summary>
    IReadOnlyList<T> List(string? @namespace = null);

    /// <summary>Objects for which the index function named <paramref name="index"/> gave <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">There is no such index.</exception>
    IReadOnlyList<T> ByIndex(string index, string value);

    /// <summary>Number of objects.</summary>
    int Count { get; }
}
