using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>What only deployments have: a strategy of replacing pods, and times to wait.</summary>
internal static partial class DeploymentRules
{
    public static IEnumerable<FieldCause> Validate(JsonObject spec)
    {
        foreach (var cause in Strategy(spec["strategy"])) yield return cause;
        foreach (var field in (string[])["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"])
            if (spec.Number(field) is { } number and < 0) yield return JobRules.Number("spec." + field, number, "must be greater than or equal to 0");
        if (spec.Number("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Number("minReadySeconds") ?? 0))
            yield return JobRules.Number("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
    }

    private static IEnumerable<FieldCause> Strategy(JsonNode? strategy)
    {
        const string rolling = "spec.strategy.rollingUpdate";
        switch (strategy.Text("type"))
        {
            case "Recreate" when strategy.Child("rollingUpdate") is not null:
                yield return FieldCause.Forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate" when strategy.Child("rollingUpdate") is { } update:
                foreach (var field in (string[])["maxUnavailable", "maxSurge"])
                    if (Problem(update[field]) is { } problem) yield return FieldCause.InvalidRaw($"{rolling}.{field}", GoText.Value(update[field]), problem);
                if (IsZero(update["maxUnavailable"]) && IsZero(update["maxSurge"])) yield return FieldCause.InvalidRaw(rolling + ".maxUnavailable", GoText.Json(update["maxUnavailable"]), "may not be 0 when `maxSurge` is 0");
                if (update["maxUnavailable"].AsText() is { } share && Percent().IsMatch(share) && int.Parse(share.AsSpan(0, share.Length - 1), CultureInfo.InvariantCulture) > 100)
                    yield return FieldCause.Invalid(rolling + ".maxUnavailable", share, "must not be greater than 100%");
                break;
        }
    }

    private static string? Problem(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number when value.AsNumber() < 0 => "must be greater than or equal to 0",
        JsonValueKind.String when !Percent().IsMatch(value.GetValue<string>()) => "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        _ => null,
    };

    private static bool IsZero(JsonNode? value) => value is null || value.AsNumber() == 0 || value.AsText() == "0%";

    [GeneratedRegex(@"^[0-9]{1,6}%\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Percent();
}
