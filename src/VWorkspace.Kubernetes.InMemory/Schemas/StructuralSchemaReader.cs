using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Turns the JSON of a schema into a <see cref="StructuralSchema"/>.</summary>
internal static class StructuralSchemaReader
{
    public static StructuralSchema Read(JsonObject json) => new()
    {
        Type = Text(json, "type"),
        Title = Text(json, "title"),
        Description = Text(json, "description"),
        Nullable = Flag(json, "nullable"),
        Default = json["default"]?.DeepClone(),
        Properties = Map(json["properties"]),
        AdditionalProperties = json["additionalProperties"] is JsonObject additional ? Read(additional) : null,
        AdditionalPropertiesAllowed = JsonKinds.Of(json["additionalProperties"]) == JsonKind.Boolean ? json["additionalProperties"]!.GetValue<bool>() : null,
        Items = json["items"] is JsonObject items ? Read(items) : null,
        Format = Text(json, "format"),
        Maximum = Number(json, "maximum"),
        ExclusiveMaximum = Flag(json, "exclusiveMaximum"),
        Minimum = Number(json, "minimum"),
        ExclusiveMinimum = Flag(json, "exclusiveMinimum"),
        MultipleOf = Number(json, "multipleOf"),
        MaxLength = Count(json, "maxLength"),
        MinLength = Count(json, "minLength"),
        Pattern = Text(json, "pattern"),
        MaxItems = Count(json, "maxItems"),
        MinItems = Count(json, "minItems"),
        UniqueItems = Flag(json, "uniqueItems"),
        MaxProperties = Count(json, "maxProperties"),
        MinProperties = Count(json, "minProperties"),
        Required = Strings(json["required"]),
        Enum = json["enum"] is JsonArray values ? values.Select(v => v?.DeepClone()).ToArray() : [],
        AllOf = List(json["allOf"]),
        AnyOf = List(json["anyOf"]),
        OneOf = List(json["oneOf"]),
        Not = json["not"] is JsonObject not ? Read(not) : null,
        PreserveUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields"),
        EmbeddedResource = Flag(json, "x-kubernetes-embedded-resource"),
        IntOrString = Flag(json, "x-kubernetes-int-or-string"),
        ListType = JsonKinds.AsString(json["x-kubernetes-list-type"]),
        ListMapKeys = Strings(json["x-kubernetes-list-map-keys"]),
        MapType = JsonKinds.AsString(json["x-kubernetes-map-type"]),
        Validations = json["x-kubernetes-validations"] is JsonArray rules ? rules.OfType<JsonObject>().Select(ValidationRule.Parse).ToArray() : [],
    };

    private static string Text(JsonObject json, string name) => JsonKinds.AsString(json[name]) ?? "";

    private static bool Flag(JsonObject json, string name) => JsonKinds.Of(json[name]) == JsonKind.Boolean && json[name]!.GetValue<bool>();

    private static double? Number(JsonObject json, string name) => JsonKinds.Of(json[name]) is JsonKind.Integer or JsonKind.Float ? JsonKinds.AsDouble(json[name]!) : null;

    private static long? Count(JsonObject json, string name) => JsonKinds.Of(json[name]) is JsonKind.Integer or JsonKind.Float ? JsonKinds.AsLong(json[name]!) : null;

    private static string[] Strings(JsonNode? node) => node is JsonArray array ? array.Select(JsonKinds.AsString).OfType<string>().ToArray() : [];

    private static StructuralSchema[] List(JsonNode? node) => node is JsonArray array ? array.OfType<JsonObject>().Select(Read).ToArray() : [];

    private static KeyValuePair<string, StructuralSchema>[] Map(JsonNode? node) => node is JsonObject map
        ? map.Where(m => m.Value is JsonObject)
            .Select(m => KeyValuePair.Create(m.Key, Read((JsonObject)m.Value!)))
            .OrderBy(m => m.Key, StringComparer.Ordinal)
            .ToArray()
        : [];
}
