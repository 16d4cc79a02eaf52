using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Finds the path element of a list's item.</summary>
internal static class ListKeys
{
    /// <summary>The element of an item of a set or a list-map; false with an error text when it has none.</summary>
    public static bool TryGet(MergeList list, JsonNode? item, out PathElement element, out string error)
    {
        error = string.Empty;
        element = default;
        if (list.Relationship == ListRelationship.Map)
        {
            return TryGetKeyed(list, item, out element, out error);
        }

        switch (item)
        {
            case null:
                error = "associative list without keys has an element that's an explicit null";
                return false;
            case JsonObject:
                error = "associative list without keys has an element that's a map type";
                return false;
            case JsonArray:
                error = "not supported: associative list with lists as elements";
                return false;
            default:
                element = PathElement.Item(PathValue.From(item));
                return true;
        }
    }

    private static bool TryGetKeyed(MergeList list, JsonNode? item, out PathElement element, out string error)
    {
        element = default;
        error = string.Empty;
        if (item is null)
        {
            error = "associative list with keys may not have a null element";
            return false;
        }

        if (item is not JsonObject map)
        {
            error = "associative list with keys may not have non-map elements";
            return false;
        }

        var fields = list.Element.Map?.Fields;
        var keys = new PathKey[list.Keys.Length];
        var count = 0;
        foreach (var name in list.Keys)
        {
            if (map.TryGetPropertyValue(name, out var value))
            {
                keys[count++] = new PathKey(name, PathValue.From(value));
            }
            else if (fields is not null && fields.TryGetValue(name, out var field) && field.Default is { } standIn)
            {
                keys[count++] = new PathKey(name, PathValue.From(standIn));
            }
        }

        if (count == 0)
        {
            error = $"associative list with keys has an element that omits all key fields {GoText.Quote(list.Keys)} (and doesn't have default values for any key fields)";
            return false;
        }

        element = PathElement.Key(count == keys.Length ? keys : keys[..count]);
        return true;
    }
}
