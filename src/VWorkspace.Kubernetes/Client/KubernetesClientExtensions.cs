using System.Runtime.CompilerServices;

namespace VWorkspace.Kubernetes;

/// <summary>What every user of <see cref="IKubernetesClient"/> would write again.</summary>
public static class KubernetesClientExtensions
{
    /// <summary>Creates a typed object in the namespace of its metadata, or in <see cref="IKubernetesClient.DefaultNamespace"/> when it names none.</summary>
    /// <param name="client">Client.</param>
    /// <param name="resource">What to create, and how to write it and read the answer.</param>
    /// <param name="obj">The object, with a name or a <c>generateName</c>.</param>
    /// <param name="options">Field manager, dry run, validation.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    public static Task<ApiResult<T>> CreateAsync<T>(this IKubernetesClient client, KubernetesResource<T> resource, T obj, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(resource);
        return client.CreateAsync(resource, NamespaceOf(client, resource, obj), resource.ToJson(obj), options, cancellationToken);
    }

    /// <summary>
    /// Applies a typed object server-side, in the namespace of its metadata or in <see cref="IKubernetesClient.DefaultNamespace"/>: it is made when it is not there, and the
    /// field manager owns exactly what the object declares.
    /// </summary>
    /// <param name="client">Client.</param>
    /// <param name="resource">What to apply, and how to write it and read the answer.</param>
    /// <param name="obj">The fields that the writer wants to own, and the name.</param>
    /// <param name="options">Field manager (required), force, dry run, validation.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    public static Task<ApiResult<T>> ApplyAsync<T>(this IKubernetesClient client, KubernetesResource<T> resource, T obj, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(resource);
        string? @namespace = NamespaceOf(client, resource, obj);
        if (string.IsNullOrEmpty(obj.Metadata.Name)) throw new ArgumentException("an object is applied by its name: metadata.name is needed", nameof(obj));
        return client.PatchAsync(resource, new ObjectKey(@namespace ?? string.Empty, obj.Metadata.Name), Patch.Apply(resource.ToJson(obj)), options, cancellationToken);
    }

    private static string? NamespaceOf<T>(IKubernetesClient client, KubernetesResource<T> resource, T obj) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(obj);
        return resource.Namespaced ? obj.Metadata.Namespace ?? client.DefaultNamespace : null;
    }

    /// <summary>
    /// All objects of a list, page by page, while they are enumerated. When the continue token expires between two pages the rest cannot be had consistently:
    /// the enumeration ends with a <see cref="KubernetesApiException"/> whose error is <see cref="KubernetesError.IsExpired"/>, and the caller starts over.
    /// </summary>
    /// <param name="client">Client.</param>
    /// <param name="resource">What to list.</param>
    /// <param name="namespace">One namespace, or null for all.</param>
    /// <param name="options">Selectors; <see cref="ListOptions.Limit"/> is the page size (default 500).</param>
    /// <param name="undecodable">Called for each item that does not fit its type; null ignores them.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    public static async IAsyncEnumerable<T> ListAllAsync<T>(
        this IKubernetesClient client,
        KubernetesResource<T> resource,
        string? @namespace = null,
        ListOptions? options = null,
        Action<UndecodableItem>? undecodable = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(resource);
        ListOptions page = (options ?? new()) with { Limit = options?.Limit ?? 500 };
        while (true)
        {
            ObjectPage<T> answer = (await client.ListAsync(resource, @namespace, page, cancellationToken)).Value;
            foreach (UndecodableItem item in answer.Undecodable) undecodable?.Invoke(item);
            foreach (T item in answer.Items) yield return item;
            if (answer.Continue is null) yield break;
            if (answer.Continue == page.Continue)
                throw new KubernetesTransportException($"listing {resource.QualifiedName} does not get on: the server gives the same continue token again") { Fault = TransportFault.Protocol };
            // With a token the server refuses a version: the token carries it.
            page = page with { Continue = answer.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }
}
