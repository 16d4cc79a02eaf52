using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Rendering;
using VWorkspace.Apps.Validation;

namespace VWorkspace.Apps.Admission;

/// <summary>What an admission review knows.</summary>
internal sealed record AdmissionSituation
{
    public required ApplicationInstance Instance { get; init; }

    /// <summary>The stored object; null for creations.</summary>
    public ApplicationInstance? Old { get; init; }

    /// <summary>True when the specs of the two are the same JSON value.</summary>
    public bool SpecUnchanged { get; init; }

    /// <summary>True when the charts of the two are the same.</summary>
    public bool ChartUnchanged => Old is not null && Old.Spec.Chart == Instance.Spec.Chart;

    /// <summary>Registered identity of the cluster, or null.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Labels of the namespace; null when it could not be found.</summary>
    public IReadOnlyDictionary<string, string>? NamespaceLabels { get; init; }
}

/// <summary>The answer of an admission review.</summary>
/// <param name="Violations">All rules that are broken; empty when the request may go on.</param>
/// <param name="Warnings">What a person should know although the request goes on.</param>
internal sealed record AdmissionFindings(IReadOnlyList<SpecViolation> Violations, IReadOnlyList<string> Warnings)
{
    public static AdmissionFindings None { get; } = new([], []);
}

/// <summary>The admission rules of ApplicationInstances. Pure; all violations are found, not only the first.</summary>
internal static class InstanceAdmission
{
    private static readonly string[] QuiesceValues = ["exec", "requested"];

    public static AdmissionFindings Review(AdmissionSituation situation, AppsOptions options, IChartVersionPolicy policy)
    {
        ApplicationInstance instance = situation.Instance;
        // Whoever removes a finalizer must never be refused.
        if (situation is { SpecUnchanged: true, Old: not null } && instance.Metadata.IsBeingDeleted) return AdmissionFindings.None;
        var violations = new List<SpecViolation>();
        var warnings = new List<string>();
        bool specMatters = situation.Old is null || !situation.SpecUnchanged;
        if (specMatters) CheckSpec(situation, options, policy, violations, warnings);
        else if (SpecRules.ClusterIdViolation(instance, situation.ClusterId) is { } mismatch) violations.Add(mismatch);
        CheckGate(situation, options, specMatters, violations, warnings);
        warnings.AddRange(CapabilityWarnings(instance));
        return new(violations, warnings);
    }

    private static void CheckSpec(AdmissionSituation situation, AppsOptions options, IChartVersionPolicy policy, List<SpecViolation> violations, List<string> warnings)
    {
        ApplicationInstance instance = situation.Instance;
        violations.AddRange(SpecRules.Check(instance, options, situation.ClusterId));
        if (SpecRules.AllowListViolation(instance.Spec, options) is { } source) violations.Add(source);
        if (situation.Old is { } old)
        {
            violations.AddRange(Immutable(old, instance));
            if (ModeTransition(old, instance) is { } transition) violations.Add(transition);
        }

        CheckVersion(situation, policy, violations, warnings);
        if (instance.Spec is { IsPlaceholder: false, Values.Source: ValuesSource.Inline })
        {
            IReadOnlyList<string> overlaps = ValuesTree.Combine(instance.Spec.Integrations, ValuesTree.FromInline(instance.Spec.Values.Inline), includeExplicit: true).Overlaps;
            if (overlaps.Count > 0) warnings.Add($"spec.integrations: explicit values win for {string.Join(", ", overlaps)}");
        }
    }

    private static void CheckVersion(AdmissionSituation situation, IChartVersionPolicy policy, List<SpecViolation> violations, List<string> warnings)
    {
        if (situation.Instance.Spec.Chart is not { } chart || ChartVersionQuestion.Of(situation.Instance) is not { } question) return;
        ChartVersionVerdict verdict = policy.Judge(question);
        const string Field = "spec.chart.version";
        if (verdict.DeprecatedNote is { } deprecated) warnings.Add($"{Field}: {Deciding.ChildPlanner.Note($"version {chart.Version} is deprecated", deprecated)}");
        if (verdict.ForbiddenNote is { } forbidden)
        {
            string text = Deciding.ChildPlanner.Note($"version {chart.Version} is forbidden", forbidden);
            if (Deciding.ChildPlanner.IsOverridden(situation.Instance)) warnings.Add($"{Field}: {text}; admitted by override");
            else if (!situation.ChartUnchanged) violations.Add(new(ViolationCode.ChartVersionForbidden, Field, text));
        }

        if (verdict.OutsideRange is { } range && !situation.ChartUnchanged)
            violations.Add(new(ViolationCode.ChartVersionOutsideAllowedRange, Field, $"version {chart.Version} is outside the allowed range {range}"));
    }

    private static IEnumerable<SpecViolation> Immutable(ApplicationInstance old, ApplicationInstance instance)
    {
        if (old.Spec.Release is not { } before) yield break;
        ReleaseIdentity? after = instance.Spec.Release;
        const string Explanation = "cannot be changed; delete the object and create it again";
        if (before.Name.Length > 0 && after?.Name != before.Name) yield return new(ViolationCode.FieldImmutable, "spec.release.name", Explanation);
        if (before.Namespace.Length > 0 && after?.Namespace != before.Namespace) yield return new(ViolationCode.FieldImmutable, "spec.release.namespace", Explanation);
    }

    // The stored object decides, not the status in the submitted one: it may own a release before its status says so.
    private static SpecViolation? ModeTransition(ApplicationInstance old, ApplicationInstance instance)
    {
        bool becomesPlaceholder = !old.Spec.IsPlaceholder && instance.Spec.IsPlaceholder;
        bool mayOwn = old.Status.HelmReleaseRef is not null || old.Spec.Chart is not null || old.Spec.Release is not null;
        return becomesPlaceholder && mayOwn
            ? new(ViolationCode.ModeTransitionForbidden, "spec.mode", "a managed instance cannot become a placeholder; delete it and create it again as a placeholder")
            : null;
    }

    private static void CheckGate(AdmissionSituation situation, AppsOptions options, bool specMatters, List<SpecViolation> violations, List<string> warnings)
    {
        if (options.NamespaceGate == NamespaceGate.Off || (situation.NamespaceLabels is { } labels && Labels.IsGated(labels))) return;
        SpecViolation violation = SpecRules.GateViolation(situation.Instance.Metadata.Namespace ?? string.Empty);
        if (options.NamespaceGate == NamespaceGate.Enforce && specMatters) violations.Add(violation);
        else warnings.Add(violation.ToString());
    }

    private static IEnumerable<string> CapabilityWarnings(ApplicationInstance instance)
    {
        foreach (string verb in Annotations.CapabilityVerbs)
        {
            string key = Annotations.OpsPrefix + verb;
            if (instance.Metadata.Annotations.TryGetValue(key, out string? engine) && !OperationEngine.All.Contains(engine.Trim(), StringComparer.Ordinal))
                yield return $"metadata.annotations[{key}]: '{Redactor.Text(engine)}' is not a known engine and never matches; known are {string.Join(", ", OperationEngine.All)}";
        }

        if (instance.Metadata.Annotations.TryGetValue(Annotations.Quiesce, out string? quiesce)
            && !OperationEngine.All.Contains(quiesce.Trim(), StringComparer.Ordinal) && !QuiesceValues.Contains(quiesce.Trim(), StringComparer.Ordinal))
            yield return $"metadata.annotations[{Annotations.Quiesce}]: '{Redactor.Text(quiesce)}' is not a known value";
    }
}

/// <summary>What the mutating webhook fills in; nothing else is changed.</summary>
internal static class InstanceDefaults
{
    /// <summary>Changes the object in place.</summary>
    public static void Apply(JsonObject instance)
    {
        if (instance["spec"] is not JsonObject spec) return;
        if (spec["mode"] is not JsonValue mode || mode.ToString().Length == 0) spec["mode"] = ApplicationMode.Managed;
        if (spec["integrations"] is not JsonObject integrations) return;
        foreach (string name in new[] { "externalSecrets", "certManager", "ingress" })
            if (integrations[name] is JsonObject integration && integration["enabled"] is null) integration["enabled"] = false;
    }
}
