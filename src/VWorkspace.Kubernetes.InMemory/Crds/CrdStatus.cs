using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>The status of a CustomResourceDefinition as its controllers write it.</summary>
internal static class CrdStatus
{
    public static JsonObject Initial(JsonObject crd) => new()
    {
        ["conditions"] = null,
        ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
        ["storedVersions"] = new JsonArray([.. StorageVersions(crd).Select(v => (JsonNode)v)]),
    };

    /// <summary>Accepts the names and establishes the definition. False when there is nothing to change.</summary>
    public static bool Accept(JsonObject crd, string now)
    {
        var status = crd.Ensure("status");
        var before = status.Copy();
        status["acceptedNames"] = crd["spec"].Child("names")?.DeepClone() ?? new JsonObject();
        SetCondition(status, "NamesAccepted", "NoConflicts", "no conflicts found", now);
        SetCondition(status, "Established", "InitialNamesAccepted", "the initial names have been accepted", now);
        AddStorageVersions(crd);
        return !JsonNode.DeepEquals(before, status);
    }

    public static void AddStorageVersions(JsonObject crd)
    {
        var status = crd.Ensure("status");
        var stored = status.Items("storedVersions").Texts();
        status["storedVersions"] = new JsonArray([.. stored.Union(StorageVersions(crd), StringComparer.Ordinal).Select(v => (JsonNode)v)]);
    }

    private static IEnumerable<string> StorageVersions(JsonObject crd) =>
        (crd["spec"].Items("versions") ?? []).Where(v => v.Flag("storage") == true).Select(v => v.Text("name") ?? "");

    private static void SetCondition(JsonObject status, string type, string reason, string message, string now)
    {
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        if (conditions.Any(c => c.Text("type") == type && c.Text("status") == "True")) return;
        var condition = new JsonObject { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
        var index = conditions.ToList().FindIndex(c => c.Text("type") == type);
        if (index >= 0) conditions[index] = condition;
        else conditions.Add(condition);
    }
}
