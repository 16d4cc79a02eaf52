using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Where a reflector puts what it learns. Called by one reflector, one call at a time.</summary>
internal interface IReflectorSink<in T> where T : class, IKubernetesObject
{
    /// <summary>A list begins. Nothing of it shows before it is complete; one that is begun before that takes its place.</summary>
    IReflectorList<T> BeginList();

    /// <summary>An object came or changed.</summary>
    void Upsert(T obj, string? resourceVersion);

    /// <summary>An object went; <paramref name="last"/> is its last state when that could be decoded.</summary>
    void Delete(ObjectKey key, T? last, string? resourceVersion);

    /// <summary>Nothing else changed up to this version.</summary>
    void Bookmark(string resourceVersion);
}

/// <summary>A list while it is read. What is not in it when it is complete was deleted.</summary>
internal interface IReflectorList<in T> where T : class, IKubernetesObject
{
    /// <summary>An object of the list; of one that comes twice the last state counts.</summary>
    void Add(T obj);

    /// <summary>An object went while the list was read.</summary>
    void Remove(ObjectKey key);

    /// <summary>An object is there but cannot be decoded: its last known state stays.</summary>
    void Keep(ObjectKey key);

    /// <summary>The list is the complete state at this version.</summary>
    /// <returns>False when it cannot be taken as it is and has to be read again.</returns>
    bool Complete(string resourceVersion);
}
