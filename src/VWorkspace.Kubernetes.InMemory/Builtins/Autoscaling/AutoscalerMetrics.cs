using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Autoscaling;

/// <summary>One metric of an autoscaler in the flat form of v1 and the nested one of v2; <c>target</c> in a spec, <c>current</c> in a status.</summary>
internal static class AutoscalerMetrics
{
    public static JsonObject ToOld(JsonObject metric, string value)
    {
        var (kind, member) = Member(metric);
        var source = metric.Child(member) ?? [];
        var (identifier, amount) = (source.Child("metric"), source.Child(value));
        var old = new JsonObject();
        switch (member)
        {
            case "resource" or "containerResource":
                Copy(source, "name", old, "name");
                Copy(amount, "averageUtilization", old, value + "AverageUtilization");
                Copy(amount, "averageValue", old, value + "AverageValue");
                Copy(source, "container", old, "container");
                break;
            case "pods":
                Copy(identifier, "name", old, "metricName");
                Copy(amount, "averageValue", old, value + "AverageValue");
                Copy(identifier, "selector", old, "selector");
                break;
            case "object":
                Copy(source, "describedObject", old, "target");
                Copy(identifier, "name", old, "metricName");
                Copy(amount, "value", old, value + "Value");
                Copy(identifier, "selector", old, "selector");
                Copy(amount, "averageValue", old, "averageValue");
                break;
            default:
                Copy(identifier, "name", old, "metricName");
                Copy(identifier, "selector", old, "metricSelector");
                Copy(amount, "value", old, value + "Value");
                Copy(amount, "averageValue", old, value + "AverageValue");
                break;
        }

        return new JsonObject { ["type"] = kind, [member] = old };
    }

    public static JsonObject ToNew(JsonObject metric, string value)
    {
        var (kind, member) = Member(metric);
        var old = metric.Child(member) ?? [];
        var (source, identifier, amount) = (new JsonObject(), new JsonObject(), new JsonObject());
        switch (member)
        {
            case "resource" or "containerResource":
                Copy(old, "name", source, "name");
                Copy(old, "container", source, "container");
                Copy(old, value + "AverageUtilization", amount, "averageUtilization");
                Copy(old, value + "AverageValue", amount, "averageValue");
                break;
            case "object":
                Copy(old, "target", source, "describedObject");
                Copy(old, value + "Value", amount, "value");
                Copy(old, "averageValue", amount, "averageValue");
                Copy(old, "selector", identifier, "selector");
                break;
            default:
                Copy(old, value + "Value", amount, "value");
                Copy(old, value + "AverageValue", amount, "averageValue");
                Copy(old, member == "pods" ? "selector" : "metricSelector", identifier, "selector");
                break;
        }

        Copy(old, "metricName", identifier, "name");
        if (identifier.Count > 0) source["metric"] = identifier;
        if (value == "target") amount["type"] = amount.ContainsKey("averageUtilization") ? "Utilization" : amount.ContainsKey("averageValue") ? "AverageValue" : "Value";
        source[value] = amount;
        return new JsonObject { ["type"] = kind, [member] = source };
    }

    private static (string Kind, string Member) Member(JsonObject metric)
    {
        var kind = metric.Text("type") is { Length: > 0 } text ? text : "Resource";
        return (kind, char.ToLowerInvariant(kind[0]) + kind[1..]);
    }

    private static void Copy(JsonObject? from, string name, JsonObject to, string renamed)
    {
        if (from?[name] is { } node) to[renamed] = node.DeepClone();
    }
}
