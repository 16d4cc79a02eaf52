using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Autoscaling;

/// <summary>Horizontal pod autoscalers: one store, two versions of which the older one keeps in annotations what it has no fields for.</summary>
internal sealed class HorizontalPodAutoscalerStrategy : BuiltinStrategy, IVersionConverter
{
    private static readonly string[] Sources = ["ContainerResource", "External", "Object", "Pods", "Resource"];

    public override IVersionConverter Versions(ResourceType type) => this;

    public override void Convert(ResourceType type, JsonObject obj)
    {
        AutoscalerVersions.Convert(obj, type.ApiVersion);
        Canonicalize(type, obj);
    }

    (JsonObject Object, ManagedFields.MergeSchema Schema)? IVersionConverter.Convert(JsonObject value, string apiVersion)
    {
        if (BuiltinSchemas.Find(apiVersion, "HorizontalPodAutoscaler") is not { } schema) return null;
        if (value.Text("apiVersion") == apiVersion) return (value, schema.Merge);
        var copy = value.Copy();
        AutoscalerVersions.Convert(copy, apiVersion);
        return (copy, schema.Merge);
    }

    public override void ApplyDefaults(ResourceType type, JsonObject obj)
    {
        // What v2 says with its default metric.
        if (type.Version == "v1" && obj["spec"] is JsonObject spec && spec["targetCPUUtilizationPercentage"] is null && !AutoscalerVersions.HasMetrics(obj)) spec["targetCPUUtilizationPercentage"] = AutoscalerDefaults.Utilization;
        base.ApplyDefaults(type, obj);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var view = obj.Copy();
        AutoscalerVersions.Convert(view, AutoscalerVersions.V2);
        var spec = view["spec"];
        var (least, most) = (spec.Number("minReplicas"), spec.Number("maxReplicas") ?? 0);
        if (least < 1) yield return FieldCause.InvalidRaw("spec.minReplicas", Raw(least.Value), "must be greater than or equal to 1");
        if (most < 1) yield return FieldCause.InvalidRaw("spec.maxReplicas", Raw(most), "must be greater than 0");
        if (least > most) yield return FieldCause.InvalidRaw("spec.maxReplicas", Raw(most), "must be greater than or equal to `minReplicas`");
        foreach (var cause in Reference(spec.Child("scaleTargetRef"), "spec.scaleTargetRef")) yield return cause;
        var index = 0;
        foreach (var metric in spec.Items("metrics") ?? [])
            foreach (var cause in Metric(metric, PodSpecRules.At("spec.metrics", index++))) yield return cause;
        foreach (var direction in (IReadOnlyList<string>)["scaleUp", "scaleDown"])
            foreach (var cause in Rules(spec.Child("behavior").Child(direction), "spec.behavior." + direction)) yield return cause;
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => subresource.Length > 0 ? [] : Validate(type, obj);

    private static IEnumerable<FieldCause> Reference(JsonObject? target, string path)
    {
        if (target.Text("kind") is not { Length: > 0 }) yield return FieldCause.Required(path + ".kind");
        if (target.Text("name") is not { Length: > 0 }) yield return FieldCause.Required(path + ".name");
    }

    private static IEnumerable<FieldCause> Metric(JsonNode? metric, string path)
    {
        if (metric.Text("type") is not { Length: > 0 } kind)
        {
            yield return FieldCause.Required(path + ".type", "must specify a metric source type");
            yield break;
        }

        if (!Sources.Contains(kind, StringComparer.Ordinal))
        {
            yield return FieldCause.NotSupported(path + ".type", kind, Sources);
            yield break;
        }

        var member = char.ToLowerInvariant(kind[0]) + kind[1..];
        var at = $"{path}.{member}";
        if (metric.Child(member) is not { } source)
        {
            yield return FieldCause.Required(at, "must populate information for the given metric source");
            yield break;
        }

        if (member is "resource" or "containerResource")
        {
            if (source.Text("name") is not { Length: > 0 }) yield return FieldCause.Required(at + ".name", "must specify a resource name");
        }
        else if (source.Child("metric").Text("name") is not { Length: > 0 })
        {
            yield return FieldCause.Required(at + ".metric.name", "must specify a metric name");
        }

        if (member == "containerResource" && source.Text("container") is not { Length: > 0 }) yield return FieldCause.Required(at + ".container", "must specify a container");
        if (member == "object")
            foreach (var cause in Reference(source.Child("describedObject"), at + ".describedObject")) yield return cause;
        foreach (var cause in Target(source.Child("target"), at + ".target")) yield return cause;
    }

    private static IEnumerable<FieldCause> Target(JsonObject? target, string path)
    {
        var kind = target.Text("type") ?? "";
        if (kind.Length == 0) yield return FieldCause.Required(path + ".type", "must specify a metric target type");
        if (kind is not ("Utilization" or "Value" or "AverageValue")) yield return FieldCause.Invalid(path + ".type", kind, "must be either Utilization, Value, or AverageValue");
        if (target.Number("averageUtilization") is { } share and < 1) yield return FieldCause.InvalidRaw(path + ".averageUtilization", Raw(share), "must be greater than 0");
    }

    private static IEnumerable<FieldCause> Rules(JsonObject? rules, string path)
    {
        if (rules is null) yield break;
        if (rules.Number("stabilizationWindowSeconds") is { } window)
        {
            if (window < 0) yield return FieldCause.InvalidRaw(path + ".stabilizationWindowSeconds", Raw(window), "must be greater than or equal to zero");
            if (window > 3600) yield return FieldCause.InvalidRaw(path + ".stabilizationWindowSeconds", Raw(window), "must be less than or equal to 3600");
        }

        if (rules.Text("selectPolicy") is { } select and not ("Max" or "Min" or "Disabled")) yield return FieldCause.NotSupported(path + ".selectPolicy", select, "Disabled", "Max", "Min");
        if (rules.Items("policies") is not { Count: > 0 } policies)
        {
            yield return FieldCause.Required(path + ".policies", "must specify at least one Policy");
            yield break;
        }

        for (var i = 0; i < policies.Count; i++)
        {
            var (policy, at) = (policies[i], PodSpecRules.At(path + ".policies", i));
            if (policy.Text("type") is not ("Pods" or "Percent")) yield return FieldCause.NotSupported(at + ".type", policy.Text("type") ?? "", "Percent", "Pods");
            if (policy.Number("value") is not > 0) yield return FieldCause.InvalidRaw(at + ".value", Raw(policy.Number("value") ?? 0), "must be greater than zero");
            if (policy.Number("periodSeconds") is not > 0) yield return FieldCause.InvalidRaw(at + ".periodSeconds", Raw(policy.Number("periodSeconds") ?? 0), "must be greater than zero");
            if (policy.Number("periodSeconds") is > 1800 and var period) yield return FieldCause.InvalidRaw(at + ".periodSeconds", Raw(period), "must be less than or equal to 1800");
        }
    }

    private static string Raw(long number) => number.ToString(CultureInfo.InvariantCulture);
}
