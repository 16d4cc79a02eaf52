using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>JSON without a schema as values of CEL, converted as far as an expression reads it.</summary>
internal static class CelJson
{
    public static object From(JsonNode? node) => node switch
    {
        null => CelNull.Value,
        JsonObject map => new Map(map),
        JsonArray list => new List(list),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => value.TryGetValue(out long whole) ? whole : value.GetValue<double>(),
        },
        _ => CelNull.Value,
    };

    private sealed class Map(JsonObject json) : CelMap
    {
        public override int Count => json.Count;

        public override IEnumerable<object> Keys => json.Select(m => m.Key);

        public override object? Find(object key) => key is string name && json.TryGetPropertyValue(name, out var value) ? From(value) : null;
    }

    private sealed class List(JsonArray json) : CelList
    {
        public override int Count => json.Count;

        public override object this[int index] => From(json[index]);
    }
}
