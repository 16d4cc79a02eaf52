using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Validation of a job's spec, after <c>pkg/apis/batch/validation</c>.</summary>
internal static partial class JobRules
{
    private const int MaxParallelismWhenIndexed = 100_000;

    public static IEnumerable<FieldCause> Validate(JsonObject job)
    {
        foreach (var cause in GeneratedSelector(job)) yield return cause;
        foreach (var cause in Spec(job["spec"] as JsonObject ?? [])) yield return cause;
        if (job["spec"].Text("completionMode") != "Indexed" || job["spec"].Number("completions") is not (> 0 and var completions)) yield break;
        var hostname = string.Create(CultureInfo.InvariantCulture, $"{job.Name()}-{completions - 1}");
        if (NameRules.Label(hostname).Count > 0) yield return FieldCause.Invalid("metadata.name", job.Name(), $"will not able to create pod with invalid DNS label: {hostname}");
    }

    /// <summary>The spec of a stored job, which a change must still satisfy.</summary>
    public static IEnumerable<FieldCause> Spec(JsonObject spec)
    {
        foreach (var cause in WithoutSelector(spec, "spec")) yield return cause;
        var labels = spec.Child("template")?["metadata"].Child("labels");
        if (spec.Child("selector") is not { } selector) yield return FieldCause.Required("spec.selector");
        else if (!LabelSelectorJson.Matches(selector, labels.StringMap()))
            yield return FieldCause.InvalidRaw("spec.template.metadata.labels", GoText.Json(labels), "`selector` does not match template `labels`");
    }

    /// <summary>What jobs and the templates of cron jobs have in common.</summary>
    public static IEnumerable<FieldCause> WithoutSelector(JsonObject spec, string path)
    {
        foreach (var field in (string[])["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"])
            if (spec.Number(field) is { } number and < 0) yield return Number($"{path}.{field}", number, "must be greater than or equal to 0");
        if (spec.Number("maxFailedIndexes") is not null && spec.Number("backoffLimitPerIndex") is null) yield return FieldCause.Required(path + ".backoffLimitPerIndex", "when maxFailedIndexes is specified");
        if (spec.Text("managedBy") is { } manager)
            foreach (var cause in DomainPrefixedPath(path + ".managedBy", manager)) yield return cause;
        foreach (var cause in Mode(spec, path)) yield return cause;
        if (spec.Child("podFailurePolicy") is { } failurePolicy)
            foreach (var cause in JobPolicyRules.PodFailure(spec, failurePolicy, path + ".podFailurePolicy")) yield return cause;
        if (spec.Child("successPolicy") is { } successPolicy)
            foreach (var cause in JobPolicyRules.Success(spec, successPolicy, path + ".successPolicy")) yield return cause;
        if (spec.Text("podReplacementPolicy") is { } replacement)
        {
            string[] allowed = spec.Child("podFailurePolicy") is null ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
            if (!allowed.Contains(replacement, StringComparer.Ordinal)) yield return FieldCause.NotSupported(path + ".podReplacementPolicy", replacement, allowed);
        }

        foreach (var cause in PodSpecRules.ValidateTemplate(spec.Child("template"), path + ".template")) yield return cause;
        var restart = spec.Child("template").Child("spec").Text("restartPolicy") ?? "";
        var restartPath = path + ".template.spec.restartPolicy";
        if (restart is "" or "Always") yield return FieldCause.Required(restartPath, "valid values: \"OnFailure\", \"Never\"");
        else if (restart is not ("OnFailure" or "Never")) yield return FieldCause.NotSupported(restartPath, restart, "OnFailure", "Never");
        else if (spec.Child("podFailurePolicy") is not null && restart != "Never") yield return FieldCause.Invalid(restartPath, restart, "only \"Never\" is supported when podFailurePolicy is specified");
    }

    internal static FieldCause Number(string path, long value, string why) => FieldCause.InvalidRaw(path, value.ToString(CultureInfo.InvariantCulture), why);

    private static IEnumerable<FieldCause> Mode(JsonObject spec, string path)
    {
        var mode = spec.Text("completionMode");
        if (mode is not (null or "NonIndexed" or "Indexed")) yield return FieldCause.NotSupported(path + ".completionMode", mode, "NonIndexed", "Indexed");
        var (completions, parallelism, perIndex, maxFailed) = (spec.Number("completions"), spec.Number("parallelism"), spec.Number("backoffLimitPerIndex"), spec.Number("maxFailedIndexes"));
        if (mode == "Indexed")
        {
            if (completions is null) yield return FieldCause.Required(path + ".completions", "when completion mode is Indexed");
            if (parallelism > MaxParallelismWhenIndexed) yield return Number(path + ".parallelism", parallelism.Value, "must be less than or equal to 100000 when completion mode is Indexed");
            if (maxFailed > completions) yield return Number(path + ".maxFailedIndexes", maxFailed.Value, "must be less than or equal to completions");
        }
        else if (mode is null or "NonIndexed")
        {
            if (perIndex is { } limit) yield return Number(path + ".backoffLimitPerIndex", limit, "requires indexed completion mode");
            if (maxFailed is { } failed) yield return Number(path + ".maxFailedIndexes", failed, "requires indexed completion mode");
        }
    }

    private static IEnumerable<FieldCause> GeneratedSelector(JsonObject job)
    {
        var spec = job["spec"];
        if (spec.Flag("manualSelector") == true || spec.Child("selector") is not { } selector) yield break;
        var labels = spec.Child("template")?["metadata"].Child("labels");
        var expected = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["controller-uid"] = job.Uid(),
            ["job-name"] = job.Name(),
            ["batch.kubernetes.io/controller-uid"] = job.Uid(),
            ["batch.kubernetes.io/job-name"] = job.Name(),
        };
        foreach (var (key, value) in expected)
        {
            var path = $"spec.template.metadata.labels[{key}]";
            if (labels.Text(key) is not { } actual) yield return FieldCause.Required(path, $"must be '{value}'");
            else if (actual != value) yield return FieldCause.InvalidRaw(path, GoText.Json(labels), $"must be '{value}'");
        }

        if (!LabelSelectorJson.Matches(selector, expected)) yield return FieldCause.InvalidRaw("spec.selector", GoText.Json(selector), "`selector` not auto-generated");
    }

    private static IEnumerable<FieldCause> DomainPrefixedPath(string path, string value)
    {
        if (value.Length == 0)
        {
            yield return FieldCause.Required(path);
            yield break;
        }

        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == value.Length - 1)
        {
            yield return FieldCause.Invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            yield break;
        }

        foreach (var error in NameRules.Subdomain(value[..slash])) yield return FieldCause.Invalid(path, value[..slash], error);
        if (!HttpPath().IsMatch(value[(slash + 1)..])) yield return FieldCause.Invalid(path, value[(slash + 1)..], @"Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')");
        if (value.Length > 63) yield return FieldCause.TooLong(path, 63);
    }

    [GeneratedRegex(@"^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HttpPath();
}
