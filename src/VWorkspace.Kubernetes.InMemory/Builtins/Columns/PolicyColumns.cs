using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Who may do what, and what is allowed to happen to pods.</summary>
internal static class PolicyColumns
{
    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["roles.rbac.authorization.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["clusterroles.rbac.authorization.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["rolebindings.rbac.authorization.k8s.io"] = Binding(),
        ["clusterrolebindings.rbac.authorization.k8s.io"] = Binding(),
        ["poddisruptionbudgets.policy"] =
        [
            Name, Text("Min Available", o => NumberOrShare(o["spec"].At("minAvailable"))), Text("Max Unavailable", o => NumberOrShare(o["spec"].At("maxUnavailable"))), Number("Allowed Disruptions", o => o["status"].Number("disruptionsAllowed")), Age,
        ],
        ["priorityclasses.scheduling.k8s.io"] = [Name, Number("Value", o => o.Number("value")), Text("Global-Default", o => Flag(o.Flag("globalDefault"))), Age, Text("PreemptionPolicy", o => o.Text("preemptionPolicy"))],
        ["runtimeclasses.node.k8s.io"] = [Name, Text("Handler", o => o.Text("handler")), Age],
        ["certificatesigningrequests.certificates.k8s.io"] =
        [
            Name, Age, Text("SignerName", o => Or(o["spec"].Text("signerName"))), Text("Requestor", o => o["spec"].Text("username")),
            Text("RequestedDuration", o => o["spec"].Number("expirationSeconds") is { } seconds ? Timestamps.HumanDuration(TimeSpan.FromSeconds(seconds)) : None), Text("Condition", RequestStatus),
        ],
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = [Name, Number("Webhooks", o => o.Items("webhooks")?.Count), Age],
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = [Name, Number("Webhooks", o => o.Items("webhooks")?.Count), Age],
    };

    private static TableColumn[] Binding() =>
    [
        Name, Text("Role", o => $"{o["roleRef"].Text("kind")}/{o["roleRef"].Text("name")}"), Age, Text("Users", o => Subjects(o, "User"), 1), Text("Groups", o => Subjects(o, "Group"), 1), Text("ServiceAccounts", o => Subjects(o, "ServiceAccount"), 1),
    ];

    private static string Subjects(JsonObject binding, string kind) => string.Join(", ", (binding.Items("subjects") ?? []).Where(s => s.Text("kind") == kind)
        .Select(s => kind == "ServiceAccount" && s.Text("namespace") is { Length: > 0 } ns ? $"{ns}/{s.Text("name")}" : s.Text("name")));

    private static string NumberOrShare(JsonNode? value) => value is null ? "N/A" : value.AsText() ?? Invariant(value.AsNumber());

    private static string RequestStatus(JsonObject request)
    {
        var status = HasCondition(request, "Denied") ? "Denied" : HasCondition(request, "Approved") ? "Approved" : "Pending";
        if (HasCondition(request, "Failed")) status += ",Failed";
        return request["status"].Text("certificate") is { Length: > 0 } ? status + ",Issued" : status;
    }
}
