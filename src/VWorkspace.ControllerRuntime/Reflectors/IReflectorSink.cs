using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Where a reflector puts what it learns. Called by one reflector, one call at a time.</summary>
internal interface IReflectorSink<in T> where T : class, IKubernetesObject
{
    /// <summary>The complete state at a version. What is not in it was deleted, except <paramref name="keep"/>: those exist but could not be decoded.</summary>
    void Replace(IReadOnlyList<T> items, IReadOnlySet<ObjectKey> keep, string resourceVersion);

    /// <summary>An object came or changed.</summary>
    void Upsert(T obj, string? resourceVersion);

    /// <summary>An object went; <paramref name="last"/> is its last state when that could be decoded.</summary>
    void Delete(ObjectKey key, T? last, string? resourceVersion);

    /// <summary>Nothing else changed up to this version.</summary>
    void Bookmark(string resourceVersion);
}
