using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The members of <c>ObjectMeta</c>: what a schema may leave unsaid because every resource has it.</summary>
internal static class ObjectMetaFields
{
    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        StringComparer.Ordinal,
        "annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName", "generation", "labels",
        "managedFields", "name", "namespace", "ownerReferences", "resourceVersion", "selfLink", "uid");

    private static readonly FrozenSet<string> s_ownerReference = FrozenSet.Create(
        StringComparer.Ordinal, "apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid");

    private static readonly FrozenSet<string> s_managedFields = FrozenSet.Create(
        StringComparer.Ordinal, "apiVersion", "fieldsType", "fieldsV1", "manager", "operation", "subresource", "time");

    /// <summary>Removes what is not a member of ObjectMeta and adds the paths of what was removed.</summary>
    public static void Prune(JsonObject metadata, string path, List<string> unknown)
    {
        PruneMembers(metadata, s_known, path, unknown);
        PruneItems(metadata["ownerReferences"], s_ownerReference, $"{path}.ownerReferences", unknown);
        PruneItems(metadata["managedFields"], s_managedFields, $"{path}.managedFields", unknown);
    }

    private static void PruneItems(JsonNode? list, FrozenSet<string> known, string path, List<string> unknown)
    {
        if (list is not JsonArray items) return;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is JsonObject item) PruneMembers(item, known, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), unknown);
        }
    }

    private static void PruneMembers(JsonObject o, FrozenSet<string> known, string path, List<string> unknown)
    {
        foreach (var name in o.Select(m => m.Key).Where(k => !known.Contains(k)).Order(StringComparer.Ordinal).ToArray())
        {
            unknown.Add($"{path}.{name}");
            o.Remove(name);
        }
    }
}
