using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The client for reconcilers: writes leave only while the fence is open, and what the server answered to them is handed to the informers of the kind,
/// so that no store shows something older afterwards. A refused, failed or ambiguous write leaves no trace in any store.
/// </summary>
internal sealed class ManagerClient(IKubernetesClient inner, LeaderFence fence, InformerCache cache) : IKubernetesClient
{
    public string DefaultNamespace => inner.DefaultNamespace;

    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        inner.GetAsync(resource, key, cancellationToken);

    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => inner.ListAsync(resource, @namespace, options, cancellationToken);

    public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => inner.WatchAsync(resource, @namespace, options, cancellationToken);

    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) =>
        inner.GetRawAsync(pathAndQuery, accept, cancellationToken);

    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, options, new CreateCall(inner, @namespace, body, options), cancellationToken);

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, options, new ReplaceCall(inner, key, body, options), cancellationToken);

    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, options, new PatchCall(inner, key, patch, options), cancellationToken);

    public async Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        IInformerControl[] informers = InformersOf(resource);
        ApiResult<JsonObject> result = await FencedAsync(token => inner.DeleteAsync(resource, key, options, token), cancellationToken);
        if (options.DryRun || informers.Length == 0 || !result.IsSuccess) return result;

        JsonObject answer = result.Value;
        bool isStatus = (string?)answer["kind"] == "Status" && (string?)answer["apiVersion"] == "v1";
        if (isStatus || answer["metadata"]?["deletionTimestamp"] is null)
        {
            string? uid = (string?)(isStatus ? answer["details"]?["uid"] : answer["metadata"]?["uid"]) ?? options.Uid;
            foreach (IInformerControl informer in informers) informer.Deleted(key, uid);
        }
        else
        {
            // Finalizers or a grace period keep it: this is a change like any other.
            var kept = new WholeWrittenObject(new DynamicObject(answer));
            foreach (IInformerControl informer in informers) informer.Wrote(key, kept);
        }

        return result;
    }

    /// <summary>The inner client belongs to whoever made it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<ApiResult<T>> WriteAsync<T, TCall>(KubernetesResource<T> resource, WriteOptions options, TCall call, CancellationToken cancellationToken)
        where T : class, IKubernetesObject where TCall : IWriteCall
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(options);
        bool changesObject = !options.DryRun && options.Subresource is null or "" or "status";
        IInformerControl[] informers = changesObject ? InformersOf(resource) : [];
        if (informers.All(static informer => informer is IInformer<T>))
        {
            ApiResult<T> answer = await FencedAsync(token => call.SendAsync(resource, token), cancellationToken);
            if (answer.IsSuccess) Tell(informers, ObjectKey.Of(answer.Value), new TypedWrittenObject(answer.Value));
            return answer;
        }

        // Somebody watches the kind through another projection: read the answer as a whole, so that everybody can be told.
        ApiResult<DynamicObject> whole = await FencedAsync(token => call.SendAsync(resource.As(KubernetesJson.Default.DynamicObject), token), cancellationToken);
        if (!whole.TryGet(out DynamicObject? obj, out KubernetesError? error)) return new(error, whole.Warnings);
        Tell(informers, ObjectKey.Of(obj), new WholeWrittenObject(obj));
        try
        {
            return new(obj.Json.Deserialize(resource.Json) ?? throw new KubernetesTransportException("the answer to a write is null"), whole.Warnings);
        }
        catch (JsonException fault)
        {
            throw new KubernetesTransportException($"the answer to a write does not fit {typeof(T).Name}", fault);
        }
    }

    private async Task<ApiResult<T>> FencedAsync<T>(Func<CancellationToken, Task<ApiResult<T>>> send, CancellationToken cancellationToken) where T : class
    {
        fence.ThrowIfClosed();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, fence.Closed);
        try
        {
            return await send(either.Token);
        }
        catch (OperationCanceledException) when (fence.Closed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LeadershipLostException();
        }
    }

    private IInformerControl[] InformersOf(KubernetesResource resource) =>
        [.. cache.All.Where(informer => informer.Resource.Kind == resource.Kind && informer.Resource.Plural == resource.Plural)];

    private static void Tell(IInformerControl[] informers, ObjectKey key, IWrittenObject written)
    {
        foreach (IInformerControl informer in informers) informer.Wrote(key, written);
    }

    /// <summary>A write whose answer can be read as any type.</summary>
    private interface IWriteCall
    {
        Task<ApiResult<T>> SendAsync<T>(KubernetesResource<T> resource, CancellationToken cancellationToken) where T : class, IKubernetesObject;
    }

    private sealed record CreateCall(IKubernetesClient Client, string? Namespace, JsonObject Body, WriteOptions Options) : IWriteCall
    {
        public Task<ApiResult<T>> SendAsync<T>(KubernetesResource<T> resource, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
            Client.CreateAsync(resource, Namespace, Body, Options, cancellationToken);
    }

    private sealed record ReplaceCall(IKubernetesClient Client, ObjectKey Key, JsonObject Body, WriteOptions Options) : IWriteCall
    {
        public Task<ApiResult<T>> SendAsync<T>(KubernetesResource<T> resource, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
            Client.ReplaceAsync(resource, Key, Body, Options, cancellationToken);
    }

    private sealed record PatchCall(IKubernetesClient Client, ObjectKey Key, Patch Patch, WriteOptions Options) : IWriteCall
    {
        public Task<ApiResult<T>> SendAsync<T>(KubernetesResource<T> resource, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
            Client.PatchAsync(resource, Key, Patch, Options, cancellationToken);
    }
}
