using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.StrategicMerge;

/// <summary>Puts the items of a merged list in order: those of the patch as the patch wants, those of the object between them as they were.</summary>
internal static class ElementOrder
{
    /// <summary>Arranges a merged list, which is used up. <paramref name="wanted"/> names the patch's items in order, <paramref name="before"/> is the list as it was.</summary>
    public static JsonArray Arrange(JsonArray merged, JsonArray wanted, JsonArray before, string mergeKey)
    {
        var fromPatch = new List<JsonNode?>();
        var others = new List<JsonNode?>();
        foreach (var item in merged.ToArray())
        {
            if (mergeKey.Length > 0 && !(item as JsonObject ?? throw PatchFaultException.BadType("map[string]interface {}", item)).ContainsKey(mergeKey))
            {
                throw PatchFaultException.NoMergeKey(item, mergeKey);
            }

            (IndexOf(wanted, item, mergeKey) >= 0 ? fromPatch : others).Add(item);
        }

        merged.Clear();
        fromPatch = [.. fromPatch.OrderBy(i => IndexOf(wanted, i, mergeKey))];
        others = [.. others.OrderBy(i => IndexOf(before, i, mergeKey))];

        int a = 0, b = 0;
        while (a < others.Count || b < fromPatch.Count)
        {
            var takeOther = b >= fromPatch.Count || (a < others.Count && StandsBefore(others[a], fromPatch[b]));
            merged.Add(takeOther ? others[a++] : fromPatch[b++]);
        }

        return merged;

        bool StandsBefore(JsonNode? left, JsonNode? right)
        {
            var l = IndexOf(before, left, mergeKey);
            var r = IndexOf(before, right, mergeKey);
            return l >= 0 && r >= 0 && l < r;
        }
    }

    /// <summary>Checks that the patch's items stand in the order that the directive gives, and are all named there.</summary>
    public static void Check(JsonArray? patch, JsonArray order, string mergeKey)
    {
        if (patch is not { Count: > 0 } || order.Count == 0)
        {
            return;
        }

        var items = patch.Where(p => p is not JsonObject map || !map.ContainsKey(StrategicMergePatch.Directive)).ToList();
        int i = 0, o = 0;
        while (i < items.Count && o < order.Count)
        {
            if (SameItem(items[i], order[o], mergeKey))
            {
                i++;
            }

            o++;
        }

        if (i < items.Count)
        {
            throw new PatchFaultException(
                $"The order in patch list:\n{GoPrint.Display(patch)}\n doesn't match $setElementOrder list:\n{GoPrint.Display(order)}\n", 500);
        }
    }

    private static bool SameItem(JsonNode? a, JsonNode? b, string mergeKey)
    {
        if (mergeKey.Length == 0)
        {
            return JsonNode.DeepEquals(a, b);
        }

        return JsonNode.DeepEquals(Key(a), Key(b));

        JsonNode? Key(JsonNode? item)
        {
            var map = item as JsonObject ?? throw PatchFaultException.BadType("map[string]interface {}", item);
            return map.TryGetPropertyValue(mergeKey, out var key) ? key : throw PatchFaultException.NoMergeKey(map, mergeKey);
        }
    }

    private static int IndexOf(JsonArray list, JsonNode? item, string mergeKey)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (mergeKey.Length == 0 ? JsonNode.DeepEquals(list[i], item) : list[i] is JsonObject a && item is JsonObject b && JsonNode.DeepEquals(a[mergeKey], b[mergeKey]))
            {
                return i;
            }
        }

        return -1;
    }
}
