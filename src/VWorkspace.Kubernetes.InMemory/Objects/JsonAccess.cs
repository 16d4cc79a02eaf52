using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Short ways to read and write the members that every Kubernetes object has.</summary>
internal static class JsonAccess
{
    public static string? Text(this JsonNode? node, string name) =>
        node is JsonObject members && members[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? Number(this JsonNode? node, string name) => (node as JsonObject)?[name].AsNumber();

    public static long? AsNumber(this JsonNode? node)
    {
        if (node is not JsonValue value) return null;
        if (value.TryGetValue(out long number)) return number;
        if (value.TryGetValue(out int small)) return small;
        return value.TryGetValue(out double real) && double.IsInteger(real) ? (long)real : null;
    }

    public static bool? Flag(this JsonNode? node, string name) =>
        node is JsonObject members && members[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static JsonObject? Child(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    public static JsonArray? Items(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray;

    public static JsonObject Ensure(this JsonObject node, string name)
    {
        if (node[name] is JsonObject child) return child;
        child = [];
        node[name] = child;
        return child;
    }

    public static JsonObject Metadata(this JsonObject node) => node.Ensure("metadata");

    public static string Name(this JsonObject node) => node["metadata"].Text("name") ?? "";

    public static string Namespace(this JsonObject node) => node["metadata"].Text("namespace") ?? "";

    public static string Uid(this JsonObject node) => node["metadata"].Text("uid") ?? "";

    public static string ResourceVersion(this JsonObject node) => node["metadata"].Text("resourceVersion") ?? "";

    public static long Generation(this JsonObject node) => node["metadata"].Number("generation") ?? 0;

    public static bool IsBeingDeleted(this JsonObject node) => node["metadata"].Text("deletionTimestamp") is { Length: > 0 };

    public static IReadOnlyList<string> Finalizers(this JsonObject node) => node["metadata"].Items("finalizers").Texts();

    public static IReadOnlyList<string> Texts(this JsonArray? items) => items is null ? [] : [.. items.Select(i => i.AsText()).OfType<string>()];

    public static Dictionary<string, string>? StringMap(this JsonNode? node)
    {
        if (node is not JsonObject { Count: > 0 } members) return null;
        var map = new Dictionary<string, string>(members.Count, StringComparer.Ordinal);
        foreach (var (name, value) in members)
            if (value.AsText() is { } text) map[name] = text;
        return map;
    }

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    /// <summary>The value found by following names from the node; null when a step is missing.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path) node = (node as JsonObject)?[step];
        return node;
    }

    /// <summary>A scalar as a field selector sees it.</summary>
    public static string ScalarText(this JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonValue value when value.TryGetValue(out bool flag) => flag ? "true" : "false",
        _ => node.AsNumber()?.ToString(CultureInfo.InvariantCulture) ?? node.ToJsonString(),
    };
}
