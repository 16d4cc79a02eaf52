using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Pods: the one word that says how a pod is (upstream: <c>printPod</c>).</summary>
internal static class PodColumns
{
    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["pods"] =
        [
            Name, Text("Ready", o => Share(Statuses(o, "containerStatuses").Count(IsReady), o["spec"].Items("containers")?.Count)), Text("Status", Status),
            new TableColumn("Restarts", "string", "", "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.", 0, Restarts), Age,
            Text("IP", o => Or(o["status"].Text("podIP")), 1), Text("Node", o => Or(o["spec"].Text("nodeName")), 1),
            Text("Nominated Node", o => Or(o["status"].Text("nominatedNodeName")), 1), Text("Readiness Gates", Gates, 1),
        ],
    };

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string list) => (pod["status"].Items(list) ?? []).OfType<JsonObject>();

    private static bool IsReady(JsonObject container) => container.Flag("ready") == true && container.Child("state").Child("running") is not null;

    private static string Status(JsonObject pod)
    {
        var phase = pod["status"].Text("phase") ?? "";
        if (pod.IsBeingDeleted() && pod["status"].Text("reason") == "NodeLost") return "Unknown";
        if (pod.IsBeingDeleted() && phase is not ("Succeeded" or "Failed")) return "Terminating";
        return Initializing(pod) ?? Running(pod, Or(pod["status"].Text("reason"), IsGated(pod) ? "SchedulingGated" : phase));
    }

    private static bool IsGated(JsonObject pod) => (pod["status"].Items("conditions") ?? []).Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated");

    /// <summary>How far the init containers are; null when they are through.</summary>
    private static string? Initializing(JsonObject pod)
    {
        var index = 0;
        foreach (var container in Statuses(pod, "initContainerStatuses"))
        {
            var (terminated, waiting) = (container.Child("state").Child("terminated"), container.Child("state").Child("waiting").Text("reason"));
            if (terminated is not null && (terminated.Number("exitCode") ?? 0) != 0) return "Init:" + Ended(terminated);
            var isSidecar = (pod["spec"].Items("initContainers") ?? []).Any(c => c.Text("name") == container.Text("name") && c.Text("restartPolicy") == "Always");
            if (terminated is null && !(isSidecar && container.Flag("started") == true))
                return waiting is { Length: > 0 } and not "PodInitializing" ? "Init:" + waiting : string.Create(CultureInfo.InvariantCulture, $"Init:{index}/{pod["spec"].Items("initContainers")?.Count ?? 0}");
            index++;
        }

        return null;
    }

    private static string Running(JsonObject pod, string reason)
    {
        var runs = false;
        foreach (var container in Statuses(pod, "containerStatuses").Reverse())
        {
            var state = container.Child("state");
            if (state.Child("waiting").Text("reason") is { Length: > 0 } waiting) reason = waiting;
            else if (state.Child("terminated") is { } terminated) reason = Ended(terminated);
            else runs |= IsReady(container);
        }

        return reason == "Completed" && runs ? HasCondition(pod, "Ready") ? "Running" : "NotReady" : reason;
    }

    private static string Ended(JsonObject terminated) => terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Number("signal") is { } signal and not 0 ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
        : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{terminated.Number("exitCode") ?? 0}");

    private static JsonNode Restarts(JsonObject pod, DateTimeOffset now)
    {
        var containers = Statuses(pod, Initializing(pod) is null ? "containerStatuses" : "initContainerStatuses").ToList();
        var last = containers.Select(c => c.Child("lastState").Child("terminated").Text("finishedAt")).Where(t => t is not null).Max(StringComparer.Ordinal);
        var count = Invariant(containers.Sum(c => c.Number("restartCount") ?? 0));
        return count != "0" && last is not null ? $"{count} ({TableBuilder.AgeOf(last, now)} ago)" : count;
    }

    private static string Gates(JsonObject pod) =>
        pod["spec"].Items("readinessGates") is { Count: > 0 } gates ? Share(gates.Count(g => HasCondition(pod, g.Text("conditionType") ?? "")), gates.Count) : None;
}
