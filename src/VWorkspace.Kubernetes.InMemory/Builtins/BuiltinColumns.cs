using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>The columns that <c>kubectl get</c> shows of built-in kinds (<c>pkg/printers/internalversion</c>).</summary>
internal static class BuiltinColumns
{
    private static readonly TableColumn Name = TableBuilder.Name;
    private static readonly TableColumn Age = TableBuilder.Age;

    private static readonly Dictionary<string, IReadOnlyList<TableColumn>> Columns = new(StringComparer.Ordinal)
    {
        ["configmaps"] = [Name, Text("Data", o => Count(o["data"], o["binaryData"])), Age],
        ["secrets"] = [Name, Text("Type", o => o.Text("type")), Text("Data", o => Count(o["data"])), Age],
        ["namespaces"] = [Name, Text("Status", o => o["status"].Text("phase")), Age],
        ["serviceaccounts"] = [Name, Age],
        ["endpoints"] = [Name, Age],
        ["events"] = [Ago("Last Seen", LastSeen), Text("Type", o => o.Text("type")), Text("Reason", o => o.Text("reason")), Text("Object", Subject), Text("Message", o => (o.Text("message") ?? o.Text("note") ?? "").Trim()), Name with { Priority = 1 }],
        ["pods"] =
        [
            Name, Text("Ready", Ready), Text("Status", PodStatus), Text("Restarts", Restarts), Age, Text("IP", o => Or(o["status"].Text("podIP")), 1), Text("Node", o => Or(o["spec"].Text("nodeName")), 1),
            Text("Nominated Node", o => Or(o["status"].Text("nominatedNodeName")), 1), Text("Readiness Gates", _ => "<none>", 1),
        ],
        ["services"] =
        [
            Name, Text("Type", o => o["spec"].Text("type")), Text("Cluster-IP", o => Or(o["spec"].Text("clusterIP"))), Text("External-IP", o => o["spec"].Text("type") == "LoadBalancer" ? "<pending>" : o["spec"].Text("externalName") ?? "<none>"),
            Text("Port(s)", o => Or(string.Join(',', (o["spec"].Items("ports") ?? []).Select(Port)))), Age, Text("Selector", o => Labels(o["spec"].Child("selector")), 1),
        ],
        ["persistentvolumeclaims"] =
        [
            Name, Text("Status", o => o["status"].Text("phase")), Text("Volume", o => o["spec"].Text("volumeName") ?? ""), Text("Capacity", o => o["status"].Child("capacity").Text("storage") ?? ""), Text("Access Modes", o => AccessModes(o["status"])),
            Text("StorageClass", o => o["spec"].Text("storageClassName") ?? ""), Text("VolumeAttributesClass", o => o["spec"].Text("volumeAttributesClassName") ?? "<unset>"), Age, Text("VolumeMode", o => o["spec"].Text("volumeMode"), 1),
        ],
        ["nodes"] = [Name, Text("Status", NodeStatus), Text("Roles", _ => "<none>"), Age, Text("Version", o => o["status"].Child("nodeInfo").Text("kubeletVersion") ?? "")],
        ["deployments.apps"] =
        [
            Name, Text("Ready", o => Share(o["status"].Number("readyReplicas"), o["spec"].Number("replicas"))), Number("Up-to-date", o => o["status"].Number("updatedReplicas")), Number("Available", o => o["status"].Number("availableReplicas")), Age,
            Text("Containers", o => Containers(o, "name"), 1), Text("Images", o => Containers(o, "image"), 1), Text("Selector", o => Labels(o["spec"].Child("selector").Child("matchLabels")), 1),
        ],
        ["replicasets.apps"] = [Name, Number("Desired", o => o["spec"].Number("replicas")), Number("Current", o => o["status"].Number("replicas")), Number("Ready", o => o["status"].Number("readyReplicas")), Age],
        ["statefulsets.apps"] = [Name, Text("Ready", o => Share(o["status"].Number("readyReplicas"), o["spec"].Number("replicas"))), Age, Text("Containers", o => Containers(o, "name"), 1), Text("Images", o => Containers(o, "image"), 1)],
        ["daemonsets.apps"] =
        [
            Name, Number("Desired", o => o["status"].Number("desiredNumberScheduled")), Number("Current", o => o["status"].Number("currentNumberScheduled")), Number("Ready", o => o["status"].Number("numberReady")),
            Number("Up-to-date", o => o["status"].Number("updatedNumberScheduled")), Number("Available", o => o["status"].Number("numberAvailable")), Text("Node Selector", o => Labels(o["spec"].Child("template").Child("spec").Child("nodeSelector"))), Age,
        ],
        ["jobs.batch"] =
        [
            Name, Text("Status", JobStatus), Text("Completions", o => Share(o["status"].Number("succeeded"), o["spec"].Number("completions"))), new TableColumn("Duration", "string", "", "Time required to complete the job.", 0, JobDuration), Age,
            Text("Containers", o => Containers(o, "name"), 1), Text("Images", o => Containers(o, "image"), 1),
        ],
        ["cronjobs.batch"] =
        [
            Name, Text("Schedule", o => o["spec"].Text("schedule")), Text("Timezone", o => Or(o["spec"].Text("timeZone"))), Text("Suspend", o => o["spec"].Flag("suspend") == true ? "True" : "False"),
            Number("Active", o => o["status"].Items("active")?.Count), Ago("Last Schedule", o => o["status"].Text("lastScheduleTime"), "<none>"), Age,
        ],
        ["ingresses.networking.k8s.io"] =
        [
            Name, Text("Class", o => Or(o["spec"].Text("ingressClassName"))), Text("Hosts", o => (o["spec"].Items("rules") ?? []).Select(r => r.Text("host")).OfType<string>().ToList() is { Count: > 0 } hosts ? string.Join(',', hosts) : "*"),
            Text("Address", o => string.Join(',', (o["status"].Child("loadBalancer").Items("ingress") ?? []).Select(i => i.Text("ip") ?? i.Text("hostname")))), Text("Ports", o => o["spec"].Items("tls") is { Count: > 0 } ? "80, 443" : "80"), Age,
        ],
        ["leases.coordination.k8s.io"] = [Name, Text("Holder", o => o["spec"].Text("holderIdentity")), Age],
        ["customresourcedefinitions.apiextensions.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["roles.rbac.authorization.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["clusterroles.rbac.authorization.k8s.io"] = [Name, TableBuilder.Default[1]],
        ["rolebindings.rbac.authorization.k8s.io"] = [Name, Text("Role", RoleOf), Age],
        ["clusterrolebindings.rbac.authorization.k8s.io"] = [Name, Text("Role", RoleOf), Age],
        ["storageclasses.storage.k8s.io"] =
        [
            Name, Text("Provisioner", o => o.Text("provisioner")), Text("ReclaimPolicy", o => o.Text("reclaimPolicy")), Text("VolumeBindingMode", o => o.Text("volumeBindingMode")), Text("AllowVolumeExpansion", o => o.Flag("allowVolumeExpansion") == true ? "true" : "false"), Age,
        ],
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = [Name, Number("Webhooks", o => o.Items("webhooks")?.Count), Age],
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = [Name, Number("Webhooks", o => o.Items("webhooks")?.Count), Age],
    };

    public static IReadOnlyList<TableColumn> Find(ResourceType type) => Columns.GetValueOrDefault(type.StorageKey) ?? TableBuilder.Default;

    private static TableColumn Text(string name, Func<JsonObject, string?> cell, int priority = 0) => new(name, "string", "", name, priority, (o, _) => cell(o) ?? "");

    private static TableColumn Number(string name, Func<JsonObject, long?> cell) => new(name, "integer", "", name, 0, (o, _) => cell(o) ?? 0);

    private static TableColumn Ago(string name, Func<JsonObject, string?> cell, string absent = "<unknown>") =>
        new(name, "string", "", name, 0, (o, now) => cell(o) is { Length: > 0 } time ? TableBuilder.AgeOf(time, now) : absent);

    private static string Count(params JsonNode?[] maps) => maps.OfType<JsonObject>().Sum(m => m.Count).ToString(CultureInfo.InvariantCulture);

    private static string Or(string? text) => string.IsNullOrEmpty(text) ? "<none>" : text;

    private static string Share(long? part, long? whole) => string.Create(CultureInfo.InvariantCulture, $"{part ?? 0}/{whole ?? 1}");

    private static string Labels(JsonObject? labels) => labels is { Count: > 0 } ? string.Join(',', labels.Select(l => $"{l.Key}={l.Value.AsText()}")) : "<none>";

    private static string Containers(JsonObject obj, string field) => string.Join(',', (obj["spec"].Child("template").Child("spec").Items("containers") ?? []).Select(c => c.Text(field)));

    private static string RoleOf(JsonObject binding) => $"{binding["roleRef"].Text("kind")}/{binding["roleRef"].Text("name")}";

    private static string AccessModes(JsonNode? status) => string.Join(',', status.Items("accessModes").Texts().Select(m => m switch { "ReadWriteOnce" => "RWO", "ReadOnlyMany" => "ROX", "ReadWriteMany" => "RWX", _ => "RWOP" }));

    private static string Port(JsonNode? port) => port.Number("nodePort") is > 0 and var node
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}:{node}/{port.Text("protocol")}") : string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}/{port.Text("protocol")}");

    private static string? LastSeen(JsonObject o) => o["series"].Text("lastObservedTime") ?? o.Text("lastTimestamp") ?? o.Text("deprecatedLastTimestamp") ?? o.Text("firstTimestamp") ?? o.Text("eventTime") ?? o["metadata"].Text("creationTimestamp");

    private static string Subject(JsonObject o)
    {
        var target = o["involvedObject"] ?? o["regarding"];
        return $"{target.Text("kind")?.ToLowerInvariant()}/{target.Text("name")}";
    }

    private static string Ready(JsonObject pod) => Share((pod["status"].Items("containerStatuses") ?? []).Count(s => s.Flag("ready") == true), pod["spec"].Items("containers")?.Count);

    private static string Restarts(JsonObject pod) => (pod["status"].Items("containerStatuses") ?? []).Sum(s => s.Number("restartCount") ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string PodStatus(JsonObject pod)
    {
        if (pod.IsBeingDeleted()) return "Terminating";
        foreach (var status in pod["status"].Items("containerStatuses") ?? [])
            if ((status.At("state", "waiting").Text("reason") ?? status.At("state", "terminated").Text("reason")) is { Length: > 0 } reason) return reason;
        return pod["status"].Text("reason") is { Length: > 0 } why ? why : pod["status"].Text("phase") ?? "";
    }

    private static string NodeStatus(JsonObject node) => Condition(node, "Ready") ? "Ready" : "NotReady";

    private static string JobStatus(JsonObject job) => Condition(job, "Complete") ? "Complete" : Condition(job, "Failed") ? "Failed" : job.IsBeingDeleted() ? "Terminating" : Condition(job, "Suspended") ? "Suspended" : "Running";

    private static bool Condition(JsonObject obj, string type) => (obj["status"].Items("conditions") ?? []).Any(c => c.Text("type") == type && c.Text("status") == "True");

    private static JsonNode JobDuration(JsonObject job, DateTimeOffset now)
    {
        if (!Timestamps.TryParse(job["status"].Text("startTime"), out var start)) return "";
        return Timestamps.HumanDuration((Timestamps.TryParse(job["status"].Text("completionTime"), out var end) ? end : now) - start);
    }
}
