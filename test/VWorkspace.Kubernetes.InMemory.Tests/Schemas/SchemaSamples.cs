using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

/// <summary>Makes a value with every field of a schema, of the right types.</summary>
internal static class SchemaSamples
{
    private const int MaxDepth = 12;

    public static JsonNode? Make(StructuralSchema schema, int depth)
    {
        if (schema.Enum.Count > 0) return schema.Enum[0]?.DeepClone();
        if (schema.IntOrString) return JsonValue.Create(1);
        switch (schema.Type)
        {
            case "object":
                var o = new JsonObject();
                if (depth >= MaxDepth) return o;
                if (schema.EmbeddedResource) (o["apiVersion"], o["kind"]) = ("v1", "Pod");
                foreach (var (name, property) in schema.Properties) o[name] = Make(property, depth + 1);
                if (schema.AdditionalProperties is not null) o["key"] = Make(schema.AdditionalProperties, depth + 1);
                return o;
            case "array":
                return depth >= MaxDepth ? new JsonArray() : new JsonArray(Make(schema.Items!, depth + 1));
            case "integer":
                return JsonValue.Create((long)(schema.Minimum ?? 1));
            case "number":
                return JsonValue.Create(1.5);
            case "boolean":
                return JsonValue.Create(true);
            case "string":
                return JsonValue.Create(schema.Format switch { "date-time" => "2026-01-02T03:04:05Z", "byte" => "YQ==", _ => "a" });
            default:
                return new JsonObject();
        }
    }
}
