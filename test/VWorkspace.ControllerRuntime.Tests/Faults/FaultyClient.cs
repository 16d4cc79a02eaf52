using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A client whose requests can be answered with a fault instead, before they leave or after they were carried out.</summary>
internal sealed class FaultyClient(IKubernetesClient inner) : IKubernetesClient
{
    /// <summary>Asked before every request with its verb and resource; an error is the answer, an exception is thrown.</summary>
    public Func<string, KubernetesResource?, KubernetesError?> Before { get; set; } = static (_, _) => null;

    /// <summary>Asked after every request; an exception makes its outcome ambiguous.</summary>
    public Action<string, KubernetesResource?> After { get; set; } = static (_, _) => { };

    public string DefaultNamespace => inner.DefaultNamespace;

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        ThroughAsync("get", resource, () => inner.GetAsync(resource, key, cancellationToken));

    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync("list", resource, () => inner.ListAsync(resource, @namespace, options, cancellationToken));

    public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync("watch", resource, () => inner.WatchAsync(resource, @namespace, options, cancellationToken));

    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync("create", resource, () => inner.CreateAsync(resource, @namespace, body, options, cancellationToken));

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync("replace", resource, () => inner.ReplaceAsync(resource, key, body, options, cancellationToken));

    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync("patch", resource, () => inner.PatchAsync(resource, key, patch, options, cancellationToken));

    public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) =>
        ThroughAsync("delete", resource, () => inner.DeleteAsync(resource, key, options, cancellationToken));

    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) =>
        ThroughAsync("raw", null, () => inner.GetRawAsync(pathAndQuery, accept, cancellationToken));

    private async Task<ApiResult<T>> ThroughAsync<T>(string verb, KubernetesResource? resource, Func<Task<ApiResult<T>>> send) where T : class
    {
        if (Before(verb, resource) is { } error) return new(error);
        ApiResult<T> result = await send();
        After(verb, resource);
        return result;
    }
}
