using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// Lays an applied configuration over an object (structured-merge-diff <c>typed/merge.go</c>). Nothing is removed. Where both have a leaf, the
/// configuration's value stays. Items of sets and list-maps take the configuration's order, with the object's own items kept where they were.
/// </summary>
internal static class TypedMerger
{
    /// <summary>A new object, which shares no nodes with its sources. Faults of the items' keys go to <paramref name="errors"/>.</summary>
    public static JsonObject Merge(JsonObject? live, JsonObject config, MergeSchema schema, TypedErrors errors)
    {
        var result = Visit(live is null ? TypedNode.Absent : TypedNode.Of(live), TypedNode.Of(config), schema, errors);
        return result.AsMap ?? [];
    }

    private static TypedNode Visit(TypedNode live, TypedNode config, MergeSchema schema, TypedErrors errors)
    {
        // Only the configuration's shape decides the result; a live value of another shape is replaced.
        var shape = config.Exists ? config.ShapeIn(schema) : live.ShapeIn(schema);
        switch (shape)
        {
            case AtomShape.Map when !schema.Map!.IsAtomic && (live.AsMap is { Count: > 0 } || config.AsMap is { Count: > 0 }):
                return VisitMap(live.AsMap, config.AsMap, schema.Map, errors);
            case AtomShape.List when schema.List!.Relationship != ListRelationship.Atomic && (live.AsList is { Count: > 0 } || config.AsList is { Count: > 0 }):
                return VisitList(live.AsList, config.AsList, schema.List, errors);
            default:
                return Copy(config.Exists ? config : live);
        }
    }

    private static TypedNode Copy(TypedNode node) => node.Exists ? TypedNode.Of(node.Node?.DeepClone()) : TypedNode.Absent;

    private static TypedNode VisitMap(JsonObject? live, JsonObject? config, MergeMap type, TypedErrors errors)
    {
        if (config is null)
        {
            return TypedNode.Of(live!.DeepClone());
        }

        var result = new JsonObject();
        if (live is not null)
        {
            foreach (var (name, node) in live)
            {
                Add(name, TypedNode.Of(node), TypedNode.FieldOf(config, name));
            }
        }

        foreach (var (name, node) in config)
        {
            if (live is null || !live.ContainsKey(name))
            {
                Add(name, TypedNode.Absent, TypedNode.Of(node));
            }
        }

        return result.Count > 0 ? TypedNode.Of(result) : TypedNode.Absent;

        void Add(string name, TypedNode from, TypedNode over)
        {
            errors.Descend(PathElement.Field(name));
            var merged = !over.Exists || type.TypeOf(name) is not { } fieldType ? Copy(over.Exists ? over : from) : Visit(from, over, fieldType, errors);
            errors.Ascend();
            if (merged.Exists)
            {
                result.Add(name, merged.Node);
            }
        }
    }

    private static TypedNode VisitList(JsonArray? live, JsonArray? config, MergeList type, TypedErrors errors)
    {
        if (config is null)
        {
            return TypedNode.Of(live!.DeepClone());
        }

        var (configOrder, configItems) = Index(config, type, allowDuplicates: false, errors);
        var (liveOrder, liveItems) = Index(live, type, allowDuplicates: true, errors);
        if (!errors.IsEmpty)
        {
            return TypedNode.Absent;
        }

        var result = new JsonArray();
        var shared = new Queue<PathElement>(configOrder.Where(liveItems.ContainsKey));
        var hasNext = shared.TryDequeue(out var nextShared);
        var merged = new HashSet<PathElement>(configOrder.Count);
        int l = 0, c = 0;
        while (l < liveOrder.Count || c < configOrder.Count)
        {
            if (l < liveOrder.Count && c < configOrder.Count)
            {
                var element = liveOrder[l];
                if (element.Equals(configOrder[c]))
                {
                    Append(element, liveItems[element], TypedNode.Of(configItems[element].Node));
                    merged.Add(element);
                    l++;
                    c++;
                    hasNext = shared.TryDequeue(out nextShared);
                    continue;
                }

                if (configItems.ContainsKey(element) && hasNext && !nextShared.Equals(element))
                {
                    // Shared, but the configuration wants another one first.
                    l++;
                    continue;
                }
            }

            if (l < liveOrder.Count)
            {
                var element = liveOrder[l];
                if (!configItems.ContainsKey(element))
                {
                    // By position: of repeated items each stays.
                    result.Add(live![l]?.DeepClone());
                    l++;
                    continue;
                }

                if (merged.Contains(element))
                {
                    l++;
                }
            }

            if (c < configOrder.Count)
            {
                var element = configOrder[c++];
                merged.Add(element);
                Append(element, liveItems.GetValueOrDefault(element), TypedNode.Of(configItems[element].Node));
                if (hasNext && nextShared.Equals(element))
                {
                    hasNext = shared.TryDequeue(out nextShared);
                }
            }
        }

        return result.Count > 0 ? TypedNode.Of(result) : TypedNode.Absent;

        void Append(PathElement element, TypedNode from, TypedNode over)
        {
            errors.Descend(element);
            var item = Visit(from, over, type.Element, errors);
            errors.Ascend();
            if (item.Exists)
            {
                result.Add(item.Node);
            }
        }
    }

    private static (List<PathElement> Order, Dictionary<PathElement, TypedNode> Items) Index(JsonArray? list, MergeList type, bool allowDuplicates, TypedErrors errors)
    {
        var order = new List<PathElement>(list?.Count ?? 0);
        var items = new Dictionary<PathElement, TypedNode>(list?.Count ?? 0);
        for (var i = 0; i < (list?.Count ?? 0); i++)
        {
            if (!ListKeys.TryGet(type, list![i], out var element, out var error))
            {
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"element {i}: {error}"));
                continue;
            }

            if (!items.TryAdd(element, TypedNode.Of(list[i])))
            {
                if (!allowDuplicates)
                {
                    errors.Add("duplicate entries for key " + element);
                    continue;
                }

                // A repeated live item has no value that could be merged with.
                items[element] = TypedNode.Absent;
            }

            order.Add(element);
        }

        return (order, items);
    }
}
