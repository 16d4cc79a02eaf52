using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes;

/// <summary>
/// The whole of what controllers need from an API server. Refusals come back as <see cref="ApiResult{T}"/> values,
/// network faults as <see cref="KubernetesTransportException"/>, cancellation as <see cref="OperationCanceledException"/>.
/// Narrow on purpose: an adapter to another client fits into one file.
/// </summary>
public interface IKubernetesClient : IAsyncDisposable
{
    /// <summary>Namespace of the configuration's context; <c>default</c> when it names none.</summary>
    string DefaultNamespace { get; }

    /// <summary>Reads one object.</summary>
    Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Reads one page of a list.</summary>
    /// <param name="resource">What to list.</param>
    /// <param name="namespace">One namespace, or null for all (and for cluster-scoped kinds).</param>
    /// <param name="options">Selectors, versions, paging.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Opens a watch. Returns when the response head has arrived, never waits for a first event.</summary>
    /// <param name="resource">What to watch.</param>
    /// <param name="namespace">One namespace, or null for all (and for cluster-scoped kinds).</param>
    /// <param name="options">Where to start and what to tell.</param>
    /// <param name="cancellationToken">Ends the opening at once, and later a pending read of the stream.</param>
    Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Creates an object from its JSON and reads the answer as <typeparamref name="T"/>.</summary>
    /// <param name="resource">What to create, and how to read the answer.</param>
    /// <param name="namespace">Namespace, or null for cluster-scoped kinds.</param>
    /// <param name="body">The object; <c>apiVersion</c> and <c>kind</c> are added when absent.</param>
    /// <param name="options">Field manager, dry run, validation.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Replaces an object; <c>metadata.resourceVersion</c> of the body is the optimistic lock.</summary>
    Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Patches an object, or applies it server-side.</summary>
    Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;

    /// <summary>Deletes an object. The answer is the object (when finalizers or grace keep it) or a Status.</summary>
    Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken);

    /// <summary>Reads any path as JSON, for instance discovery documents or <c>/version</c>.</summary>
    /// <param name="pathAndQuery">Absolute path with query.</param>
    /// <param name="accept">Accept header, or null for JSON.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken);
}
