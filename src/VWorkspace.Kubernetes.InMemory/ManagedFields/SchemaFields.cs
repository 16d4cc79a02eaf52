namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Set operations that need the schema.</summary>
internal static class SchemaFields
{
    /// <summary>
    /// Adds the declared fields on the way to members, which an applied configuration mentions without owning them (structured-merge-diff
    /// <c>Set.EnsureNamedFieldsAreMembers</c>). Fields of open maps and list items are not added.
    /// </summary>
    public static FieldSet WithNamedParents(this FieldSet set, MergeSchema? schema)
    {
        if (set.IsEmpty)
        {
            return set;
        }

        var nodes = new List<FieldSet.Node>(set.Nodes.Length);
        foreach (var node in set.Nodes)
        {
            var isMember = node.IsMember;
            MergeSchema? below = null;
            if (node.Element.Kind == PathElementKind.Field && schema?.Map is { } map)
            {
                if (map.Fields.TryGetValue(node.Element.FieldName, out var field))
                {
                    isMember |= node.Children is not null;
                    below = field.Type;
                }
                else
                {
                    below = map.Element;
                }
            }
            else if (node.Element.Kind == PathElementKind.Key && schema?.List is { } list)
            {
                below = list.Element;
            }

            nodes.Add(new FieldSet.Node(node.Element, isMember, node.Children?.WithNamedParents(below)));
        }

        return FieldSet.FromNodes(nodes);
    }

    /// <summary>
    /// Follows a schema that turned a map or list from granular to atomic: whoever owned something below it owns it as a whole
    /// (structured-merge-diff <c>typed/reconcile_schema.go</c>). Returns the same set when nothing changed.
    /// </summary>
    public static FieldSet FollowSchema(this FieldSet set, MergeSchema schema)
    {
        if (schema.IsDeduced)
        {
            return set;
        }

        List<FieldSet.Node>? changed = null;
        var source = set.Nodes;
        for (var i = 0; i < source.Length; i++)
        {
            var node = source[i];
            var followed = node;
            if (node.Children is { } children && TypeBelow(schema, node.Element) is { } type)
            {
                if (IsAtomicFor(type, children))
                {
                    followed = new FieldSet.Node(node.Element, true, null);
                }
                else if (children.FollowSchema(type) is var below && !ReferenceEquals(below, children))
                {
                    followed = node with { Children = below };
                }
            }

            if (changed is null && !ReferenceEquals(followed.Children, node.Children))
            {
                changed = new List<FieldSet.Node>(source.Length);
                changed.AddRange(source[..i]);
            }

            changed?.Add(followed);
        }

        return changed is null ? set : FieldSet.FromNodes(changed);
    }

    private static MergeSchema? TypeBelow(MergeSchema schema, PathElement element) => element.Kind switch
    {
        PathElementKind.Field => schema.Map?.TypeOf(element.FieldName),
        _ => schema.List?.Element,
    };

    private static bool IsAtomicFor(MergeSchema type, FieldSet children) => children.Nodes[0].Element.Kind == PathElementKind.Field
        ? type.Map is { IsAtomic: true }
        : type.List is { Relationship: ListRelationship.Atomic };
}
