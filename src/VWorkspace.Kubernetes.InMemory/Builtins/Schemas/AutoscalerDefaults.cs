using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>What an autoscaler is given when it says nothing (upstream: <c>pkg/apis/autoscaling/v2/defaults.go</c>).</summary>
internal static class AutoscalerDefaults
{
    /// <summary>The average use of the CPU that is aimed at, in percent of the request.</summary>
    public const int Utilization = 80;

    private const int PeriodSeconds = 15;

    public static void Spec(JsonObject spec)
    {
        if (spec["metrics"] is not JsonArray { Count: > 0 })
        {
            var target = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = Utilization };
            spec["metrics"] = new JsonArray(new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = target } });
        }

        if (spec["behavior"] is not JsonObject behavior) return;
        Rules(behavior, "scaleUp", 0, Policy("Pods", 4), Policy("Percent", 100));
        Rules(behavior, "scaleDown", null, Policy("Percent", 100));
    }

    private static void Rules(JsonObject behavior, string direction, int? window, params JsonNode[] policies)
    {
        if (behavior[direction] is not JsonObject rules) behavior[direction] = rules = [];
        if (window is not null) rules["stabilizationWindowSeconds"] ??= window;
        rules["selectPolicy"] ??= "Max";
        if (rules["policies"] is not JsonArray) rules["policies"] = new JsonArray(policies);
    }

    private static JsonObject Policy(string type, int value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = PeriodSeconds };
}
