using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Configuration, namespaces, accounts, events, nodes and quotas.</summary>
internal static class CoreColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["configmaps"] = [Name, Text("Data", o => Count(o["data"], o["binaryData"])), Age],
        ["secrets"] = [Name, Text("Type", o => o.Text("type")), Text("Data", o => Count(o["data"])), Age],
        ["namespaces"] = [Name, Text("Status", o => o["status"].Text("phase")), Age],
        ["serviceaccounts"] = [Name, Age],
        ["events"] =
        [
            Ago("Last Seen", LastSeen), Text("Type", o => o.Text("type")), Text("Reason", o => o.Text("reason")), Text("Object", Subject),
            Text("Subobject", o => (o["involvedObject"] ?? o["regarding"]).Text("fieldPath"), 1), Text("Source", Source, 1),
            Text("Message", o => (o.Text("message") ?? o.Text("note") ?? "").Trim()), Ago("First Seen", FirstSeen, priority: 1), Text("Count", Occurrences, 1), Name with { Priority = 1 },
        ],
        ["nodes"] =
        [
            Name, Text("Status", NodeStatus), Text("Roles", Roles), Age, Text("Version", o => Info(o, "kubeletVersion")),
            Text("Internal-IP", o => Address(o, "InternalIP"), 1), Text("External-IP", o => Address(o, "ExternalIP"), 1), Text("OS-Image", o => Or(Info(o, "osImage"), Unknown), 1),
            Text("Kernel-Version", o => Or(Info(o, "kernelVersion"), Unknown), 1), Text("Container-Runtime", o => Or(Info(o, "containerRuntimeVersion"), Unknown), 1),
        ],
        ["resourcequotas"] = [Name, Text("Request", o => Quota(o, limits: false)), Text("Limit", o => Quota(o, limits: true)), Age],
        ["leases.coordination.k8s.io"] = [Name, Text("Holder", o => o["spec"].Text("holderIdentity")), Age],
        ["customresourcedefinitions.apiextensions.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["apiservices.apiregistration.k8s.io"] = [Name, Text("Service", o => o["spec"].Child("service") is { } s ? $"{s.Text("namespace")}/{s.Text("name")}" : "Local"), Text("Available", Available), Age],
    };

    private static string Count(params JsonNode?[] maps) => Invariant(maps.OfType<JsonObject>().Sum(m => m.Count));

    private static string? LastSeen(JsonObject o) => o["series"].Text("lastObservedTime") ?? o.Text("lastTimestamp") ?? o.Text("deprecatedLastTimestamp") ?? FirstSeen(o);

    private static string? FirstSeen(JsonObject o) => o.Text("firstTimestamp") ?? o.Text("deprecatedFirstTimestamp") ?? o.Text("eventTime");

    private static string Occurrences(JsonObject o) => Invariant(Math.Max(1, o["series"].Number("count") ?? o.Number("count") ?? o.Number("deprecatedCount") ?? 1));

    private static string Subject(JsonObject o)
    {
        var target = o["involvedObject"] ?? o["regarding"];
        var kind = target.Text("kind")?.ToLowerInvariant() ?? "";
        return target.Text("name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string Source(JsonObject o)
    {
        var source = o["source"] ?? o["deprecatedSource"];
        var component = source.Text("component") is { Length: > 0 } known ? known : o.Text("reportingComponent") ?? o.Text("reportingController") ?? "";
        var host = source.Text("host") is { Length: > 0 } machine ? machine : o.Text("reportingInstance") ?? "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }

    private static string NodeStatus(JsonObject node)
    {
        var ready = (node["status"].Items("conditions") ?? []).FirstOrDefault(c => c.Text("type") == "Ready");
        var status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node["spec"].Flag("unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node["metadata"].Child("labels") ?? [])
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length) roles.Add(key[RolePrefix.Length..]);
            else if (key == "kubernetes.io/role" && value.AsText() is { Length: > 0 } role) roles.Add(role);
        }

        return Or(string.Join(',', roles));
    }

    private static string Info(JsonObject node, string member) => node["status"].Child("nodeInfo").Text(member) ?? "";

    private static string Address(JsonObject node, string type) => Or((node["status"].Items("addresses") ?? []).FirstOrDefault(a => a.Text("type") == type).Text("address"));

    private static string Quota(JsonObject quota, bool limits)
    {
        var (hard, used) = (quota["status"].Child("hard") ?? [], quota["status"].Child("used"));
        return string.Join(", ", hard.Where(h => h.Key.StartsWith("limits", StringComparison.Ordinal) == limits).OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key}: {used.Text(h.Key) ?? "0"}/{h.Value.AsText()}")));
    }

    private static string Available(JsonObject service)
    {
        var condition = (service["status"].Items("conditions") ?? []).FirstOrDefault(c => c.Text("type") == "Available");
        return condition.Text("status") is not { } status ? "Unknown" : status == "True" ? status : $"{status} ({condition.Text("reason")})";
    }
}
