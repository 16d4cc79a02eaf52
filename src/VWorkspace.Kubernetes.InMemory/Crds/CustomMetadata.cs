using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>The metadata of custom resources and of the resources embedded in them: typed, whatever the schema says.</summary>
internal static class CustomMetadata
{
    private static readonly BuiltinType ObjectMeta = BuiltinSchemas.Find("v1", "ConfigMap")!.Type.Find("metadata")!.Type.Struct;

    /// <summary>Why the metadata of the object, or of a resource in it, cannot be read into Go's ObjectMeta; null when it can.</summary>
    public static string? Problem(StructuralSchema schema, JsonObject obj)
    {
        if (Problem(obj) is { } own) return own;
        return EmbeddedIn(schema, obj, "", isRoot: true).Select(e => Problem(e.Resource) is { } problem
            ? $"{e.Path}.metadata: Invalid value: {GoText.Json(e.Resource["metadata"])}: {problem}" : null).FirstOrDefault(p => p is not null);
    }

    /// <summary>The rules for names, labels and the like, for the metadata of embedded resources.</summary>
    public static IEnumerable<FieldCause> ValidateEmbedded(StructuralSchema schema, JsonObject obj) => EmbeddedIn(schema, obj, "", isRoot: true)
        .Where(e => e.Resource["metadata"] is JsonObject).SelectMany(e => ObjectMetaRules.ValidateEmbedded((JsonObject)e.Resource["metadata"]!, e.Path + ".metadata"));

    private static string? Problem(JsonObject resource) => resource["metadata"] switch
    {
        null => null,
        JsonObject metadata => GoTypeCheck.Describe(metadata, ObjectMeta),
        var other => $"json: cannot unmarshal {BodyReader.GoTypeName(other)} into Go value of type v1.ObjectMeta",
    };

    private static IEnumerable<(JsonObject Resource, string Path)> EmbeddedIn(StructuralSchema? schema, JsonNode? node, string path, bool isRoot)
    {
        if (schema is null) return [];
        return node switch
        {
            JsonObject o => (!isRoot && schema.EmbeddedResource ? [(o, path)] : Enumerable.Empty<(JsonObject, string)>())
                .Concat(o.SelectMany(m => EmbeddedIn(schema.Member(m.Key), m.Value, schema.Property(m.Key) is null ? $"{path}[{m.Key}]" : path.Length == 0 ? m.Key : $"{path}.{m.Key}", isRoot: false))),
            JsonArray a => a.SelectMany((item, i) => EmbeddedIn(schema.Items, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), isRoot: false)),
            _ => [],
        };
    }
}
