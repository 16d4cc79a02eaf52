using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Removes what a schema does not know from an object, and tells which fields these were.</summary>
internal static class SchemaPruner
{
    /// <summary>
    /// Prunes a custom resource in place. The type and the metadata of the object and of embedded resources are kept as far as Kubernetes knows them.
    /// </summary>
    /// <param name="schema">The schema of the object's version.</param>
    /// <param name="obj">The object; it is changed.</param>
    /// <returns>
    /// The paths of the removed fields in the server's order (metadata first, then sorted), as its <c>unknown field "spec.x"</c> messages write them:
    /// <c>spec.list[0].x</c>. Parts of a removed field are not named again.
    /// </returns>
    public static IReadOnlyList<string> Prune(StructuralSchema schema, JsonObject obj)
    {
        var metadata = new List<string>();
        if (obj["metadata"] is JsonObject own) ObjectMetaFields.Prune(own, "metadata", metadata);
        var unknown = new List<string>();
        Visit(obj, schema, "", unknown, isResource: true);
        unknown.Sort(StringComparer.Ordinal);
        var embedded = new List<string>();
        VisitEmbedded(obj, schema, "", embedded, isRoot: true);
        embedded.Sort(StringComparer.Ordinal);
        return [.. metadata, .. unknown, .. embedded];
    }

    /// <summary>Prunes a value in place, not as a resource. Gives the removed paths, sorted.</summary>
    public static IReadOnlyList<string> PruneValue(StructuralSchema schema, JsonNode? value)
    {
        var unknown = new List<string>();
        Visit(value, schema, "", unknown, schema.EmbeddedResource);
        unknown.Sort(StringComparer.Ordinal);
        return unknown;
    }

    private static bool IsTypeOrMetadata(string name) => name is "apiVersion" or "kind" or "metadata";

    private static void Visit(JsonNode? node, StructuralSchema? schema, string path, List<string> unknown, bool isResource)
    {
        if (schema is { PreserveUnknownFields: true })
        {
            VisitPreserved(node, schema, path, unknown, isResource);
            return;
        }

        switch (node)
        {
            case JsonObject o:
                foreach (var name in o.Select(m => m.Key).ToArray())
                {
                    if (isResource && IsTypeOrMetadata(name)) continue;
                    var at = Append(path, name);
                    if (schema?.Property(name) is { } property) Visit(o[name], property, at, unknown, property.EmbeddedResource);
                    else if (schema is { HasAdditionalProperties: true }) VisitAdditional(o[name], schema, at, unknown);
                    else
                    {
                        unknown.Add(at);
                        o.Remove(name);
                    }
                }

                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++) Visit(a[i], schema?.Items, Append(path, i), unknown, schema?.Items?.EmbeddedResource ?? false);
                break;
        }
    }

    /// <summary>Where unknown fields are kept, only what the schema names is looked into.</summary>
    private static void VisitPreserved(JsonNode? node, StructuralSchema? schema, string path, List<string> unknown, bool isResource)
    {
        if (schema is null) return;
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o.ToArray())
                {
                    if (isResource && IsTypeOrMetadata(name)) continue;
                    if (schema.Property(name) is { } property) Visit(value, property, Append(path, name), unknown, property.EmbeddedResource);
                    else if (schema.HasAdditionalProperties) VisitAdditional(value, schema, Append(path, name), unknown);
                }

                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++) VisitPreserved(a[i], schema.Items, Append(path, i), unknown, schema.Items?.EmbeddedResource ?? false);
                break;
        }
    }

    private static void VisitAdditional(JsonNode? node, StructuralSchema schema, string path, List<string> unknown) =>
        Visit(node, schema.AdditionalProperties, path, unknown, schema.AdditionalProperties?.EmbeddedResource ?? false);

    private static void VisitEmbedded(JsonNode? node, StructuralSchema? schema, string path, List<string> unknown, bool isRoot)
    {
        if (schema is null) return;
        switch (node)
        {
            case JsonObject o:
                if (!isRoot && schema.EmbeddedResource && o["metadata"] is JsonObject metadata) ObjectMetaFields.Prune(metadata, Append(path, "metadata"), unknown);
                foreach (var (name, value) in o) VisitEmbedded(value, schema.Member(name), Append(path, name), unknown, isRoot: false);
                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++) VisitEmbedded(a[i], schema.Items, Append(path, i), unknown, isRoot: false);
                break;
        }
    }

    private static string Append(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Append(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
