using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>One watch of one kind and scope, shared by all readers.</summary>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public interface IInformer<T> where T : class, IKubernetesObject
{
    /// <summary>What the informer knows.</summary>
    IObjectStore<T> Store { get; }

    /// <summary>True once the initial list is in the store. Stays true through reconnects; false again when the kind is no longer served.</summary>
    bool HasSynced { get; }

    /// <summary>
    /// Completes when the initial list is in the store; of an informer of many namespaces, when each that is watched at the call has listed. An optional one may never be listed:
    /// give a token that fires.
    /// </summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>Adds an index before the informer is started; <paramref name="values"/> gives the index values of an object.</summary>
    /// <exception cref="InvalidOperationException">The informer runs already, or the name is taken by another function.</exception>
    void AddIndex(string name, Func<T, IEnumerable<string>> values);

    /// <summary>
    /// Adds a handler. It first sees every object in the store as Added, then every change in order, one call at a time.
    /// A slow handler never delays another one.
    /// </summary>
    /// <returns>Dispose to stop.</returns>
    IDisposable Subscribe(IInformerHandler<T> handler);
}

/// <summary>Receives the changes of an informer in order, one at a time.</summary>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public interface IInformerHandler<in T> where T : class, IKubernetesObject
{
    /// <summary>An object came into view; <paramref name="isInitial"/> during the initial list.</summary>
    void OnAdded(T obj, bool isInitial);

    /// <summary>An object changed. A deleted and recreated one may arrive as one update with another UID.</summary>
    void OnUpdated(T previous, T current);

    /// <summary>An object left; <paramref name="last"/> is its last known state.</summary>
    void OnDeleted(T last);
}

/// <summary>Which objects an informer watches.</summary>
/// <param name="Namespace">One namespace, or null for all.</param>
/// <param name="LabelSelector">Label selector in text form, or null.</param>
/// <param name="FieldSelector">Field selector in text form, or null.</param>
public sealed record InformerScope(string? Namespace = null, string? LabelSelector = null, string? FieldSelector = null)
{
    /// <summary>Everything of a kind.</summary>
    public static InformerScope All { get; } = new();
}

/// <summary>Gives out shared informers: the same resource, type and scope is the same informer.</summary>
public interface IInformerCache
{
    /// <summary>
    /// The informer of a kind and scope; created on first call. One whose kind is not served yet starts by itself when its CRD appears,
    /// and does not hold up the start of the manager when <paramref name="optional"/> is true.
    /// </summary>
    IInformer<T> Informer<T>(KubernetesResource<T> resource, InformerScope? scope = null, bool optional = false) where T : class, IKubernetesObject;

    /// <summary>
    /// The informer of a kind in a set of namespaces that changes at run-time; created on first call, shared by all who ask for the same resource, type and
    /// selector. Watches nothing until somebody says which namespaces. Always optional.
    /// </summary>
    INamespacedInformer<T> NamespacedInformer<T>(KubernetesResource<T> resource, string? labelSelector = null) where T : class, IKubernetesObject;
}

/// <summary>Which kinds the API server serves now.</summary>
public interface IKindAvailability
{
    /// <summary>True when the kind is served; from discovery, refreshed when a CRD changes and at least every 60 s.</summary>
    bool IsServed(GroupVersionKind kind);

    /// <summary>Calls back, outside any lock, when a kind appears or goes.</summary>
    /// <returns>Dispose to stop.</returns>
    IDisposable OnChanged(Action<GroupVersionKind, bool> changed);
}
