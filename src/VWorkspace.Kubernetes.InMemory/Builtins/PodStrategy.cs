using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Pods: Pending at first, graceful deletion, a spec that hardly changes.</summary>
internal sealed class PodStrategy : BuiltinStrategy
{
    private const string UpdateForbidden = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(obj["spec"]) };
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => PodSpecRules.Validate(obj["spec"], "spec");

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource.Length > 0) yield break;
        foreach (var cause in Validate(type, obj)) yield return cause;
        if (!JsonNode.DeepEquals(Fixed(obj["spec"]), Fixed(old["spec"]))) yield return FieldCause.Forbidden("spec", UpdateForbidden);
    }

    public override long? GracePeriod(JsonObject obj, long? requested)
    {
        // Pods that never ran, or have finished, have nobody to be graceful to.
        if (obj["spec"].Text("nodeName") is not { Length: > 0 } || obj["status"].Text("phase") is "Succeeded" or "Failed") return 0;
        return requested ?? obj["spec"].Number("terminationGracePeriodSeconds") ?? 30;
    }

    private static JsonObject Fixed(JsonNode? spec)
    {
        var copy = (spec as JsonObject)?.Copy() ?? [];
        foreach (var member in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName", "schedulingGates"]) copy.Remove(member);
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
            foreach (var container in copy.Items(list) ?? []) (container as JsonObject)?.Remove("image");
        return copy;
    }

    private static string QualityOfService(JsonNode? spec)
    {
        var (any, guaranteed) = (false, true);
        foreach (var container in (spec.Items("containers") ?? []).Concat(spec.Items("initContainers") ?? []))
        {
            var resources = container.Child("resources");
            var (limits, requests) = (resources.Child("limits"), resources.Child("requests"));
            any |= limits is { Count: > 0 } || requests is { Count: > 0 };
            foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var limit = limits?[resource];
                guaranteed &= limit is not null && (requests?[resource] is not { } request || JsonNode.DeepEquals(request, limit));
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
