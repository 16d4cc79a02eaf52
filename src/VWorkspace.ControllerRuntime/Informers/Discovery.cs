using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What discovery said: the kinds that are served, and the group versions about which it could say nothing now.</summary>
internal sealed record DiscoveredKinds(IReadOnlySet<GroupVersionKind> Served, IReadOnlySet<(string Group, string Version)> Unknown);

/// <summary>Asks an API server which kinds it serves: one request each for core and groups where the server aggregates, else one for each group version.</summary>
internal static class Discovery
{
    private const string Accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    /// <exception cref="KubernetesTransportException">The API server is away.</exception>
    public static async Task<ApiResult<DiscoveredKinds>> ReadAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        var served = new HashSet<GroupVersionKind>();
        var unknown = new HashSet<(string, string)>();
        foreach (string root in (string[])["/api", "/apis"])
        {
            ApiResult<JsonObject> answer = await client.GetRawAsync(root, Accept, cancellationToken);
            if (!answer.TryGet(out JsonObject? document, out KubernetesError? error)) return new(error);
            if ((string?)document["kind"] == "APIGroupDiscoveryList") ReadAggregated(document, served, unknown);
            else foreach ((string group, string version) in GroupVersions(document)) await ReadGroupVersionAsync(client, group, version, served, unknown, cancellationToken);
        }

        return new(new DiscoveredKinds(served, unknown));
    }

    private static void ReadAggregated(JsonObject document, HashSet<GroupVersionKind> served, HashSet<(string, string)> unknown)
    {
        foreach (JsonNode? group in Items(document["items"]))
        {
            string name = (string?)group?["metadata"]?["name"] ?? string.Empty;
            foreach (JsonNode? entry in Items(group?["versions"]))
            {
                if ((string?)entry?["version"] is not { } version) continue;
                if ((string?)entry["freshness"] == "Stale")
                {
                    unknown.Add((name, version));
                    continue;
                }

                foreach (JsonNode? resource in Items(entry["resources"]))
                    if ((string?)resource?["responseKind"]?["kind"] is { } kind) served.Add(new(name, version, kind));
            }
        }
    }

    private static IEnumerable<(string Group, string Version)> GroupVersions(JsonObject document)
    {
        foreach (JsonNode? version in Items(document["versions"]))
            if (version is not null) yield return (string.Empty, (string)version!);
        foreach (JsonNode? group in Items(document["groups"]))
            foreach (JsonNode? entry in Items(group?["versions"]))
                if ((string?)group?["name"] is { } name && (string?)entry?["version"] is { } version) yield return (name, version);
    }

    private static async Task ReadGroupVersionAsync(
        IKubernetesClient client, string group, string version, HashSet<GroupVersionKind> served, HashSet<(string, string)> unknown, CancellationToken cancellationToken)
    {
        ApiResult<JsonObject> answer = await client.GetRawAsync(group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}", null, cancellationToken);
        if (!answer.TryGet(out JsonObject? document, out KubernetesError? error))
        {
            // An aggregated API server that is down must not make its kinds look removed.
            if (!error.IsNotFound) unknown.Add((group, version));
            return;
        }

        foreach (JsonNode? resource in Items(document["resources"]))
        {
            if ((string?)resource?["name"] is not { } name || name.Contains('/', StringComparison.Ordinal)) continue;
            if ((string?)resource["kind"] is { } kind) served.Add(new(group, version, kind));
        }
    }

    private static IEnumerable<JsonNode?> Items(JsonNode? node) => node as JsonArray ?? [];
}
