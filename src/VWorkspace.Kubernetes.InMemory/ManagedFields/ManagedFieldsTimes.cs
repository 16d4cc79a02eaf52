using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Keeps writes that change nothing from changing times (upstream: <c>IgnoreManagedFieldsTimestampsTransformer</c>).</summary>
internal static class ManagedFieldsTimes
{
    /// <summary>
    /// When the two objects differ in nothing but the times of managed fields and the resource version, puts the old list into the new object and
    /// answers true: the write is then none.
    /// </summary>
    /// <param name="live">The object as it is stored. Not changed.</param>
    /// <param name="newObject">The object as it would be written, after admission and preparation.</param>
    public static bool KeepWhenNothingElseChanged(JsonObject live, JsonObject newObject)
    {
        if (live.Count != newObject.Count
            || live["metadata"] is not JsonObject oldMetadata || newObject["metadata"] is not JsonObject newMetadata
            || !SameMembers(live, newObject, except: "metadata", orElse: null)
            || !SameMembers(oldMetadata, newMetadata, except: "managedFields", orElse: "resourceVersion")
            || !SameEntries(oldMetadata["managedFields"] as JsonArray, newMetadata["managedFields"] as JsonArray))
        {
            return false;
        }

        if (oldMetadata["managedFields"] is { } kept)
        {
            newMetadata["managedFields"] = kept.DeepClone();
        }

        return true;
    }

    private static bool SameEntries(JsonArray? before, JsonArray? after)
    {
        if ((before?.Count ?? 0) != (after?.Count ?? 0))
        {
            return false;
        }

        // The order depends on the times, so entries are matched, not zipped. There are few.
        var open = after?.Cast<JsonObject?>().ToList() ?? [];
        foreach (var entry in before ?? [])
        {
            var at = open.FindIndex(o => o is not null && entry is JsonObject e && SameMembers(e, o, except: "time", orElse: null));
            if (at < 0)
            {
                return false;
            }

            open.RemoveAt(at);
        }

        return true;
    }

    private static bool SameMembers(JsonObject a, JsonObject b, string except, string? orElse)
    {
        var matched = 0;
        foreach (var (name, value) in a)
        {
            if (name == except || name == orElse)
            {
                continue;
            }

            if (!b.TryGetPropertyValue(name, out var other) || !JsonNode.DeepEquals(value, other))
            {
                return false;
            }

            matched++;
        }

        foreach (var (name, _) in b)
        {
            if (name != except && name != orElse)
            {
                matched--;
            }
        }

        return matched == 0;
    }
}
