using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Jobs: a generated selector, template labels that belong to it, and a template that does not change.</summary>
internal sealed class JobStrategy : BuiltinStrategy
{
    private const string ControllerUid = "batch.kubernetes.io/controller-uid";
    private const string JobName = "batch.kubernetes.io/job-name";

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        var spec = obj.Ensure("spec");
        if (spec.Flag("manualSelector") == true) return;
        var labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("controller-uid", obj.Uid()), ("job-name", obj.Name()), (JobName, obj.Name()), (ControllerUid, obj.Uid())])
            if (!labels.ContainsKey(key)) labels[key] = value;
        var matched = spec.Ensure("selector").Ensure("matchLabels");
        if (!matched.ContainsKey(ControllerUid)) matched[ControllerUid] = obj.Uid();
    }

    public override void Canonicalize(ResourceType type, JsonObject obj)
    {
        // A job without labels takes those of its template.
        if (obj["metadata"].Child("labels") is not { Count: > 0 } && obj["spec"].Child("template")?["metadata"].Child("labels") is { Count: > 0 } labels)
            obj.Metadata()["labels"] = labels.DeepClone();
        base.Canonicalize(type, obj);
    }

    /// <summary>Since jobs of the first versions left their pods behind, a deletion that says nothing of dependents orphans them.</summary>
    public override string DefaultPropagation => "Orphan";

    public override IEnumerable<string> Warnings(ResourceType type, JsonObject obj, JsonObject? old) => old is null ? PodSpecRules.HostnameWarnings(obj) : [];

    public override IEnumerable<string> DeleteWarnings(DeleteRequest request) => request.PropagationPolicy is null && request.OrphanDependents is null
        ? ["child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"]
        : [];

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => JobRules.Validate(obj);

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? JobStatusRules.Validate(obj, old) : subresource.Length > 0 ? [] : SpecUpdate(obj, old);

    private static IEnumerable<FieldCause> SpecUpdate(JsonObject obj, JsonObject old)
    {
        var (spec, before) = (obj["spec"] as JsonObject ?? [], old["spec"]);
        foreach (var cause in JobRules.Spec(spec)) yield return cause;
        if (spec.Text("completionMode") != "Indexed")
        {
            foreach (var cause in Immutable(spec.At("completions"), before.At("completions"), "spec.completions")) yield return cause;
        }
        else if (spec.Number("completions") is { } completions && completions != before.Number("completions") && completions != spec.Number("parallelism"))
        {
            yield return JobRules.Number("spec.completions", completions, "can only be modified in tandem with spec.parallelism");
        }

        foreach (var cause in Immutable(spec.At("selector"), before.At("selector"), "spec.selector")) yield return cause;
        // Of a suspended job that has not begun, scheduling directives may change.
        var mutable = before.Flag("suspend") == true && old["status"].Text("startTime") is null;
        if (!JsonNode.DeepEquals(Fixed(spec.Child("template"), mutable), Fixed(before.Child("template"), mutable)))
            yield return FieldCause.InvalidRaw("spec.template", InternalPodTemplate.Print(spec.Child("template") ?? []), "field is immutable");
        foreach (var field in (string[])["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"])
            foreach (var cause in Immutable(spec.At(field), before.At(field), "spec." + field)) yield return cause;
    }

    private static JsonObject? Fixed(JsonObject? template, bool mutable)
    {
        if (template is null || !mutable) return template;
        var copy = template.Copy();
        foreach (var member in (ReadOnlySpan<string>)["affinity", "nodeSelector", "tolerations", "schedulingGates"]) (copy["spec"] as JsonObject)?.Remove(member);
        (copy["metadata"] as JsonObject)?.Remove("annotations");
        (copy["metadata"] as JsonObject)?.Remove("labels");
        return copy;
    }
}
