using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
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
        if (spec.Child("selector") is null) spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [ControllerUid] = obj.Uid() } };
    }

    public override void Canonicalize(ResourceType type, JsonObject obj)
    {
        // A job without labels takes those of its template.
        if (obj["metadata"].Child("labels") is not { Count: > 0 } && obj["spec"].Child("template")?["metadata"].Child("labels") is { Count: > 0 } labels)
            obj.Metadata()["labels"] = labels.DeepClone();
        base.Canonicalize(type, obj);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        foreach (var field in (IReadOnlyList<string>)["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"])
            if (spec.Number(field) is { } number and < 0) yield return FieldCause.InvalidRaw("spec." + field, number.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0");
        var labels = spec.Child("template")?["metadata"].Child("labels");
        if (spec.Child("selector") is not { } selector) yield return FieldCause.Required("spec.selector");
        else if (!LabelSelectorJson.Matches(selector, labels.StringMap()))
            yield return FieldCause.InvalidRaw("spec.template.metadata.labels", labels?.ToJsonString(RelaxedJson) ?? "null", "`selector` does not match template `labels`");
        var template = spec.Child("template").Child("spec");
        foreach (var cause in PodSpecRules.Validate(template, "spec.template.spec")) yield return cause;
        if (template.Text("restartPolicy") is null or "" or "Always") yield return FieldCause.Required("spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource.Length > 0) yield break;
        foreach (var cause in Validate(type, obj)) yield return cause;
        var (spec, before) = (obj["spec"], old["spec"]);
        foreach (var cause in Immutable(spec.At("completions"), before.At("completions"), "spec.completions"))
            if (spec.Text("completionMode") != "Indexed") yield return cause;
        foreach (var cause in Immutable(spec.At("selector"), before.At("selector"), "spec.selector")) yield return cause;
        // Of a suspended job that has not begun, scheduling directives may change.
        var mutable = before.Flag("suspend") == true && old["status"].Text("startTime") is null;
        if (!JsonNode.DeepEquals(Fixed(spec.Child("template"), mutable), Fixed(before.Child("template"), mutable)))
            yield return FieldCause.InvalidRaw("spec.template", InternalPodTemplate.Print(spec.Child("template") ?? []), "field is immutable");
        foreach (var cause in Immutable(spec.At("completionMode"), before.At("completionMode"), "spec.completionMode")) yield return cause;
        foreach (var cause in Immutable(spec.At("podFailurePolicy"), before.At("podFailurePolicy"), "spec.podFailurePolicy")) yield return cause;
        foreach (var cause in Immutable(spec.At("backoffLimitPerIndex"), before.At("backoffLimitPerIndex"), "spec.backoffLimitPerIndex")) yield return cause;
        foreach (var cause in Immutable(spec.At("managedBy"), before.At("managedBy"), "spec.managedBy")) yield return cause;
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
