using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Discovery;

/// <summary>Reads discovery documents of both forms (<c>apidiscovery.k8s.io/v2</c>, served since 1.26 as v2beta1, and the older one by group).</summary>
internal static class DiscoveryReader
{
    private const string Aggregated =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    /// <summary>Asks for everything.</summary>
    public static async Task<DiscoverySnapshot> ReadAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        Task<ApiResult<JsonObject>> core = client.GetRawAsync("/api", Aggregated, cancellationToken);
        Task<ApiResult<JsonObject>> groups = client.GetRawAsync("/apis", Aggregated, cancellationToken);
        var collected = new Collected();
        await AddRootAsync(client, (await core).Value, collected, cancellationToken);
        await AddRootAsync(client, (await groups).Value, collected, cancellationToken);
        return new(collected.Resources, collected.Unavailable);
    }

    private sealed class Collected
    {
        public List<DiscoveredResource> Resources { get; } = [];

        public List<string> Unavailable { get; } = [];
    }

    private static async Task AddRootAsync(IKubernetesClient client, JsonObject root, Collected collected, CancellationToken cancellationToken)
    {
        if (Text(root, "kind") == "APIGroupDiscoveryList")
        {
            foreach (JsonObject group in Objects(root, "items")) AddAggregated(group, collected);
            return;
        }

        var groupVersions = Texts(root, "versions").ToList(); // of /api
        foreach (JsonObject group in Objects(root, "groups")) groupVersions.AddRange(Objects(group, "versions").Select(v => Text(v, "groupVersion")));
        var answers = groupVersions.Where(gv => gv.Length > 0).Select(gv => (GroupVersion: gv, Answer: client.GetRawAsync(PathOf(gv), null, cancellationToken))).ToList();
        foreach ((string groupVersion, Task<ApiResult<JsonObject>> answer) in answers)
        {
            if ((await answer).TryGet(out JsonObject? list, out KubernetesError? error)) AddLegacy(groupVersion, list, collected);
            else if (!error.IsNotFound) collected.Unavailable.Add(groupVersion);
        }
    }

    private static void AddAggregated(JsonObject group, Collected collected)
    {
        string groupName = group["metadata"] is JsonObject metadata ? Text(metadata, "name") : string.Empty;
        foreach (JsonObject version in Objects(group, "versions"))
        {
            string versionName = Text(version, "version");
            if (Text(version, "freshness") == "Stale") collected.Unavailable.Add(groupName.Length == 0 ? versionName : $"{groupName}/{versionName}");
            foreach (JsonObject resource in Objects(version, "resources"))
            {
                if (resource["responseKind"] is not JsonObject kind || Text(kind, "kind").Length == 0) continue;
                collected.Resources.Add(new(new(groupName, versionName, Text(kind, "kind")), Text(resource, "resource"), Text(resource, "scope") == "Namespaced")
                {
                    Singular = Text(resource, "singularResource"),
                    Verbs = Texts(resource, "verbs"),
                    ShortNames = Texts(resource, "shortNames"),
                    Categories = Texts(resource, "categories"),
                    Subresources = Objects(resource, "subresources").Select(s => Text(s, "subresource")).ToList(),
                });
            }
        }
    }

    private static void AddLegacy(string groupVersion, JsonObject list, Collected collected)
    {
        var entries = Objects(list, "resources").ToList();
        foreach (JsonObject resource in entries)
        {
            string plural = Text(resource, "name");
            if (plural.Length == 0 || plural.Contains('/', StringComparison.Ordinal) || Text(resource, "kind").Length == 0) continue;
            collected.Resources.Add(new(GroupVersionKind.Parse(groupVersion, Text(resource, "kind")), plural, resource["namespaced"] is JsonValue value && value.TryGetValue(out bool namespaced) && namespaced)
            {
                Singular = Text(resource, "singularName"),
                Verbs = Texts(resource, "verbs"),
                ShortNames = Texts(resource, "shortNames"),
                Categories = Texts(resource, "categories"),
                Subresources = entries.Select(e => Text(e, "name")).Where(n => n.StartsWith(plural + "/", StringComparison.Ordinal)).Select(n => n[(plural.Length + 1)..]).ToList(),
            });
        }
    }

    private static string PathOf(string groupVersion) => groupVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{groupVersion}" : $"/api/{groupVersion}";

    private static string Text(JsonObject from, string member) => from[member] is JsonValue value && value.TryGetValue(out string? text) ? text : string.Empty;

    private static IReadOnlyList<string> Texts(JsonObject from, string member) =>
        from[member] is JsonArray array ? array.OfType<JsonValue>().Select(v => v.TryGetValue(out string? text) ? text : string.Empty).Where(t => t.Length > 0).ToList() : [];

    private static IEnumerable<JsonObject> Objects(JsonObject from, string member) => from[member] is JsonArray array ? array.OfType<JsonObject>() : [];
}
