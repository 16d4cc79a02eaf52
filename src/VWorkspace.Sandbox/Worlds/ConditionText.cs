using System.Text.Json;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>Conditions of any object, for decisions and for people.</summary>
public static class ConditionText
{
    /// <summary>All conditions; empty when there are none.</summary>
    public static IReadOnlyList<Condition> Conditions(this DynamicObject? obj)
    {
        if (obj?.Json["status"]?["conditions"] is not System.Text.Json.Nodes.JsonArray entries) return [];
        return [.. entries.Select(entry => entry.Deserialize(KubernetesJson.Default.Condition)).OfType<Condition>()];
    }

    /// <summary>One condition, or null.</summary>
    public static Condition? Condition(this DynamicObject? obj, string type) => obj.Conditions().FirstOrDefault(condition => condition.Type == type);

    /// <summary>True when a condition is present with that status and, unless null, that reason.</summary>
    public static bool Has(this DynamicObject? obj, string type, string status, string? reason = null) =>
        obj.Condition(type) is { } condition && condition.Status == status && (reason is null || condition.Reason == reason);

    /// <summary>True when <c>status.observedGeneration</c> is the generation.</summary>
    public static bool IsObserved(this DynamicObject? obj) =>
        obj is not null && (long?)obj.Json["status"]?["observedGeneration"] == obj.Metadata.Generation;

    /// <summary><c>Ready=True/HelmReleaseReady</c>.</summary>
    public static string Short(this Condition? condition) => condition is null ? "none" : $"{condition.Type}={condition.Status}/{condition.Reason}";

    /// <summary>One line for each condition, with its message.</summary>
    public static IEnumerable<string> Lines(this DynamicObject? obj) =>
        obj is null ? ["absent"]
        : obj.Conditions() is { Count: > 0 } conditions ? conditions.Select(condition => $"{condition.Short()}: {condition.Message}")
        : ["no conditions yet"];
}
