using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes;

/// <summary>Makes of a serialised object what a request should carry.</summary>
internal static class ObjectJson
{
    /// <summary>
    /// Adds <c>apiVersion</c> and <c>kind</c> and takes out members without a value and metadata without content: an apply would own them, and a generation of zero says nothing.
    /// What is null deeper inside stays: in free-form parts, such as the values of a chart, it means something.
    /// </summary>
    public static JsonObject ForWriting(JsonObject json, GroupVersionKind kind)
    {
        RemoveWhere(json, static (_, value) => value is null);
        if (json["kind"] is null) json.Insert(0, "kind", kind.Kind);
        if (json["apiVersion"] is null) json.Insert(0, "apiVersion", kind.ApiVersion);
        if (json["metadata"] is JsonObject metadata) RemoveWhere(metadata, IsEmpty);
        return json;
    }

    private static bool IsEmpty(string name, JsonNode? value) => value switch
    {
        null => true,
        JsonObject { Count: 0 } or JsonArray { Count: 0 } => true,
        JsonValue number when name == "generation" => number.GetValueKind() == JsonValueKind.Number && number.TryGetValue(out long generation) && generation == 0,
        _ => false,
    };

    private static void RemoveWhere(JsonObject json, Func<string, JsonNode?, bool> remove)
    {
        foreach ((string name, JsonNode? value) in json.ToArray())
            if (remove(name, value)) json.Remove(name);
    }
}
