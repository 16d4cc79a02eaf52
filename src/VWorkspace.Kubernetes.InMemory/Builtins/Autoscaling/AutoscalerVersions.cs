using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Autoscaling;

/// <summary>
/// Turns an autoscaler into its other version (upstream: <c>pkg/apis/autoscaling/v1/conversion.go</c>). The average use of the CPU has a field in both;
/// all else that v1 has no field for travels in annotations.
/// </summary>
internal static class AutoscalerVersions
{
    public const string V1 = "autoscaling/v1";
    public const string V2 = "autoscaling/v2";
    private const string Prefix = "autoscaling.alpha.kubernetes.io/";
    private const string Metrics = Prefix + "metrics";
    private const string CurrentMetrics = Prefix + "current-metrics";
    private const string Conditions = Prefix + "conditions";
    private const string Behavior = Prefix + "behavior";

    public static void Convert(JsonObject obj, string apiVersion)
    {
        if (obj.Text("apiVersion") == apiVersion) return;
        obj["apiVersion"] = apiVersion;
        if (apiVersion == V1) ToOld(obj);
        else ToNew(obj);
    }

    /// <summary>Whether an autoscaler of v1 carries metrics that it has no fields for.</summary>
    public static bool HasMetrics(JsonObject obj) => obj["metadata"].Child("annotations").Text(Metrics) is { Length: > 0 };

    private static void ToOld(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var others = new JsonArray();
        foreach (var metric in Take(spec, "metrics"))
        {
            if (IsCpu(metric) && metric.Child("resource").Child("target").Number("averageUtilization") is { } share) spec["targetCPUUtilizationPercentage"] = share;
            else others.Add(AutoscalerMetrics.ToOld(metric, "target"));
        }

        Annotate(obj, Metrics, others);
        if (spec["behavior"] is JsonObject behavior)
        {
            spec.Remove("behavior");
            Annotate(obj, Behavior, new JsonArray(Rename(behavior, char.ToUpperInvariant)));
        }

        if (obj["status"] is not JsonObject status) return;
        var current = Take(status, "currentMetrics");
        foreach (var metric in current)
            if (IsCpu(metric) && metric.Child("resource").Child("current").Number("averageUtilization") is { } share) status["currentCPUUtilizationPercentage"] = share;
        Annotate(obj, CurrentMetrics, new JsonArray([.. current.Select(m => AutoscalerMetrics.ToOld(m, "current"))]));
        Annotate(obj, Conditions, new JsonArray([.. Take(status, "conditions").Select(c => c.DeepClone())]));
    }

    private static void ToNew(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var metrics = new JsonArray([.. (Annotation(obj, Metrics) as JsonArray ?? []).OfType<JsonObject>().Select(m => AutoscalerMetrics.ToNew(m, "target"))]);
        if (spec.Number("targetCPUUtilizationPercentage") is { } share) metrics.Insert(0, Cpu("target", new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = share }));
        spec.Remove("targetCPUUtilizationPercentage");
        if (metrics.Count > 0) spec["metrics"] = metrics;
        if (Annotation(obj, Behavior) is JsonObject behavior) spec["behavior"] = Rename(behavior, char.ToLowerInvariant);

        var (current, conditions) = (Annotation(obj, CurrentMetrics) as JsonArray, Annotation(obj, Conditions) as JsonArray);
        if (obj["status"] is not JsonObject status) return;
        var values = new JsonArray([.. (current ?? []).OfType<JsonObject>().Select(m => AutoscalerMetrics.ToNew(m, "current"))]);
        if (values.Count == 0 && status.Number("currentCPUUtilizationPercentage") is { } used) values.Add(Cpu("current", new JsonObject { ["averageUtilization"] = used }));
        status.Remove("currentCPUUtilizationPercentage");
        if (values.Count > 0) status["currentMetrics"] = values;
        if (conditions is { Count: > 0 }) status["conditions"] = conditions.DeepClone();
    }

    private static bool IsCpu(JsonObject metric) => metric.Text("type") == "Resource" && metric.Child("resource").Text("name") == "cpu";

    private static JsonObject Cpu(string member, JsonObject value) =>
        new() { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", [member] = value } };

    private static List<JsonObject> Take(JsonObject from, string member)
    {
        var items = (from.Items(member) ?? []).OfType<JsonObject>().ToList();
        from.Remove(member);
        return items;
    }

    private static void Annotate(JsonObject obj, string name, JsonArray value)
    {
        if (value.Count == 0) return;
        var text = name == Behavior ? value[0]! : value;
        obj.Metadata().Ensure("annotations")[name] = text.ToJsonString(BuiltinStrategy.RelaxedJson);
    }

    /// <summary>The value of an annotation, which is taken away: it stands for fields of the newer version.</summary>
    private static JsonNode? Annotation(JsonObject obj, string name)
    {
        if (obj["metadata"].Child("annotations") is not { } annotations || annotations.Text(name) is not { } text) return null;
        annotations.Remove(name);
        if (annotations.Count == 0) obj.Metadata().Remove("annotations");
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>The annotation of the behavior has the names of Go's fields.</summary>
    private static JsonObject Rename(JsonObject value, Func<char, char> first)
    {
        var renamed = new JsonObject();
        foreach (var (name, node) in value)
        {
            if (node is null) continue;
            renamed[first(name[0]) + name[1..]] = node switch
            {
                JsonObject below => Rename(below, first),
                JsonArray items => new JsonArray([.. items.OfType<JsonObject>().Select(i => (JsonNode)Rename(i, first))]),
                _ => node.DeepClone(),
            };
        }

        return renamed;
    }
}
