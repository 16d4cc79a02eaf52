using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>The policies by which a job fails or succeeds early.</summary>
internal static class JobPolicyRules
{
    private const int MaxRules = 20;
    private const int MaxExitCodes = 255;
    private static readonly string[] Actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    private static readonly string[] Statuses = ["False", "True", "Unknown"];

    public static IEnumerable<FieldCause> PodFailure(JsonObject spec, JsonObject policy, string path)
    {
        var rules = policy.Items("rules") ?? [];
        if (rules.Count > MaxRules) yield return TooMany(path + ".rules", rules.Count, MaxRules);
        var pod = spec.Child("template").Child("spec");
        var containers = (pod.Items("containers") ?? []).Concat(pod.Items("initContainers") ?? []).Select(c => c.Text("name") ?? "").ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < rules.Count; i++)
            foreach (var cause in FailureRule(spec, rules[i], PodSpecRules.At(path + ".rules", i), containers)) yield return cause;
    }

    public static IEnumerable<FieldCause> Success(JsonObject spec, JsonObject policy, string path)
    {
        var rules = policy.Items("rules") ?? [];
        if (spec.Text("completionMode") != "Indexed")
        {
            var shown = new JsonArray([.. rules.Select(r => (JsonNode)new JsonObject { ["SucceededIndexes"] = r.Text("succeededIndexes"), ["SucceededCount"] = r.Number("succeededCount") })]);
            yield return FieldCause.InvalidRaw(path, new JsonObject { ["Rules"] = shown }.ToJsonString(BuiltinStrategy.RelaxedJson), "requires indexed completion mode");
            yield break;
        }

        if (rules.Count == 0) yield return FieldCause.Required(path + ".rules", "at least one rules must be specified when the successPolicy is specified");
        if (rules.Count > MaxRules) yield return TooMany(path + ".rules", rules.Count, MaxRules);
        var completions = spec.Number("completions") ?? 0;
        for (var i = 0; i < rules.Count; i++)
            foreach (var cause in SuccessRule(rules[i], PodSpecRules.At(path + ".rules", i), completions)) yield return cause;
    }

    private static IEnumerable<FieldCause> FailureRule(JsonObject spec, JsonNode? rule, string path, HashSet<string> containers)
    {
        var action = rule.Text("action") ?? "";
        if (action.Length == 0) yield return FieldCause.Required(path + ".action", $"valid values: {Quoted(Actions)}");
        else if (action == "FailIndex" && spec.Number("backoffLimitPerIndex") is null) yield return FieldCause.Invalid(path + ".action", action, "requires the backoffLimitPerIndex to be set");
        else if (!Actions.Contains(action, StringComparer.Ordinal)) yield return FieldCause.NotSupported(path + ".action", action, Actions);
        var (codes, conditions) = (rule.Child("onExitCodes"), rule.Items("onPodConditions") ?? []);
        if (codes is not null)
            foreach (var cause in ExitCodes(codes, path + ".onExitCodes", containers)) yield return cause;
        if (conditions.Count > MaxRules) yield return TooMany(path + ".onPodConditions", conditions.Count, MaxRules);
        for (var i = 0; i < conditions.Count; i++)
        {
            var at = PodSpecRules.At(path + ".onPodConditions", i);
            var type = conditions[i].Text("type") ?? "";
            foreach (var error in LabelSyntax.QualifiedNameErrors(type)) yield return FieldCause.Invalid(at + ".type", type, error);
            var status = conditions[i].Text("status") ?? "";
            if (status.Length == 0) yield return FieldCause.Required(at + ".status", $"valid values: {Quoted(Statuses)}");
            else if (!Statuses.Contains(status, StringComparer.Ordinal)) yield return FieldCause.NotSupported(at + ".status", status, Statuses);
        }

        if (codes is not null && conditions.Count > 0) yield return FieldCause.InvalidOmitted(path, "specifying both OnExitCodes and OnPodConditions is not supported");
        if (codes is null && conditions.Count == 0) yield return FieldCause.InvalidOmitted(path, "specifying one of OnExitCodes and OnPodConditions is required");
    }

    private static IEnumerable<FieldCause> ExitCodes(JsonObject codes, string path, HashSet<string> containers)
    {
        var op = codes.Text("operator") ?? "";
        if (op.Length == 0) yield return FieldCause.Required(path + ".operator", "valid values: [\"In\" \"NotIn\"]");
        else if (op is not ("In" or "NotIn")) yield return FieldCause.NotSupported(path + ".operator", op, "In", "NotIn");
        if (codes.Text("containerName") is { } container && !containers.Contains(container))
            yield return FieldCause.Invalid(path + ".containerName", container, "must be one of the container or initContainer names in the pod template");
        var values = codes.Items("values");
        if (values is not { Count: > 0 }) yield return FieldCause.InvalidRaw(path + ".values", values is null ? "null" : "[]", "at least one value is required");
        else if (values.Count > MaxExitCodes) yield return TooMany(path + ".values", values.Count, MaxExitCodes);
        var seen = new HashSet<long>();
        var ordered = true;
        long? previous = null;
        for (var i = 0; i < (values?.Count ?? 0); i++)
        {
            var value = values![i].AsNumber() ?? 0;
            var at = PodSpecRules.At(path + ".values", i);
            if (op == "In" && value == 0) yield return JobRules.Number(at, value, "must not be 0 for the In operator");
            if (!seen.Add(value)) yield return new FieldCause(at, "FieldValueDuplicate", string.Create(CultureInfo.InvariantCulture, $"Duplicate value: {value}"));
            ordered &= previous is null || previous <= value;
            previous = value;
        }

        if (!ordered) yield return FieldCause.InvalidRaw(path + ".values", values!.ToJsonString(), "must be ordered");
    }

    private static IEnumerable<FieldCause> SuccessRule(JsonNode? rule, string path, long completions)
    {
        var (indexes, count) = (rule.Text("succeededIndexes"), rule.Number("succeededCount"));
        if (indexes is null && count is null) yield return FieldCause.Required(path, "at least one of succeededCount or succeededIndexes must be specified");
        var (total, problem) = indexes is null ? (0, null) : Indexes(indexes, completions);
        if (problem is not null) yield return FieldCause.Invalid(path + ".succeededIndexes", indexes!, $"error parsing succeededIndexes: {problem}");
        if (count is not { } wanted) yield break;
        if (wanted < 0) yield return JobRules.Number(path + ".succeededCount", wanted, "must be greater than or equal to 0");
        if (wanted > completions) yield return JobRules.Number(path + ".succeededCount", wanted, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {completions} (the number of specified completions)"));
        if (indexes is not null && wanted > total) yield return JobRules.Number(path + ".succeededCount", wanted, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"));
    }

    /// <summary>How many indexes a text such as <c>1,3-5</c> names, or what is wrong with it.</summary>
    private static (long Total, string? Problem) Indexes(string text, long completions)
    {
        long total = 0, last = -1;
        foreach (var interval in text.Length == 0 ? [] : text.Split(','))
        {
            var limits = interval.Split('-');
            if (limits.Length > 2) return (0, $"the fragment {FieldCause.Quote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'");
            var numbers = new long[limits.Length];
            for (var i = 0; i < limits.Length; i++)
            {
                if (!long.TryParse(limits[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i])) return (0, $"cannot convert string to integer for index: {FieldCause.Quote(limits[i])}");
                if (numbers[i] >= completions) return (0, $"too large index: {FieldCause.Quote(limits[i])}");
            }

            if (numbers[0] >= numbers[^1] && numbers.Length > 1) return (0, string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {numbers[0]}, current: {numbers[^1]}"));
            if (last >= numbers[0]) return (0, string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {last}, current: {numbers[0]}"));
            total += numbers[^1] - numbers[0] + 1;
            last = numbers[^1];
        }

        return (total, null);
    }

    private static string Quoted(IEnumerable<string> values) => "[" + string.Join(' ', values.Select(FieldCause.Quote)) + "]";

    private static FieldCause TooMany(string path, int count, int limit) => new(path, "FieldValueTooMany", string.Create(CultureInfo.InvariantCulture, $"Too many: {count}: must have at most {limit} items"));
}
