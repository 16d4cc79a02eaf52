using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The way of one process to the API server, which can be cut, blocked or slowed without touching the others.</summary>
internal sealed class PartitionedClient(IKubernetesClient inner, TimeProvider clock) : IKubernetesClient
{
    public volatile bool Partitioned;
    public volatile bool Hanging;

    public TimeSpan Delay { get; set; }

    public string DefaultNamespace => inner.DefaultNamespace;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        ThroughAsync(() => inner.GetAsync(resource, key, cancellationToken), cancellationToken);

    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync(() => inner.ListAsync(resource, @namespace, options, cancellationToken), cancellationToken);

    public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync(() => inner.WatchAsync(resource, @namespace, options, cancellationToken), cancellationToken);

    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync(() => inner.CreateAsync(resource, @namespace, body, options, cancellationToken), cancellationToken);

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync(() => inner.ReplaceAsync(resource, key, body, options, cancellationToken), cancellationToken);

    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ThroughAsync(() => inner.PatchAsync(resource, key, patch, options, cancellationToken), cancellationToken);

    public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) =>
        ThroughAsync(() => inner.DeleteAsync(resource, key, options, cancellationToken), cancellationToken);

    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) =>
        ThroughAsync(() => inner.GetRawAsync(pathAndQuery, accept, cancellationToken), cancellationToken);

    private async Task<ApiResult<T>> ThroughAsync<T>(Func<Task<ApiResult<T>>> send, CancellationToken cancellationToken) where T : class
    {
        if (Hanging) await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
        if (Delay > TimeSpan.Zero) await Task.Delay(Delay, clock, cancellationToken);
        if (Partitioned) throw new KubernetesTransportException("no route to host");
        return await send();
    }
}
