using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>What changed between two objects (structured-merge-diff <c>typed/compare.go</c>).</summary>
/// <param name="Added">Fields only the second has.</param>
/// <param name="Modified">Leaves both have with different values.</param>
/// <param name="Removed">Fields only the first has.</param>
internal sealed record TypedComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    /// <summary>Compares two objects of one type. Null stands for an object without content.</summary>
    public static TypedComparison Between(JsonObject? before, JsonObject? after, MergeSchema schema)
    {
        var root = new Level();
        Visit(TypedNode.Of(before), TypedNode.Of(after), schema, root);
        return root.ToComparison();
    }

    /// <summary>Leaves out fields, with everything below them.</summary>
    public TypedComparison Without(FieldSet? fields) => fields is null or { IsEmpty: true }
        ? this
        : new TypedComparison(Added.ExceptRecursive(fields), Modified.ExceptRecursive(fields), Removed.ExceptRecursive(fields));

    private static Change Visit(TypedNode before, TypedNode after, MergeSchema schema, Level level)
    {
        var left = before.ShapeIn(schema);
        var right = after.ShapeIn(schema);

        // A value that is absent takes the shape of the other one.
        bool isLeaf;
        if (!after.Exists)
        {
            isLeaf = VisitShape(left, before, after, schema, level);
        }
        else if (!before.Exists || left == right)
        {
            isLeaf = VisitShape(right, before, after, schema, level);
        }
        else
        {
            var first = VisitShape(left, before, after, schema, level);
            isLeaf = VisitShape(right, before, after, schema, level) || first;
        }

        if (!before.Exists)
        {
            return Change.Added;
        }

        if (!after.Exists)
        {
            return Change.Removed;
        }

        return isLeaf && !JsonNode.DeepEquals(before.Node, after.Node) ? Change.Modified : Change.None;
    }

    /// <summary>Visits as one shape; true when the value is a leaf in that shape.</summary>
    private static bool VisitShape(AtomShape shape, TypedNode before, TypedNode after, MergeSchema schema, Level level)
    {
        switch (shape)
        {
            case AtomShape.Map:
                var (oldMap, newMap) = (before.AsMap, after.AsMap);
                if (schema.Map!.IsAtomic || (IsEmpty(before, schema.Map) && IsEmpty(after, schema.Map)))
                {
                    return true;
                }

                VisitMap(oldMap, newMap, schema.Map, level);
                return false;
            case AtomShape.List:
                var (oldList, newList) = (before.AsList, after.AsList);
                if (schema.List!.Relationship == ListRelationship.Atomic || (oldList is null or { Count: 0 } && newList is null or { Count: 0 }))
                {
                    return true;
                }

                VisitList(oldList, newList, schema.List, level);
                return false;
            default:
                return shape == AtomShape.Scalar;
        }
    }

    private static bool IsEmpty(TypedNode node, MergeMap type) => node.AsMap is not { } map || (map.Count == 0 && type.AlwaysPresent.Count == 0);

    private static void VisitMap(JsonObject? before, JsonObject? after, MergeMap type, Level level)
    {
        if (before is not null)
        {
            foreach (var (name, node) in before)
            {
                VisitField(name, TypedNode.Of(node), Field(after, name, type), type, level);
            }
        }

        if (after is not null)
        {
            foreach (var (name, node) in after)
            {
                if (before is null || !before.ContainsKey(name))
                {
                    VisitField(name, Field(before, name, type), TypedNode.Of(node), type, level);
                }
            }
        }

        foreach (var (name, field) in type.AlwaysPresent)
        {
            // Present on one side only because that whole side is absent: the implied value comes or goes with its parent.
            if ((before is null || !before.ContainsKey(name)) && (after is null || !after.ContainsKey(name)) && (before is null != after is null))
            {
                var implied = TypedNode.Of(field.Zero);
                VisitField(name, before is null ? TypedNode.Absent : implied, after is null ? TypedNode.Absent : implied, type, level);
            }
        }
    }

    private static TypedNode Field(JsonObject? map, string name, MergeMap type)
    {
        if (map is null)
        {
            return TypedNode.Absent;
        }

        if (map.TryGetPropertyValue(name, out var node))
        {
            return TypedNode.Of(node);
        }

        if (type.AlwaysPresent.Count > 0)
        {
            foreach (var (present, field) in type.AlwaysPresent)
            {
                if (present == name)
                {
                    return TypedNode.Of(field.Zero);
                }
            }
        }

        return TypedNode.Absent;
    }

    private static void VisitField(string name, TypedNode before, TypedNode after, MergeMap type, Level level)
    {
        if (type.TypeOf(name) is { } fieldType)
        {
            var below = new Level();
            level.Add(PathElement.Field(name), Visit(before, after, fieldType, below), below);
        }
    }

    private static void VisitList(JsonArray? before, JsonArray? after, MergeList type, Level level)
    {
        var items = new Dictionary<PathElement, (List<JsonNode?>? Before, List<JsonNode?>? After)>((before?.Count ?? 0) + (after?.Count ?? 0));
        Index(before, isAfter: false);
        Index(after, isAfter: true);
        foreach (var (element, (old, current)) in items)
        {
            CompareItems(element, old ?? [], current ?? [], type, level);
        }

        void Index(JsonArray? list, bool isAfter)
        {
            if (list is null)
            {
                return;
            }

            foreach (var item in list)
            {
                if (!ListKeys.TryGet(type, item, out var element, out _))
                {
                    continue;
                }

                items.TryGetValue(element, out var pair);
                if (isAfter)
                {
                    (pair.After ??= []).Add(item);
                }
                else
                {
                    (pair.Before ??= []).Add(item);
                }

                items[element] = pair;
            }
        }
    }

    /// <summary>Compares the items with one key. Repeated items count as one value: their key is changed, or comes and goes, as a whole.</summary>
    private static void CompareItems(PathElement element, List<JsonNode?> before, List<JsonNode?> after, MergeList type, Level level)
    {
        var below = new Level();
        if (before.Count <= 1 && after.Count <= 1)
        {
            var old = before.Count == 1 ? TypedNode.Of(before[0]) : TypedNode.Absent;
            var current = after.Count == 1 ? TypedNode.Of(after[0]) : TypedNode.Absent;
            level.Add(element, Visit(old, current, type.Element, below), below);
        }
        else if (before.Count >= 2 && after.Count >= 2)
        {
            var same = before.Count == after.Count && before.Zip(after).All(p => JsonNode.DeepEquals(p.First, p.Second));
            level.Add(element, same ? Change.None : Change.Modified, below);
        }
        else if (before.Count >= 2)
        {
            if (after.Count == 1)
            {
                level.Add(element, Visit(TypedNode.Absent, TypedNode.Of(after[0]), type.Element, below), below);
            }

            level.Add(element, Change.Removed, new Level());
        }
        else
        {
            if (before.Count == 1)
            {
                level.Add(element, Visit(TypedNode.Of(before[0]), TypedNode.Absent, type.Element, below), below);
            }

            level.Add(element, Change.Added, new Level());
        }
    }

    private enum Change : byte
    {
        None,
        Added,
        Modified,
        Removed,
    }

    /// <summary>The three sets of one level while they grow.</summary>
    private sealed class Level
    {
        private List<FieldSet.Node>? added;
        private List<FieldSet.Node>? modified;
        private List<FieldSet.Node>? removed;

        public void Add(PathElement element, Change change, Level below)
        {
            Add(ref added, element, change == Change.Added, below.added);
            Add(ref modified, element, change == Change.Modified, below.modified);
            Add(ref removed, element, change == Change.Removed, below.removed);
        }

        public TypedComparison ToComparison() => new(Set(added), Set(modified), Set(removed));

        private static FieldSet Set(List<FieldSet.Node>? nodes) => nodes is null ? FieldSet.Empty : FieldSet.FromNodes(nodes);

        private static void Add(ref List<FieldSet.Node>? target, PathElement element, bool isMember, List<FieldSet.Node>? below)
        {
            if (isMember || below is { Count: > 0 })
            {
                (target ??= []).Add(new FieldSet.Node(element, isMember, below is { Count: > 0 } ? FieldSet.FromNodes(below) : null));
            }
        }
    }
}
