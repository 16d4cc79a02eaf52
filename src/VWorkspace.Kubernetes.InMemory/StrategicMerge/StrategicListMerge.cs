using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.StrategicMerge;

/// <summary>Merges lists whose strategy is <c>merge</c>: scalars as sets, objects by their key.</summary>
internal static class StrategicListMerge
{
    /// <summary>A new list; the sources are not changed.</summary>
    public static JsonArray Merge(JsonArray original, JsonArray patch, PatchTypeInfo element, string mergeKey, bool isDeletion)
    {
        if (original.Count == 0 && patch.Count == 0)
        {
            return [];
        }

        if (!HoldsMaps(original, patch))
        {
            if (isDeletion)
            {
                return Copy(original.Where(o => !patch.Any(p => JsonNode.DeepEquals(o, p))));
            }

            var all = new List<JsonNode?>();
            foreach (var item in original.Concat(patch))
            {
                if (!all.Exists(a => JsonNode.DeepEquals(a, item)))
                {
                    all.Add(item);
                }
            }

            return ElementOrder.Arrange(Copy(all), patch, original, mergeKey: string.Empty);
        }

        if (mergeKey.Length == 0)
        {
            throw new PatchFaultException("cannot merge lists without merge key for type " + element.GoKind, 500);
        }

        var (kept, items) = ApplyDirectives(original, patch, mergeKey);
        var merged = MergeItems(kept, items, element, mergeKey);
        return ElementOrder.Arrange(merged, Copy(items), Copy(kept), mergeKey);
    }

    /// <summary>Finds the item with a key.</summary>
    internal static int IndexOf(IReadOnlyList<JsonNode?> items, string mergeKey, JsonNode? value)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not JsonObject item)
            {
                throw new PatchFaultException($"value for key {i.ToString(System.Globalization.CultureInfo.InvariantCulture)} is not a map.", 500);
            }

            if (item.TryGetPropertyValue(mergeKey, out var other) && JsonNode.DeepEquals(other, value))
            {
                return i;
            }
        }

        return -1;
    }

    private static (List<JsonNode?> Kept, List<JsonNode?> Items) ApplyDirectives(JsonArray original, JsonArray patch, string mergeKey)
    {
        var kept = original.ToList();
        var items = new List<JsonNode?>(patch.Count);
        var replace = false;
        foreach (var node in patch)
        {
            var item = (JsonObject)node!;
            if (!item.TryGetPropertyValue(StrategicMergePatch.Directive, out var directive))
            {
                items.Add(item);
                continue;
            }

            switch (directive is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null)
            {
                case "delete":
                    if (!item.TryGetPropertyValue(mergeKey, out var value))
                    {
                        throw PatchFaultException.NoMergeKey(item, mergeKey);
                    }

                    for (var at = IndexOf(kept, mergeKey, value); at >= 0; at = IndexOf(kept, mergeKey, value))
                    {
                        kept.RemoveAt(at);
                    }

                    break;
                case "replace":
                    replace = true;
                    break;
                case "merge":
                    throw new PatchFaultException("merging lists cannot yet be specified in the patch", 500);
                default:
                    throw PatchFaultException.UnknownDirective(directive, item);
            }
        }

        return replace ? (items, []) : (kept, items);
    }

    private static JsonArray MergeItems(List<JsonNode?> original, List<JsonNode?> patch, PatchTypeInfo element, string mergeKey)
    {
        var merged = original.Select(o => o?.DeepClone()).ToList();
        foreach (var node in patch)
        {
            var item = (JsonObject)node!;
            if (!item.TryGetPropertyValue(mergeKey, out var value))
            {
                throw PatchFaultException.NoMergeKey(item, mergeKey);
            }

            var at = IndexOf(merged, mergeKey, value);
            var copy = (JsonObject)item.DeepClone();
            if (at < 0)
            {
                merged.Add(StrategicMergePatch.WithoutNulls(copy));
            }
            else
            {
                merged[at] = StrategicMergePatch.MergeMap((JsonObject)merged[at]!, copy, element);
            }
        }

        return new JsonArray([.. merged]);
    }

    /// <summary>All items must be of one sort, and not lists.</summary>
    private static bool HoldsMaps(JsonArray original, JsonArray patch)
    {
        string? type = null;
        foreach (var item in original.Concat(patch))
        {
            var current = item switch { JsonObject => "map[string]interface {}", JsonArray => throw PatchFaultException.ListOfLists(), _ => GoPrint.TypeName(item) };
            if (type is not null && type != current)
            {
                throw new PatchFaultException("list element types are not identical: [" + type + " " + current + "]", 500);
            }

            type = current;
        }

        return type == "map[string]interface {}";
    }

    private static JsonArray Copy(IEnumerable<JsonNode?> items) => new([.. items.Select(i => i?.DeepClone())]);
}
