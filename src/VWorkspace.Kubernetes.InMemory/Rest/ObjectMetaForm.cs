using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>What a round trip through Go's ObjectMeta does to metadata: what is empty goes.</summary>
internal static class ObjectMetaForm
{
    public static void Apply(JsonObject obj)
    {
        var metadata = obj.Metadata();
        List<string>? empty = null;
        foreach (var (name, value) in metadata)
        {
            if (name is "labels" or "annotations" && value is JsonObject map) ReplaceNulls(map);
            if (value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 } || (value is JsonValue text && text.TryGetValue(out string? s) && s.Length == 0)) (empty ??= []).Add(name);
        }

        foreach (var name in empty ?? []) metadata.Remove(name);
    }

    private static void ReplaceNulls(JsonObject map)
    {
        // Go reads a null into a string map as the empty string.
        foreach (var name in map.Where(m => m.Value is null).Select(m => m.Key).ToList()) map[name] = "";
    }
}
