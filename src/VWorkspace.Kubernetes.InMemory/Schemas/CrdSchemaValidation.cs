using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Validates one <c>openAPIV3Schema</c>: what its root may hold, what OpenAPI allows, the extensions, and whether it is structural.</summary>
internal static class CrdSchemaValidation
{
    private static readonly string[] s_atRoot =
    [
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example", "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    ];

    /// <summary>Validates a schema.</summary>
    /// <param name="schema">The <c>openAPIV3Schema</c>.</param>
    /// <param name="path">The path of the schema's parent, such as <c>spec.validation</c>.</param>
    /// <param name="hasStatus">Whether the status subresource is enabled, which narrows what the root may hold.</param>
    /// <param name="errors">Where faults are added.</param>
    public static void Check(JsonObject schema, FieldPath path, bool hasStatus, List<FieldError> errors)
    {
        var at = path.Child("openAPIV3Schema");
        var before = errors.Count;
        if (hasStatus) CheckRootWithStatus(schema, at, errors);
        if (CrdVersions.Flag(schema, "nullable")) errors.Add(FieldError.Forbidden(at.Child("nullable"), "nullable cannot be true at the root"));
        var structural = StructuralSchema.Parse(schema);
        OpenApiRules.Check(schema, at, errors);
        CelRuleDeclarations.CheckMembers(structural, at, errors);
        if (errors.Count == before) CelRuleDeclarations.CheckPrograms(structural, at, errors);
        errors.AddRange(StructuralRules.Check(structural, at));
        if (errors.Count == before) DefaultRules.Check(structural, at, errors);
    }

    private static void CheckRootWithStatus(JsonObject schema, FieldPath at, List<FieldError> errors)
    {
        foreach (var (name, value) in schema)
        {
            if (IsZero(value)) continue;
            if (name == "type")
            {
                if (JsonKinds.AsString(value) is { Length: > 0 } type and not "object")
                {
                    errors.Add(FieldError.Invalid(at.Child("type"), type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
                    return;
                }
            }
            else if (!s_atRoot.Contains(name, StringComparer.Ordinal))
            {
                errors.Add(FieldError.Invalid(at, schema, "only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource is enabled"));
                return;
            }
        }
    }

    /// <summary>Members that say nothing do not count.</summary>
    private static bool IsZero(JsonNode? value) => JsonKinds.Of(value) switch
    {
        JsonKind.Null => true,
        JsonKind.Boolean => !value!.GetValue<bool>(),
        JsonKind.String => value!.GetValue<string>().Length == 0,
        JsonKind.Array => ((JsonArray)value!).Count == 0,
        _ => false,
    };
}
