using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// Finds for a part of the new object the same part of the old one, as ratcheting and transition rules need it: members by name, items of
/// <c>list-type: map</c> by their keys, items of plain lists by index, items of sets and atomic lists not at all.
/// </summary>
internal static class Correlation
{
    /// <summary>The old item that an item of a new list stands for, or null.</summary>
    /// <param name="schema">The schema of the list.</param>
    /// <param name="old">The old list.</param>
    /// <param name="item">The new item.</param>
    /// <param name="index">The index of the new item.</param>
    public static JsonNode? OldItem(StructuralSchema schema, JsonNode? old, JsonNode? item, int index)
    {
        if (old is not JsonArray list) return null;
        return schema.ListType switch
        {
            "map" => ByKeys(schema, list, item),
            "set" or "atomic" => null,
            _ => index < list.Count ? list[index] : null,
        };
    }

    /// <summary>The item with the same values under the list's map keys, or null.</summary>
    public static JsonNode? ByKeys(StructuralSchema schema, JsonArray list, JsonNode? item)
    {
        if (item is not JsonObject wanted || schema.ListMapKeys.Count == 0) return null;
        foreach (var candidate in list)
        {
            if (candidate is JsonObject o && schema.ListMapKeys.All(key => SameKey(schema, o, wanted, key))) return candidate;
        }

        return null;
    }

    /// <summary>Whether a value is unchanged; the order of <c>list-type: map</c> items does not count.</summary>
    public static bool IsUnchanged(StructuralSchema? schema, JsonNode? value, JsonNode? old)
    {
        switch (value, old)
        {
            case (JsonObject a, JsonObject b):
                if (a.Count != b.Count) return false;
                foreach (var (name, member) in a)
                {
                    if (!b.TryGetPropertyValue(name, out var before) || !IsUnchanged(schema?.Member(name), member, before)) return false;
                }

                return true;
            case (JsonArray a, JsonArray b):
                if (a.Count != b.Count) return false;
                if (JsonNode.DeepEquals(a, b)) return true;
                if (schema is not { ListType: "map" }) return false;
                foreach (var item in a)
                {
                    if (ByKeys(schema, b, item) is not { } before || !IsUnchanged(schema.Items, item, before)) return false;
                }

                return true;
            default:
                return JsonNode.DeepEquals(value, old);
        }
    }

    private static bool SameKey(StructuralSchema schema, JsonObject a, JsonObject b, string key)
    {
        var fallback = schema.Items?.Property(key)?.Default;
        return JsonNode.DeepEquals(a[key] ?? fallback, b[key] ?? fallback);
    }
}
