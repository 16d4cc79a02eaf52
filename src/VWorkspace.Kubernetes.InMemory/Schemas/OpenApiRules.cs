using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>What the server accepts of OpenAPI v3 in a CRD, and the rules of its own extensions.</summary>
internal static class OpenApiRules
{
    private static readonly string[] s_types = ["array", "boolean", "integer", "number", "object", "string"];

    public static void Check(JsonObject schema, FieldPath path, List<FieldError> errors)
    {
        CheckUnsupported(schema, path, errors);
        if (CrdVersions.Flag(schema, "uniqueItems")) errors.Add(FieldError.Forbidden(path.Child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        if (schema["additionalProperties"] is { } additional)
        {
            if (schema["properties"] is JsonObject { Count: > 0 } && (additional is JsonObject || !CrdVersions.Flag(schema, "additionalProperties")))
            {
                errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
            }

            CheckChild(additional, path.Child("additionalProperties"), errors);
        }

        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (name, property) in properties.OrderBy(p => p.Key, StringComparer.Ordinal)) CheckChild(property, path.Child("properties").Key(name), errors);
        }

        CheckChild(schema["not"], path.Child("not"), errors);
        foreach (var junctor in (string[])["allOf", "oneOf", "anyOf"])
        {
            if (schema[junctor] is not JsonArray parts) continue;
            for (var i = 0; i < parts.Count; i++) CheckChild(parts[i], path.Child(junctor).Index(i), errors);
        }

        CheckChild(schema["items"], path.Child("items"), errors);
        ExtensionRules.Check(schema, path, errors);
    }

    private static void CheckChild(JsonNode? child, FieldPath path, List<FieldError> errors)
    {
        if (child is JsonObject schema) Check(schema, path, errors);
    }

    private static void CheckUnsupported(JsonObject schema, FieldPath path, List<FieldError> errors)
    {
        foreach (var name in (string[])["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"])
        {
            if (schema[name] is not null) errors.Add(FieldError.Forbidden(path.Child(name), $"{name} is not supported"));
        }

        var type = CrdValidation.Text(schema, "type");
        if (type == "null") errors.Add(FieldError.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative"));
        else if (type.Length > 0 && !s_types.Contains(type, StringComparer.Ordinal)) errors.Add(FieldError.NotSupported(path.Child("type"), type, s_types));
        if (schema["items"] is JsonArray) errors.Add(FieldError.Forbidden(path.Child("items"), "items must be a schema object and not an array"));
    }
}
