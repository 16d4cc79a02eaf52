using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Brings the objects of a manifest into the cluster, takes them away, and compares them with what is there.</summary>
internal sealed class ManifestApplier(IKubernetesClient client)
{
    private static readonly WriteOptions Writer = new() { FieldManager = FluxApi.HelmControllerName, Force = true };

    public async Task ApplyAsync(IReadOnlyList<JsonObject> objects, IReadOnlyList<JsonObject> before, CancellationToken cancellationToken)
    {
        foreach (JsonObject obj in objects)
        {
            ApiResult<DynamicObject> applied = await client.PatchAsync(ChartManifest.ResourceOf(obj), ChartManifest.KeyOf(obj), Patch.Apply(obj), Writer, cancellationToken);
            _ = applied.Value;
        }

        HashSet<(string, ObjectKey)> kept = [.. objects.Select(Identity)];
        await DeleteAsync([.. before.Where(obj => !kept.Contains(Identity(obj)))], cancellationToken);
    }

    public async Task DeleteAsync(IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        foreach (JsonObject obj in objects.Reverse())
        {
            ApiResult<JsonObject> deleted = await client.DeleteAsync(
                ChartManifest.ResourceOf(obj), ChartManifest.KeyOf(obj), new() { PropagationPolicy = "Background" }, cancellationToken);
            if (deleted.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
        }
    }

    /// <summary>What differs from the manifest, in the words of helm-controller; empty when nothing does.</summary>
    public async Task<IReadOnlyList<string>> DiffAsync(IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        List<string> drifted = [];
        foreach (JsonObject obj in objects)
        {
            ObjectKey key = ChartManifest.KeyOf(obj);
            ApiResult<DynamicObject> live = await client.GetAsync(ChartManifest.ResourceOf(obj), key, cancellationToken);
            if (live.TryGet(out DynamicObject? found, out KubernetesError? error))
            {
                if (!Contains(found.Json, obj)) drifted.Add($"{(string)obj["kind"]!}/{key} changed");
            }
            else if (error.IsNotFound)
            {
                drifted.Add($"{(string)obj["kind"]!}/{key} removed");
            }
            else
            {
                throw new KubernetesApiException(error);
            }
        }

        return drifted;
    }

    /// <summary>True when every field that <paramref name="wanted"/> names has the same value in <paramref name="live"/>.</summary>
    internal static bool Contains(JsonNode? live, JsonNode? wanted) => (live, wanted) switch
    {
        (JsonObject l, JsonObject w) => w.All(member => Contains(l[member.Key], member.Value)),
        (JsonArray l, JsonArray w) => l.Count == w.Count && l.Zip(w).All(pair => Contains(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(live, wanted),
    };

    private static (string Kind, ObjectKey Key) Identity(JsonObject obj) => ((string)obj["kind"]!, ChartManifest.KeyOf(obj));
}
