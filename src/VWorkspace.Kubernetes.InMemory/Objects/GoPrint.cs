using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Decoded JSON as Go's <c>fmt</c> prints the maps, slices and scalars it was decoded into.</summary>
internal static class GoPrint
{
    /// <summary>Go's <c>%v</c> of a decoded JSON value.</summary>
    public static string Display(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Key + ":" + Display(m.Value))) + "]",
        JsonArray list => "[" + string.Join(' ', list.Select(Display)) + "]",
        _ => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString(),
    };

    /// <summary>Go's <c>%#v</c> of a decoded JSON value.</summary>
    public static string Syntax(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject map => "map[string]interface {}{" + string.Join(", ", map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => GoText.Quote(m.Key) + ":" + Syntax(m.Value))) + "}",
        JsonArray list => "[]interface {}{" + string.Join(", ", list.Select(Syntax)) + "}",
        _ => node.GetValueKind() == JsonValueKind.String ? GoText.Quote(node.GetValue<string>()) : node.ToJsonString(),
    };

    /// <summary>Go's <c>%T</c> of a decoded JSON value.</summary>
    public static string TypeName(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => node.ToJsonString().AsSpan().IndexOfAny('.', 'e', 'E') >= 0 ? "float64" : "int64",
        },
    };
}
