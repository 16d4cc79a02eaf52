using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Deployments, ReplicaSets, StatefulSets and DaemonSets: a selector that fits the template, restart policy Always.</summary>
internal sealed class WorkloadStrategy : BuiltinStrategy
{
    public override ScalePaths Scale { get; } = new(["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]);

    public override IEnumerable<string> Warnings(ResourceType type, JsonObject obj, JsonObject? old) => old is null && type.Kind == "Deployment" ? PodSpecRules.HostnameWarnings(obj) : [];

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        if (spec.Number("replicas") is { } replicas and < 0)
            yield return FieldCause.InvalidRaw("spec.replicas", replicas.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0");
        var selector = spec.Child("selector");
        var labels = spec.Child("template")?["metadata"].Child("labels");
        var isEmpty = selector is not null && selector.Child("matchLabels") is not { Count: > 0 } && selector.Items("matchExpressions") is not { Count: > 0 };
        if (selector is null) yield return FieldCause.Required("spec.selector");
        else if (isEmpty) yield return FieldCause.InvalidRaw("spec.selector", "{}", $"empty selector is invalid for {(type.Kind == "ReplicaSet" ? "deployment" : type.Kind.ToLowerInvariant())}");
        // Without a selector nothing is selected, the template's own pods included.
        if (selector is null || (!isEmpty && !LabelSelectorJson.Matches(selector, labels.StringMap())))
            yield return FieldCause.InvalidRaw("spec.template.metadata.labels", labels is null ? "null" : GoText.Json(labels), "`selector` does not match template `labels`");
        var template = spec.Child("template").Child("spec");
        var withClaims = template;
        if (spec.Items("volumeClaimTemplates") is { } claims && template is not null)
        {
            withClaims = template.Copy();
            withClaims["volumeClaimTemplates"] = claims.DeepClone();
        }

        foreach (var cause in PodSpecRules.ValidateTemplate(spec.Child("template"), "spec.template", withClaims)) yield return cause;
        if (template.Text("restartPolicy") is { } restart and not "Always") yield return FieldCause.NotSupported("spec.template.spec.restartPolicy", restart, "Always");
        if (type.Kind != "Deployment") yield break;
        foreach (var cause in DeploymentRules.Validate(spec as JsonObject ?? [])) yield return cause;
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource.Length > 0) yield break;
        foreach (var cause in Validate(type, obj)) yield return cause;
        foreach (var cause in Immutable(obj["spec"].Child("selector"), old["spec"].Child("selector"), "spec.selector")) yield return cause;
    }
}
