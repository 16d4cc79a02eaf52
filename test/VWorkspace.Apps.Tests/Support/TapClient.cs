using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>
/// Stands between the operator and the API server: records the writes (Events apart) and can die after the k-th of them, as a process that is
/// killed between two writes does.
/// </summary>
internal sealed class TapClient(IKubernetesClient inner) : IKubernetesClient
{
    private readonly ConcurrentQueue<string> _writes = new();
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;

    public IReadOnlyList<string> Writes => [.. _writes];

    /// <summary>Ends when the client has died.</summary>
    public Task Died => _died.Task;

    public Func<string, KubernetesError?>? Refuse { get; set; }

    public string DefaultNamespace => inner.DefaultNamespace;

    public void DieAfter(int writes) => _left = writes;

    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Alive(() => inner.GetAsync(resource, key, cancellationToken));

    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => Alive(() => inner.ListAsync(resource, @namespace, options, cancellationToken));

    public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => Alive(() => inner.WatchAsync(resource, @namespace, options, cancellationToken));

    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, "create", null, () => inner.CreateAsync(resource, @namespace, body, options, cancellationToken));

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, "replace", options.Subresource, () => inner.ReplaceAsync(resource, key, body, options, cancellationToken));

    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        WriteAsync(resource, patch.MediaType == Patch.ApplyPatchType ? "apply" : "patch", options.Subresource, () => inner.PatchAsync(resource, key, patch, options, cancellationToken));

    public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) =>
        WriteAsync(resource, "delete", null, () => inner.DeleteAsync(resource, key, options, cancellationToken));

    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) =>
        Alive(() => inner.GetRawAsync(pathAndQuery, accept, cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<ApiResult<T>> WriteAsync<T>(KubernetesResource resource, string verb, string? subresource, Func<Task<ApiResult<T>>> write) where T : class
    {
        if (resource.Plural == "events") return await Alive(write);
        if (Interlocked.Decrement(ref _left) < 0)
        {
            _died.TrySetResult();
            throw new KubernetesTransportException("the process died");
        }

        string what = $"{verb} {resource.Plural}{(subresource is null ? string.Empty : "/" + subresource)}";
        if (Refuse?.Invoke(what) is { } refusal) return new(refusal);
        _writes.Enqueue(what);
        return await write();
    }

    private Task<T> Alive<T>(Func<Task<T>> call) => Volatile.Read(ref _left) < 0 ? throw new KubernetesTransportException("the process died") : call();
}
