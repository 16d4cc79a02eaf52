using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Pods;

/// <summary>Pods: Pending at first, graceful deletion, a spec that hardly changes.</summary>
internal sealed class PodStrategy : BuiltinStrategy
{
    private const string UpdateForbidden = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(obj["spec"]) };
    }

    /// <summary>Of a write to a subresource only what it is for.</summary>
    public override JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context, string subresource)
    {
        if (subresource == "status") return base.PrepareForStatusUpdate(type, obj, old, context, subresource);
        var result = old.Copy();
        result["metadata"] = obj["metadata"]?.DeepClone();
        var (spec, wanted) = (result.Ensure("spec"), obj["spec"]);
        switch (subresource)
        {
            case "binding":
                spec["nodeName"] = wanted.Text("nodeName");
                result["status"] = obj["status"]?.DeepClone();
                break;
            case "ephemeralcontainers":
                spec["ephemeralContainers"] = wanted.Items("ephemeralContainers")?.DeepClone();
                break;
            case "resize":
                foreach (var container in (spec.Items("containers") ?? []).OfType<JsonObject>())
                    if ((wanted.Items("containers") ?? []).FirstOrDefault(c => c.Text("name") == container.Text("name")).Child("resources") is { } resources) container["resources"] = resources.DeepClone();
                break;
        }

        if (DesiredStateDiffers(result, old)) result.Metadata()["generation"] = old.Generation() + 1;
        return result;
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => PodSpecRules.Validate(obj["spec"], "spec");

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource == "ephemeralcontainers")
            foreach (var cause in ValidateEphemeral(obj["spec"], old["spec"])) yield return cause;
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

    private static IEnumerable<FieldCause> ValidateEphemeral(JsonNode? spec, JsonNode? old)
    {
        var containers = spec.Items("ephemeralContainers") ?? [];
        var others = (spec.Items("containers") ?? []).Concat(spec.Items("initContainers") ?? []).Select(c => c.Text("name"));
        var names = new HashSet<string?>(others, StringComparer.Ordinal);
        for (var i = 0; i < containers.Count; i++)
        {
            var at = PodSpecRules.At("spec.ephemeralContainers", i);
            if (containers[i].Text("name") is not { Length: > 0 } name) yield return FieldCause.Required(at + ".name");
            else if (!names.Add(name)) yield return FieldCause.Duplicate(at + ".name", name);
            if (containers[i].Text("image") is not { Length: > 0 }) yield return FieldCause.Required(at + ".image");
        }

        foreach (var before in old.Items("ephemeralContainers") ?? [])
        {
            var after = containers.FirstOrDefault(c => c.Text("name") == before.Text("name"));
            if (after is null) yield return FieldCause.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers {FieldCause.Quote(before.Text("name") ?? "")} may not be removed\n");
            else if (!JsonNode.DeepEquals(after, before)) yield return FieldCause.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers {FieldCause.Quote(before.Text("name") ?? "")} may not be changed\n");
        }
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
