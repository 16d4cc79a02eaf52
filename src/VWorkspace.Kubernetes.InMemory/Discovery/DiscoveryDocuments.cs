using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Discovery;

/// <summary>The discovery documents of the unaggregated kind.</summary>
internal static class DiscoveryDocuments
{
    public static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["emulationMajor"] = "1",
        ["emulationMinor"] = "36",
        ["minCompatibilityMajor"] = "1",
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = "v1.36.2",
        ["gitCommit"] = "$Format:%H$",
        ["gitTreeState"] = "",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "go1.26.10",
        ["compiler"] = "gc",
        ["platform"] = "linux/amd64",
    };

    public static JsonObject ApiVersions(string address) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address }),
    };

    public static JsonObject GroupList(ResourceRegistry.Snapshot snapshot) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. snapshot.Groups.Select(g => (JsonNode)Group(g, withType: false))]),
    };

    public static JsonObject Group(ApiGroup group, bool withType)
    {
        var document = new JsonObject
        {
            ["name"] = group.Name,
            ["versions"] = new JsonArray([.. group.Versions.Select(v => (JsonNode)GroupVersion(group.Name, v))]),
            ["preferredVersion"] = GroupVersion(group.Name, group.Versions[0]),
        };
        if (withType)
        {
            document["kind"] = "APIGroup";
            document["apiVersion"] = "v1";
        }

        return document;
    }

    public static JsonObject Resources(ResourceRegistry.Snapshot snapshot, string group, string version)
    {
        var resources = new JsonArray();
        foreach (var type in snapshot.InVersion(group, version).OrderBy(t => t.Plural, StringComparer.Ordinal))
        {
            var resource = new JsonObject
            {
                ["name"] = type.Plural,
                ["singularName"] = type.Singular,
                ["namespaced"] = type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = Texts(type.Verbs),
            };
            if (type.ShortNames.Count > 0) resource["shortNames"] = Texts(type.ShortNames);
            if (type.Categories.Count > 0) resource["categories"] = Texts(type.Categories);
            resources.Add(resource);
            foreach (var subresource in type.Subresources)
            {
                var entry = new JsonObject
                {
                    ["name"] = $"{type.Plural}/{subresource.Name}",
                    ["singularName"] = "",
                    ["namespaced"] = type.Namespaced,
                    ["kind"] = subresource.Kind ?? type.Kind,
                    ["verbs"] = Texts(subresource.Verbs),
                };
                if (subresource.Group is not null) entry["group"] = subresource.Group;
                if (subresource.Version is not null) entry["version"] = subresource.Version;
                resources.Add(entry);
            }
        }

        return new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}", ["resources"] = resources };
    }

    public static JsonObject Paths(ResourceRegistry.Snapshot snapshot)
    {
        List<string> paths = ["/api", "/api/v1", "/apis"];
        foreach (var group in snapshot.Groups)
        {
            paths.Add("/apis/" + group.Name);
            paths.AddRange(group.Versions.Select(v => $"/apis/{group.Name}/{v}"));
        }

        paths.AddRange(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]);
        return new JsonObject { ["paths"] = Texts(paths) };
    }

    internal static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static JsonObject GroupVersion(string group, string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
}
