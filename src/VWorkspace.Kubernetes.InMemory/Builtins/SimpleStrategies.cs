using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Claims and volumes: Pending until somebody binds them.</summary>
internal sealed class VolumeStrategy : BuiltinStrategy
{
    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        obj["status"] = new JsonObject { ["phase"] = "Pending" };
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        if (spec.Items("accessModes") is not { Count: > 0 }) yield return FieldCause.Required("spec.accessModes", "at least 1 access mode is required");
        if (type.Kind == "PersistentVolumeClaim" && spec.Child("resources").Child("requests")?["storage"] is null) yield return FieldCause.Required("spec.resources[storage]");
        if (type.Kind == "PersistentVolume" && spec.Child("capacity") is not { Count: > 0 }) yield return FieldCause.Required("spec.capacity");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource.Length > 0 || type.Kind != "PersistentVolumeClaim") yield break;
        var (after, before) = (Fixed(obj), Fixed(old));
        if (before.Text("volumeName") is not { Length: > 0 }) after.Remove("volumeName");
        if (!JsonNode.DeepEquals(after, before))
            yield return FieldCause.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
    }

    private static JsonObject Fixed(JsonObject claim)
    {
        var spec = (claim["spec"] as JsonObject)?.Copy() ?? [];
        (spec["resources"] as JsonObject)?.Remove("requests");
        spec.Remove("volumeAttributesClassName");
        return spec;
    }
}

/// <summary>Role bindings: the role they bind cannot be exchanged.</summary>
internal sealed class BindingStrategy : BuiltinStrategy
{
    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var reference = obj["roleRef"];
        if (reference.Text("kind") is not ("Role" or "ClusterRole")) yield return FieldCause.NotSupported("roleRef.kind", reference.Text("kind") ?? "", type.Kind == "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"]);
        if (reference.Text("name") is not { Length: > 0 }) yield return FieldCause.Required("roleRef.name");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        foreach (var cause in Validate(type, obj)) yield return cause;
        if (!JsonNode.DeepEquals(obj["roleRef"], old["roleRef"])) yield return FieldCause.InvalidRaw("roleRef", obj["roleRef"]?.ToJsonString(RelaxedJson) ?? "null", "cannot change roleRef");
    }
}

/// <summary>CronJobs: a schedule and a template for jobs.</summary>
internal sealed class CronJobStrategy : BuiltinStrategy
{
    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        foreach (var cause in Spec(obj)) yield return cause;
        if (obj.Name().Length > 52) yield return FieldCause.Invalid("metadata.name", obj.Name(), "must be no more than 52 characters");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => subresource.Length > 0 ? [] : Spec(obj);

    private static IEnumerable<FieldCause> Spec(JsonObject obj)
    {
        var spec = obj["spec"];
        if (spec.Text("schedule") is not { Length: > 0 } schedule) yield return FieldCause.Required("spec.schedule");
        else if (schedule.Contains("TZ", StringComparison.Ordinal)) yield return FieldCause.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        if (spec.Number("startingDeadlineSeconds") is { } deadline and < 0) yield return JobRules.Number("spec.startingDeadlineSeconds", deadline, "must be greater than or equal to 0");
        if (spec.Text("timeZone") is { Length: 0 }) yield return FieldCause.Invalid("spec.timeZone", "", "timeZone must be nil or non-empty string");
        if (spec.Text("concurrencyPolicy") is { } policy and not ("Allow" or "Forbid" or "Replace")) yield return FieldCause.NotSupported("spec.concurrencyPolicy", policy, "Allow", "Forbid", "Replace");
        var job = spec.Child("jobTemplate").Child("spec") ?? [];
        foreach (var cause in JobRules.WithoutSelector(job, "spec.jobTemplate.spec")) yield return cause;
        if (job.Child("selector") is { } selector) yield return FieldCause.InvalidRaw("spec.jobTemplate.spec.selector", GoText.Json(selector), "`selector` will be auto-generated");
        if (job.Flag("manualSelector") == true) yield return new FieldCause("spec.jobTemplate.spec.manualSelector", "FieldValueNotSupported", "Unsupported value: true: supported values: \"nil\", \"false\"");
        foreach (var field in (string[])["successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
            if (spec.Number(field) is { } limit and < 0) yield return JobRules.Number("spec." + field, limit, "must be greater than or equal to 0");
    }
}

/// <summary>Replication controllers: what ReplicaSets were before, with a plain map for a selector.</summary>
internal sealed class ReplicationControllerStrategy : BuiltinStrategy
{
    public override ScalePaths Scale { get; } = new(["spec", "replicas"], ["status", "replicas"], null);
}
