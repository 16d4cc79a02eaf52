using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// One watch for each of a changing set of namespaces, for operators that may not list a kind in the whole cluster. Handlers and readers see the union;
/// a namespace that cannot be listed (yet) holds up nothing but itself.
/// </summary>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public interface INamespacedInformer<T> : IInformer<T> where T : class, IKubernetesObject
{
    /// <summary>
    /// Watches one more namespace, from now or from the start of the manager. Calls are counted: the watch ends when every handle is disposed.
    /// Objects of a namespace that is watched no longer leave the store without a call to the handlers: nothing happened to them.
    /// </summary>
    /// <returns>Dispose when the namespace does not matter any more.</returns>
    IDisposable Watch(string @namespace);

    /// <summary>True when a namespace is watched and its initial list is in the store, so that what is not there does not exist.</summary>
    bool HasSyncedIn(string @namespace);

    /// <summary>What is known of one namespace; empty while it is not watched.</summary>
    IObjectStore<T> StoreOf(string @namespace);

    /// <summary>Namespaces that are watched and have not listed yet.</summary>
    int Unsynced { get; }
}
