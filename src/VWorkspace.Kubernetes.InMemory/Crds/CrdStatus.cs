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

    /// <summary>Accepts the names that are free and establishes the definition when all are (upstream: <c>pkg/controller/status</c>, <c>naming_controller.go</c>). False when there is nothing to change.</summary>
    public static bool Decide(JsonObject crd, CrdNamesInUse used, string now)
    {
        var status = crd.Ensure("status");
        var before = status.Copy();
        var (accepted, reason, message) = used.Accept(crd["spec"].Child("names") as JsonObject ?? [], status["acceptedNames"] as JsonObject ?? []);
        status["acceptedNames"] = accepted;
        SetCondition(status, "NamesAccepted", reason == "NoConflicts", reason, message, now);
        if (!IsTrue(crd, "Established"))
        {
            if (reason == "NoConflicts") SetCondition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);
            else SetCondition(status, "Established", false, "NotAccepted", "not all names are accepted", now);
        }

        AddStorageVersions(crd);
        return !JsonNode.DeepEquals(before, status);
    }

    public static bool IsTrue(JsonObject crd, string condition) =>
        (crd["status"].Items("conditions") ?? []).Any(c => c.Text("type") == condition && c.Text("status") == "True");

    public static void AddStorageVersions(JsonObject crd)
    {
        var status = crd.Ensure("status");
        var stored = status.Items("storedVersions").Texts();
        status["storedVersions"] = new JsonArray([.. stored.Union(StorageVersions(crd), StringComparer.Ordinal).Select(v => (JsonNode)v)]);
    }

    private static IEnumerable<string> StorageVersions(JsonObject crd) =>
        (crd["spec"].Items("versions") ?? []).Where(v => v.Flag("storage") == true).Select(v => v.Text("name") ?? "");

    private static void SetCondition(JsonObject status, string type, bool isTrue, string reason, string message, string now)
    {
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        var value = isTrue ? "True" : "False";
        var index = conditions.ToList().FindIndex(c => c.Text("type") == type);
        var old = index < 0 ? null : conditions[index];
        if (old.Text("status") == value && (isTrue || (old.Text("reason") == reason && old.Text("message") == message))) return;
        var since = old.Text("status") == value ? old.Text("lastTransitionTime") ?? now : now;
        var condition = new JsonObject { ["type"] = type, ["status"] = value, ["lastTransitionTime"] = since, ["reason"] = reason, ["message"] = message };
        if (index >= 0) conditions[index] = condition;
        else conditions.Add(condition);
    }
}
