using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Fills in the defaults of a schema. A null where null is not allowed counts as absent.</summary>
internal static class SchemaDefaulter
{
    /// <summary>Defaults an object in place: removes nulls that are neither allowed nor defaulted, then adds what is missing. Doing it twice changes nothing.</summary>
    /// <param name="schema">The schema of the object's version.</param>
    /// <param name="obj">The object; it is changed.</param>
    public static void Default(StructuralSchema schema, JsonObject obj)
    {
        PruneNulls(obj, schema);
        Fill(obj, schema);
    }

    private static void PruneNulls(JsonNode? node, StructuralSchema? schema)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o.ToArray())
                {
                    var member = schema?.Member(name);
                    if (value is null && member is { Nullable: false, Default: null }) o.Remove(name);
                    else PruneNulls(value, member);
                }

                break;
            case JsonArray a:
                foreach (var item in a) PruneNulls(item, schema?.Items);
                break;
        }
    }

    private static void Fill(JsonNode? node, StructuralSchema? schema)
    {
        if (schema is null) return;
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.Default is null) continue;
                    if (!o.TryGetPropertyValue(name, out var present) || (present is null && !property.Nullable)) o[name] = property.Default.DeepClone();
                }

                foreach (var (name, value) in o.ToArray())
                {
                    var member = schema.Member(name);
                    if (value is null && schema.Property(name) is null && member is { Nullable: false, Default: { } fallback }) o[name] = fallback.DeepClone();
                    Fill(o[name], member);
                }

                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++)
                {
                    if (a[i] is null && schema.Items is { Nullable: false, Default: { } fallback }) a[i] = fallback.DeepClone();
                    Fill(a[i], schema.Items);
                }

                break;
        }
    }
}
