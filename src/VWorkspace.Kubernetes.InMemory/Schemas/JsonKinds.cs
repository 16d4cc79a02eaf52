using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

internal enum JsonKind
{
    Null,
    Boolean,
    String,
    Integer,
    Float,
    Object,
    Array,
}

/// <summary>
/// The kinds of values the server knows once JSON is decoded: a number without point and exponent that fits 64 bits is an integer, every other number a float.
/// </summary>
internal static class JsonKinds
{
    public static JsonKind Of(JsonNode? node)
    {
        switch (node)
        {
            case null: return JsonKind.Null;
            case JsonObject: return JsonKind.Object;
            case JsonArray: return JsonKind.Array;
        }

        return node.GetValueKind() switch
        {
            JsonValueKind.String => JsonKind.String,
            JsonValueKind.True or JsonValueKind.False => JsonKind.Boolean,
            JsonValueKind.Number => TryLong(node, out _) ? JsonKind.Integer : JsonKind.Float,
            _ => JsonKind.Null,
        };
    }

    public static long AsLong(JsonNode node) => TryLong(node, out var value) ? value : (long)AsDouble(node);

    public static double AsDouble(JsonNode node) => double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    public static string? AsString(JsonNode? node) => Of(node) == JsonKind.String ? node!.GetValue<string>() : null;

    private static bool TryLong(JsonNode node, out long value)
    {
        if (node is JsonValue v && v.TryGetValue(out value)) return !v.TryGetValue<JsonElement>(out var element) || element.GetRawText().AsSpan().IndexOfAny(".eE") < 0;
        return long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
