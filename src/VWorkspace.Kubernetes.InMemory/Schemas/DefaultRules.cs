using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Defaults must be pruned and valid by the schema they stand in.</summary>
internal static class DefaultRules
{
    public static void Check(StructuralSchema schema, FieldPath path, List<FieldError> errors)
    {
        if (schema.Default is not null) CheckDefault(schema, schema.Default, path.Child("default"), errors);
        if (schema.Items is not null) Check(schema.Items, path.Child("items"), errors);
        foreach (var (name, property) in schema.Properties) Check(property, path.Child("properties").Key(name), errors);
    }

    private static void CheckDefault(StructuralSchema schema, JsonNode value, FieldPath path, List<FieldError> errors)
    {
        if (SchemaPruner.PruneValue(schema, value.DeepClone()).Count > 0) errors.Add(FieldError.Invalid(path, value, "must not have unknown fields"));
        foreach (var error in ValueValidator.Validate(schema, value, "", null, isUpdate: false).Errors)
        {
            var field = error.Field == "<nil>" ? path.ToString() : $"{path}.{error.Field}";
            errors.Add(error with { Field = field });
        }
    }
}
