using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Patches;

/// <summary>RFC 7386 JSON merge patch over <see cref="JsonNode"/> trees. Pure: arguments are never changed and results share no node with them.</summary>
public static class JsonMergePatch
{
    /// <summary>Applies <paramref name="patch"/> to <paramref name="target"/>. A null in the patch removes a member; arrays and scalars replace.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = new JsonObject();
        var original = target as JsonObject;
        if (original is not null)
        {
            foreach (var (name, value) in original)
                if (!changes.ContainsKey(name)) result[name] = value?.DeepClone();
                else if (changes[name] is { } change) result[name] = Apply(value, change);
        }

        foreach (var (name, change) in changes)
            if (change is not null && original?.ContainsKey(name) != true) result[name] = Apply(null, change);
        return result;
    }

    /// <summary>Makes the smallest merge patch that turns <paramref name="original"/> into <paramref name="modified"/>; an empty object when they are equal.</summary>
    /// <remarks>A merge patch cannot set a member to null: members that are null in <paramref name="modified"/> come out as removals.</remarks>
    public static JsonObject Create(JsonObject original, JsonObject modified)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(modified);
        var patch = new JsonObject();
        foreach (var (name, _) in original)
            if (!modified.ContainsKey(name)) patch[name] = null;
        foreach (var (name, value) in modified)
        {
            if (!original.TryGetPropertyValue(name, out var before)) patch[name] = value?.DeepClone();
            else if (before is JsonObject left && value is JsonObject right)
            {
                var inner = Create(left, right);
                if (inner.Count > 0) patch[name] = inner;
            }
            else if (!JsonNode.DeepEquals(before, value)) patch[name] = value?.DeepClone();
        }

        return patch;
    }
}
