using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>JSON seen through its schema: lazily converted, so that a rule pays only for what it reads.</summary>
internal static class CelSchemaValues
{
    public static object From(JsonNode? node, StructuralSchema? schema, bool isResourceRoot = false)
    {
        if (node is null) return CelNull.Value;
        if (schema is null) return new CelOpaque(node);
        var kind = JsonKinds.Of(node);
        if (schema.IntOrString)
        {
            return kind switch
            {
                JsonKind.Integer => JsonKinds.AsLong(node),
                JsonKind.Float => (long)JsonKinds.AsDouble(node),
                JsonKind.String => node.GetValue<string>(),
                _ => Mismatch("int or string", kind),
            };
        }

        return (schema.Type, node) switch
        {
            ("object", JsonObject o) when schema.AdditionalProperties is not null && !isResourceRoot && schema.Properties.Count == 0 => new CelSchemaMap(o, schema.AdditionalProperties),
            ("object", JsonObject o) => new CelSchemaObject(o, schema, isResourceRoot),
            ("array", JsonArray a) => new CelSchemaList(a, schema),
            _ => Scalar(node, schema, kind),
        };
    }

    private static object Scalar(JsonNode node, StructuralSchema schema, JsonKind kind) => (schema.Type, kind) switch
    {
        ("string", JsonKind.String) => Text(node.GetValue<string>(), schema.Format),
        ("boolean", JsonKind.Boolean) => node.GetValue<bool>(),
        ("integer", JsonKind.Integer) => JsonKinds.AsLong(node),
        ("integer", JsonKind.Float) => (long)JsonKinds.AsDouble(node),
        ("number", JsonKind.Integer or JsonKind.Float) => JsonKinds.AsDouble(node),
        ("", _) when schema.PreserveUnknownFields => new CelOpaque(node),
        _ => Mismatch(schema.Type, kind),
    };

    private static object Text(string text, string format)
    {
        switch (format)
        {
            case "duration":
                return GoDuration.TryParseLoose(text, out var nanoseconds) ? new CelDuration(nanoseconds) : new CelError($"Invalid duration {text}");
            case "date":
                return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
                    ? new CelTimestamp(date)
                    : new CelError($"Invalid date formatted string {text}");
            case "date-time":
                return CelConversions.Timestamp(text);
            case "byte":
                try
                {
                    return Convert.FromBase64String(text);
                }
                catch (FormatException)
                {
                    return new CelError("Invalid byte formatted string");
                }

            default:
                return text;
        }
    }

    private static CelError Mismatch(string expected, JsonKind actual) => new($"invalid data, expected {expected}, got {actual.ToString().ToLowerInvariant()}");
}

/// <summary>Data without a declared type: it can be passed on and compared, not looked into.</summary>
internal sealed record CelOpaque(JsonNode Node)
{
    public bool Equals(CelOpaque? other) => other is not null && JsonNode.DeepEquals(Node, other.Node);

    public override int GetHashCode() => 0;
}

/// <summary>An object with declared properties, which rules reach by escaped names.</summary>
internal sealed class CelSchemaObject(JsonObject json, StructuralSchema schema, bool isResourceRoot)
{
    public JsonObject Json => json;

    public StructuralSchema Schema => schema;

    /// <summary>The value of a field by its CEL name, or null when it is not set.</summary>
    public object? Find(string field)
    {
        if (!(isResourceRoot && field == "metadata") && s_names.GetValue(schema, Names).TryGetValue(field, out var member))
        {
            return json.TryGetPropertyValue(member.Name, out var value) ? CelSchemaValues.From(value, member.Schema, member.Schema.EmbeddedResource) : null;
        }

        if (!isResourceRoot || !json.TryGetPropertyValue(field, out var own)) return null;
        return field switch
        {
            "apiVersion" or "kind" => JsonKinds.AsString(own),
            "metadata" when own is JsonObject metadata => new CelSchemaObject(metadata, s_metadata, isResourceRoot: false),
            _ => null,
        };
    }

    /// <summary>The properties of a schema by their CEL names, made once per schema.</summary>
    private static readonly ConditionalWeakTable<StructuralSchema, Dictionary<string, (string Name, StructuralSchema Schema)>> s_names = [];

    private static Dictionary<string, (string Name, StructuralSchema Schema)> Names(StructuralSchema schema)
    {
        var names = new Dictionary<string, (string, StructuralSchema)>(StringComparer.Ordinal);
        foreach (var (name, property) in schema.Properties)
        {
            if (CelNames.Escape(name) is { } escaped) names[escaped] = (name, property);
        }

        return names;
    }

    private static readonly StructuralSchema s_text = new() { Type = "string" };

    private static readonly StructuralSchema s_metadata = new() { Type = "object", Properties = [new("generateName", s_text), new("name", s_text)] };
}

internal sealed class CelSchemaList(JsonArray json, StructuralSchema schema) : CelList
{
    public StructuralSchema Schema => schema;

    public JsonArray Json => json;

    public override int Count => json.Count;

    public override object this[int index] => CelSchemaValues.From(json[index], schema.Items, schema.Items?.EmbeddedResource ?? false);
}

internal sealed class CelSchemaMap(JsonObject json, StructuralSchema values) : CelMap
{
    public override int Count => json.Count;

    public override IEnumerable<object> Keys => json.Select(m => m.Key);

    public override object? Find(object key) => key is string name && json.TryGetPropertyValue(name, out var value) ? CelSchemaValues.From(value, values, values.EmbeddedResource) : null;
}
