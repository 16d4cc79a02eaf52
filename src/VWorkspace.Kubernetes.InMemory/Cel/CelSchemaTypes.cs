using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The static types that rules see: what a schema declares, and of metadata the name and the generate name at the root of a resource.</summary>
internal static class CelSchemaTypes
{
    private static readonly CelType s_metadata = CelType.Object("object", new Dictionary<string, CelType>(StringComparer.Ordinal) { ["name"] = CelType.String, ["generateName"] = CelType.String });

    /// <summary>The type of a schema, or null when values of it cannot be reached by rules (no type is declared).</summary>
    public static CelType? Of(StructuralSchema schema, bool isResourceRoot)
    {
        if (schema.IntOrString) return CelType.Dyn;
        switch (schema.Type)
        {
            case "array":
                return schema.Items is not null && Of(schema.Items, schema.Items.EmbeddedResource) is { } item ? CelType.List(item) : null;
            case "object" when schema.AdditionalProperties is not null && !isResourceRoot:
                return Of(schema.AdditionalProperties, schema.AdditionalProperties.EmbeddedResource) is { } value ? CelType.Map(CelType.String, value) : null;
            case "object":
                return CelType.Object("object", Fields(schema, isResourceRoot));
            case "string":
                return schema.Format switch
                {
                    "byte" => CelType.Bytes,
                    "duration" => CelType.Duration,
                    "date" or "date-time" => CelType.Timestamp,
                    _ => CelType.String,
                };
            case "boolean": return CelType.Bool;
            case "number": return CelType.Double;
            case "integer": return CelType.Int;
            default: return null;
        }
    }

    private static Dictionary<string, CelType> Fields(StructuralSchema schema, bool isResourceRoot)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (name, property) in schema.Properties)
        {
            if (CelNames.Escape(name) is { } escaped && Of(property, property.EmbeddedResource) is { } type) fields[escaped] = type;
        }

        if (!isResourceRoot) return fields;
        fields["apiVersion"] = CelType.String;
        fields["kind"] = CelType.String;
        fields["metadata"] = s_metadata;
        return fields;
    }
}
