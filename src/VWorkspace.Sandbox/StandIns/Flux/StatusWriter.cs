using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Writes status and finalizers the way Flux's patch helper does: merge patches of what changed, nothing when nothing did.</summary>
internal sealed class StatusWriter(IKubernetesClient client, string fieldManager)
{
    private readonly WriteOptions _statusWriter = new() { FieldManager = fieldManager, Subresource = "status" };
    private readonly WriteOptions _objectWriter = new() { FieldManager = fieldManager };

    /// <summary>Writes the difference of two states of a status. False when the object is gone.</summary>
    public async Task<bool> WriteAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject before, JsonObject after, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        JsonObject difference = MergeDifference(before, after);
        if (difference.Count == 0) return true;
        ApiResult<T> written = await client.PatchAsync(resource, key, Patch.Merge(new() { ["status"] = difference }), _statusWriter, cancellationToken);
        if (written.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
        return written.IsSuccess;
    }

    public Task AddFinalizerAsync<T>(KubernetesResource<T> resource, T obj, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        SetFinalizersAsync(resource, obj, [.. obj.Metadata.Finalizers, FluxApi.Finalizer], cancellationToken);

    public Task RemoveFinalizerAsync<T>(KubernetesResource<T> resource, T obj, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        SetFinalizersAsync(resource, obj, [.. obj.Metadata.Finalizers.Where(finalizer => finalizer != FluxApi.Finalizer)], cancellationToken);

    /// <summary>The RFC 7386 patch that turns one object into the other.</summary>
    internal static JsonObject MergeDifference(JsonObject before, JsonObject after)
    {
        JsonObject patch = [];
        foreach ((string key, JsonNode? value) in after)
        {
            if (value is JsonObject inner && before[key] is JsonObject old)
            {
                JsonObject difference = MergeDifference(old, inner);
                if (difference.Count > 0) patch[key] = difference;
            }
            else if (!JsonNode.DeepEquals(before[key], value))
            {
                patch[key] = value?.DeepClone();
            }
        }

        foreach ((string key, JsonNode? value) in before)
            if (value is not null && after[key] is null) patch[key] = null;
        return patch;
    }

    private async Task SetFinalizersAsync<T>(KubernetesResource<T> resource, T obj, string[] finalizers, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        // The version makes it an optimistic lock: finalizers of others must not be lost.
        JsonObject metadata = new()
        {
            ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]),
            ["resourceVersion"] = obj.Metadata.ResourceVersion,
        };
        ApiResult<T> written = await client.PatchAsync(resource, ObjectKey.Of(obj), Patch.Merge(new() { ["metadata"] = metadata }), _objectWriter, cancellationToken);
        if (written.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
    }
}
