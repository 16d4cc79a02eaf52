using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Takes fields and items out of an object (structured-merge-diff <c>typed/remove.go</c>).</summary>
internal static class TypedRemoval
{
    /// <summary>A new object without the members of <paramref name="fields"/>; null when nothing is left.</summary>
    public static JsonObject? Remove(JsonObject? value, FieldSet fields, MergeSchema schema)
    {
        if (value is null || fields.IsEmpty)
        {
            return (JsonObject?)value?.DeepClone();
        }

        return Visit(TypedNode.Of(value), fields, schema) as JsonObject;
    }

    /// <summary>What is left; null when a map or list has lost all it had.</summary>
    private static JsonNode? Visit(TypedNode value, FieldSet fields, MergeSchema schema)
    {
        switch (value.ShapeIn(schema))
        {
            case AtomShape.Map:
                return schema.Map!.IsAtomic || value.AsMap is not { } map ? null : RemoveFields(map, fields, schema.Map);
            case AtomShape.List:
                return schema.List!.Relationship == ListRelationship.Atomic || value.AsList is not { } list ? null : RemoveItems(list, fields, schema.List);
            default:
                return value.Node?.DeepClone();
        }
    }

    private static JsonObject? RemoveFields(JsonObject map, FieldSet fields, MergeMap type)
    {
        var result = new JsonObject();
        foreach (var (name, node) in map)
        {
            if (!fields.TryFind(PathElement.Field(name), out var found))
            {
                result.Add(name, node?.DeepClone());
            }
            else if (!found.IsMember)
            {
                result.Add(name, found.Children is { } below && type.TypeOf(name) is { } fieldType ? Visit(TypedNode.Of(node), below, fieldType) : node?.DeepClone());
            }
        }

        return result.Count > 0 ? result : null;
    }

    private static JsonArray? RemoveItems(JsonArray list, FieldSet fields, MergeList type)
    {
        var result = new JsonArray();
        foreach (var item in list)
        {
            if (!ListKeys.TryGet(type, item, out var element, out _) || !fields.TryFind(element, out var found))
            {
                result.Add(item?.DeepClone());
            }
            else if (!found.IsMember)
            {
                result.Add(found.Children is { } below ? Visit(TypedNode.Of(item), below, type.Element) : item?.DeepClone());
            }
        }

        return result.Count > 0 ? result : null;
    }
}
