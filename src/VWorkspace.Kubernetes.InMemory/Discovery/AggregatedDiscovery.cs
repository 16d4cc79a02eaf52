using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Discovery;

/// <summary>The aggregated discovery document (<c>apidiscovery.k8s.io</c>): everything in one answer.</summary>
internal static class AggregatedDiscovery
{
    public static JsonObject Build(ResourceRegistry.Snapshot snapshot, bool core, string version)
    {
        IEnumerable<ApiGroup> groups = core ? [new ApiGroup("", ["v1"])] : snapshot.Groups;
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/" + version,
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(g => (JsonNode)Group(snapshot, g))]),
        };
    }

    private static JsonObject Group(ResourceRegistry.Snapshot snapshot, ApiGroup group) => new()
    {
        ["metadata"] = group.Name.Length == 0 ? [] : new JsonObject { ["name"] = group.Name },
        ["versions"] = new JsonArray([.. group.Versions.Select(v => (JsonNode)new JsonObject
        {
            ["version"] = v,
            ["freshness"] = "Current",
            ["resources"] = new JsonArray([.. snapshot.InVersion(group.Name, v).OrderBy(t => t.Plural, StringComparer.Ordinal).Select(t => (JsonNode)Resource(t))]),
        })]),
    };

    private static JsonObject Resource(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = Kind(type.Group, type.Version, type.Kind),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = DiscoveryDocuments.Texts(type.Verbs),
        };
        if (type.ShortNames.Count > 0) resource["shortNames"] = DiscoveryDocuments.Texts(type.ShortNames);
        if (type.Categories.Count > 0) resource["categories"] = DiscoveryDocuments.Texts(type.Categories);
        if (type.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([.. type.Subresources.Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = Kind(s.Group ?? type.Group, s.Version ?? type.Version, s.Kind ?? type.Kind),
                ["verbs"] = DiscoveryDocuments.Texts(s.Verbs),
            })]);
        }

        return resource;
    }

    private static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
}
