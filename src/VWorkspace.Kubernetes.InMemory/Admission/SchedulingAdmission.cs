using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>
/// What admission plugins that are on by default add for the scheduler: the priority of a pod's class (<c>Priority</c>), how long a pod stays on a node
/// that fails (<c>DefaultTolerationSeconds</c>), and that a new node is not ready (<c>TaintNodesByCondition</c>). Nobody owns what they add.
/// </summary>
internal static class SchedulingAdmission
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";
    private const string NoExecute = "NoExecute";
    private const string Preempting = "PreemptLowerPriority";
    private const int TolerationSeconds = 300;

    public static void Apply(AdmissionAttributes attributes, ObjectStore store)
    {
        if (attributes is not { Operation: AdmissionOperation.Create, Subresource: "", Type.Group: "", Object: { } obj }) return;
        if (attributes.Type.Kind == "Node") Taint(obj);
        if (attributes.Type.Kind != "Pod" || obj["spec"] is not JsonObject spec) return;
        Prioritize(attributes, spec, store);
        Tolerate(spec);
    }

    private static void Taint(JsonObject node)
    {
        var spec = node.Ensure("spec");
        if (spec["taints"] is not JsonArray taints) spec["taints"] = taints = [];
        if (!taints.Any(t => t.Text("key") == NotReady && t.Text("effect") == "NoSchedule")) taints.Add(new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
    }

    private static void Prioritize(AdmissionAttributes attributes, JsonObject spec, ObjectStore store)
    {
        const string classes = "priorityclasses.scheduling.k8s.io";
        var name = spec.Text("priorityClassName") ?? "";
        var found = name.Length > 0 ? store.Find(classes, "", name)?.Node
            : store.Read(classes).Objects.Select(c => c.Node).Where(c => c.Flag("globalDefault") == true).MinBy(c => c.Number("value") ?? 0);
        if (found is null && name.Length > 0) throw Forbidden(attributes, $"no PriorityClass with name {name} was found");
        var (priority, policy) = (found.Number("value") ?? 0, found.Text("preemptionPolicy") ?? Preempting);
        if (spec.Number("priority") is { } given && given != priority)
            throw Forbidden(attributes, string.Create(CultureInfo.InvariantCulture, $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"));
        if (spec.Text("preemptionPolicy") is { } wanted && wanted != policy)
            throw Forbidden(attributes, $"the string value of PreemptionPolicy ({wanted}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        if (name.Length == 0 && found is not null) spec["priorityClassName"] = found.Name();
        spec["priority"] = priority;
        spec["preemptionPolicy"] = policy;
    }

    private static void Tolerate(JsonObject spec)
    {
        var tolerations = spec["tolerations"] as JsonArray ?? [];
        foreach (var key in (ReadOnlySpan<string>)[NotReady, Unreachable])
        {
            var wanted = key;
            if (tolerations.Any(t => (t.Text("key") ?? "") is { } known && (known.Length == 0 || known == wanted) && t.Text("effect") is null or "" or NoExecute)) continue;
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = NoExecute, ["tolerationSeconds"] = TolerationSeconds });
        }

        if (tolerations.Parent is null && tolerations.Count > 0) spec["tolerations"] = tolerations;
    }

    private static StatusException Forbidden(AdmissionAttributes attributes, string why) => StatusErrors.Forbidden(attributes.Type.Resource, attributes.Name, why);
}
