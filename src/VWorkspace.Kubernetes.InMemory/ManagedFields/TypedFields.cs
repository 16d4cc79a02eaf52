using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Finds every field and item that an object mentions (structured-merge-diff <c>typed/tofieldset.go</c>).</summary>
internal static class TypedFields
{
    /// <summary>The set of what an applied configuration owns: leaves, list items, undeclared fields, and nulls.</summary>
    public static FieldSet Of(JsonObject? value, MergeSchema schema)
    {
        Visit(TypedNode.Of(value), schema, out var children);
        return children ?? FieldSet.Empty;
    }

    /// <summary>True when the value itself is a leaf; <paramref name="children"/> is what is below it.</summary>
    private static bool Visit(TypedNode value, MergeSchema schema, out FieldSet? children)
    {
        children = null;
        switch (value.ShapeIn(schema))
        {
            case AtomShape.Scalar:
                return true;
            case AtomShape.Map when schema.Map!.IsAtomic:
                return true;
            case AtomShape.Map:
                children = VisitMap(value.AsMap, schema.Map!);
                return false;
            case AtomShape.List when schema.List!.Relationship == ListRelationship.Atomic:
                return true;
            case AtomShape.List:
                children = VisitList(value.AsList, schema.List!);
                return false;
            default:
                return false;
        }
    }

    private static FieldSet? VisitMap(JsonObject? map, MergeMap type)
    {
        if (map is null)
        {
            return null;
        }

        var nodes = new List<FieldSet.Node>(map.Count);
        foreach (var (name, node) in map)
        {
            var declared = type.Fields.TryGetValue(name, out var field);
            if ((declared ? field!.Type : type.Element) is not { } fieldType)
            {
                continue;
            }

            var isMember = Visit(TypedNode.Of(node), fieldType, out var children) || !declared || node is null or JsonObject { Count: 0 };
            if (isMember || children is { IsEmpty: false })
            {
                nodes.Add(new FieldSet.Node(PathElement.Field(name), isMember, children is { IsEmpty: true } ? null : children));
            }
        }

        return FieldSet.FromNodes(nodes);
    }

    private static FieldSet? VisitList(JsonArray? list, MergeList type)
    {
        if (list is null)
        {
            return null;
        }

        var nodes = new List<FieldSet.Node>(list.Count);
        HashSet<PathElement>? seen = null;
        HashSet<PathElement>? repeated = null;
        if (list.Count > 1)
        {
            seen = new HashSet<PathElement>(list.Count);
            foreach (var item in list)
            {
                if (ListKeys.TryGet(type, item, out var element, out _) && !seen.Add(element))
                {
                    (repeated ??= []).Add(element);
                }
            }
        }

        foreach (var item in list)
        {
            if (!ListKeys.TryGet(type, item, out var element, out _))
            {
                continue;
            }

            FieldSet? children = null;
            if (repeated is null || !repeated.Contains(element))
            {
                Visit(TypedNode.Of(item), type.Element, out children);
            }

            nodes.Add(new FieldSet.Node(element, true, children is { IsEmpty: true } ? null : children));
        }

        return FieldSet.FromNodes(nodes);
    }
}
