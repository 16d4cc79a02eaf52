using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Prints a JSON value as Go's <c>fmt</c> prints the maps and slices it was decoded into.</summary>
internal static class GoPrint
{
    /// <summary>JSON with its members in the order in which Go writes a map.</summary>
    public static string Json(JsonNode? node) => Sorted(node)?.ToJsonString(Builtins.BuiltinStrategy.RelaxedJson) ?? "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    public static string Value(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Key + ":" + Value(m.Value))) + "]",
        JsonArray list => "[" + string.Join(' ', list.Select(Value)) + "]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
