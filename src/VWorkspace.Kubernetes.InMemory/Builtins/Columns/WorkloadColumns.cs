using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>What makes pods, and what scales it.</summary>
internal static class WorkloadColumns
{
    private const int ShownMetrics = 2;

    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["podtemplates"] = [Name, Text("Containers", o => Containers(o, "name")), Text("Images", o => Containers(o, "image")), Text("Pod Labels", o => Labels(o["template"].Child("metadata").Child("labels")))],
        ["replicationcontrollers"] = [.. Replicas(), Age, .. Template(Spec, selector: false), Text("Selector", o => Labels(o["spec"].Child("selector")), 1)],
        ["deployments.apps"] =
        [
            Name, Text("Ready", o => Share(o["status"].Number("readyReplicas"), o["spec"].Number("replicas"))), Number("Up-to-date", o => o["status"].Number("updatedReplicas")),
            Number("Available", o => o["status"].Number("availableReplicas")), Age, .. Template(Spec),
        ],
        ["replicasets.apps"] = [.. Replicas(), Age, .. Template(Spec)],
        ["statefulsets.apps"] = [Name, Text("Ready", o => Share(o["status"].Number("readyReplicas"), o["spec"].Number("replicas"))), Age, .. Template(Spec, selector: false)],
        ["daemonsets.apps"] =
        [
            Name, Number("Desired", o => o["status"].Number("desiredNumberScheduled")), Number("Current", o => o["status"].Number("currentNumberScheduled")), Number("Ready", o => o["status"].Number("numberReady")),
            Number("Up-to-date", o => o["status"].Number("updatedNumberScheduled")), Number("Available", o => o["status"].Number("numberAvailable")),
            Text("Node Selector", o => Labels(o["spec"].Child("template").Child("spec").Child("nodeSelector"))), Age, .. Template(Spec),
        ],
        ["controllerrevisions.apps"] = [Name, Text("Controller", Controller), Text("Revision", o => Invariant(o.Number("revision"))), Age],
        ["jobs.batch"] = [Name, Text("Status", JobStatus), Text("Completions", Completions), new TableColumn("Duration", "string", "", "Time required to complete the job.", 0, JobDuration), Age, .. Template(Spec)],
        ["cronjobs.batch"] =
        [
            Name, Text("Schedule", o => o["spec"].Text("schedule")), Text("Timezone", o => Or(o["spec"].Text("timeZone"))), Text("Suspend", o => o["spec"].Flag("suspend") == true ? "True" : "False"),
            Number("Active", o => o["status"].Items("active")?.Count), Ago("Last Schedule", o => o["status"].Text("lastScheduleTime"), None), Age, .. Template(o => o["spec"].Child("jobTemplate").Child("spec")),
        ],
        ["horizontalpodautoscalers.autoscaling"] =
        [
            Name, Text("Reference", o => $"{o["spec"].Child("scaleTargetRef").Text("kind")}/{o["spec"].Child("scaleTargetRef").Text("name")}"), Text("Targets", Targets),
            Text("MinPods", o => o["spec"].Number("minReplicas") is { } least ? Invariant(least) : Unset), Text("MaxPods", o => Invariant(o["spec"].Number("maxReplicas"))),
            Text("Replicas", o => Invariant(o["status"].Number("currentReplicas"))), Age,
        ],
    };

    private static JsonObject? Spec(JsonObject o) => o["spec"] as JsonObject;

    private static TableColumn[] Replicas() =>
        [Name, Number("Desired", o => o["spec"].Number("replicas")), Number("Current", o => o["status"].Number("replicas")), Number("Ready", o => o["status"].Number("readyReplicas"))];

    private static string Controller(JsonObject revision)
    {
        var owner = (revision["metadata"].Items("ownerReferences") ?? []).FirstOrDefault(o => o.Flag("controller") == true);
        if (owner is null) return None;
        var version = owner.Text("apiVersion") ?? "";
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        return $"{owner.Text("kind")?.ToLowerInvariant()}{(slash < 0 ? "" : "." + version[..slash])}/{owner.Text("name")}";
    }

    private static string JobStatus(JsonObject job) => HasCondition(job, "Complete") ? "Complete" : HasCondition(job, "Failed") ? "Failed" : job.IsBeingDeleted() ? "Terminating"
        : HasCondition(job, "Suspended") ? "Suspended" : HasCondition(job, "FailureTarget") ? "FailureTarget" : HasCondition(job, "SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";

    private static string Completions(JsonObject job)
    {
        var (done, wanted, parallel) = (job["status"].Number("succeeded") ?? 0, job["spec"].Number("completions"), job["spec"].Number("parallelism") ?? 0);
        return wanted is null && parallel > 1 ? string.Create(CultureInfo.InvariantCulture, $"{done}/1 of {parallel}") : Share(done, wanted);
    }

    private static JsonNode JobDuration(JsonObject job, DateTimeOffset now)
    {
        if (!Timestamps.TryParse(job["status"].Text("startTime"), out var start)) return "";
        return Timestamps.HumanDuration((Timestamps.TryParse(job["status"].Text("completionTime"), out var end) ? end : now) - start);
    }

    private static string Targets(JsonObject autoscaler)
    {
        var view = autoscaler.Copy();
        Autoscaling.AutoscalerVersions.Convert(view, Autoscaling.AutoscalerVersions.V2);
        var current = view["status"].Items("currentMetrics");
        return Some([.. (view["spec"].Items("metrics") ?? []).Select((m, i) => Target(m, current is { } known && i < known.Count ? known[i] : null))], shown: ShownMetrics, separator: ", ");
    }

    private static string Target(JsonNode? metric, JsonNode? current)
    {
        var kind = metric.Text("type") ?? "";
        if (kind.Length == 0) return "<unknown type>";
        var member = char.ToLowerInvariant(kind[0]) + kind[1..];
        var (source, value) = (metric.Child(member), current.Child(member).Child("current"));
        var (target, prefix) = (source.Child("target"), member is "resource" or "containerResource" ? source.Text("name") + ": " : "");
        if (target.Text("averageValue") is { } average)
            return $"{prefix}{value.Text("averageValue") ?? Unknown}/{average}{(member is "object" or "external" ? " (avg)" : "")}";
        if (member is "resource" or "containerResource")
            return $"{prefix}{Percent(value.Number("averageUtilization"), Unknown)}/{Percent(target.Number("averageUtilization"), "<auto>")}";
        return $"{value.Text("value") ?? Unknown}/{target.Text("value") ?? ""}";
    }

    private static string Percent(long? share, string absent) => share is { } known ? Invariant(known) + "%" : absent;
}
