using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Rendering;
using VWorkspace.Apps.Validation;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>The first decision of a pass: from what was observed to what is written to the children. Pure.</summary>
internal static class ChildPlanner
{
    public static ChildPlan Plan(Observation observed, AppsOptions options, DateTimeOffset now)
    {
        Suspension suspension = Suspension.Decide(observed, now);
        if (suspension.Pauses) return new() { Kind = PassKind.Paused, Suspension = suspension, Steps = HoldBack(observed, suspension) };
        IReadOnlyList<SpecViolation> violations = SpecRules.Check(observed.Instance, options, observed.ClusterId);
        // The identity of the cluster is no part of the object: that violation can go without a change of it.
        if (violations.Count > 0) return Invalid(observed, suspension, string.Join("; ", violations), waitsForSpec: violations.All(v => v.Code != ViolationCode.ClusterIdMismatch), now);
        if (PolicyBlocker(observed, options) is { } policy) return Blocked(observed, suspension, policy, now);
        if (observed.Instance.Spec.IsPlaceholder) return new() { Kind = PassKind.Placeholder, Suspension = suspension, Blocker = LeftoverRelease(observed) };
        if (MissingDependencies(observed) is { } missing) return Blocked(observed, suspension, missing, now);
        if (IdentityBlocker(observed) is { } identity) return Blocked(observed, suspension, identity, now);
        if (observed.Values.State == ValuesState.NotAMapping) return Invalid(observed, suspension, observed.Values.Detail, waitsForSpec: false, now);
        return ValuesBlocker(observed) is { } values ? Blocked(observed, suspension, values, now) : Managed(observed, options, suspension, now);
    }

    private static ChildPlan Managed(Observation observed, AppsOptions options, Suspension suspension, DateTimeOffset now)
    {
        ApplicationInstance instance = observed.Instance;
        bool inline = instance.Spec.Values!.Source == ValuesSource.Inline;
        JsonObject? explicitValues = inline ? ValuesTree.FromInline(instance.Spec.Values.Inline) : observed.Values.Document;
        ValuesTree.Result values = ValuesTree.Combine(instance.Spec.Integrations, explicitValues, inline);
        RenderedChild source = ChartSourceRenderer.Render(instance, options, observed.ClusterId);
        RenderedChild release = HelmReleaseRenderer.Render(instance, values.Values, options, observed.ClusterId);
        var steps = new List<ChildStep>();
        if (ChildStep.ToApply(instance, source, observed.Source, observed.Source?.Spec) is { } applySource) steps.Add(applySource);
        if (SourceCommand(observed, source, now) is { } refresh) steps.Add(refresh);
        if (ChildStep.ToApply(instance, release, observed.Release, observed.Release?.Spec) is { } applyRelease)
        {
            // The digest is written with the creation, so that a new release costs no further write. From then on it belongs to the applied
            // set and would go with the first apply that leaves it out; a changed one is a command of its own and never a conflict.
            bool keeps = applyRelease.Creates || DigestOf(observed.Release) == observed.Values.Digest;
            if (keeps && observed.Values.Digest is { } digest) release.Body["metadata"]!["annotations"]![Annotations.ValuesDigest] = digest;
            steps.Add(applyRelease);
        }

        steps.AddRange(ReleaseCommands(observed, release, now));
        if (observed.OtherSource is { Metadata.IsBeingDeleted: false } other && Ownership.IsOurs(instance, other))
        {
            KubernetesResource resource = FluxResources.OtherSource(instance.Spec.Chart!.SourceType);
            steps.Add(new(StepKind.Delete, resource, ObjectKey.Of(other), null) { Uid = other.Metadata.Uid });
        }

        return new()
        {
            Kind = PassKind.Managed,
            Suspension = suspension,
            Blocker = observed.Verdict.Unavailable is { } why
                ? new(ApplicationReasons.CatalogUnreachable, $"the version policy of the catalog is not available: {Redactor.Copied(why)}; the instance is reconciled all the same", LetsThrough: true)
                : null,
            Steps = steps,
            Warnings = Warnings(observed, values),
            IsNewGeneration = (instance.Status.ObservedGeneration ?? 0) < instance.Metadata.Generation,
            Values = inline ? values.Values : null,
        };
    }

    private static ChildStep? SourceCommand(Observation observed, RenderedChild source, DateTimeOffset now)
    {
        ChartReference wanted = observed.Instance.Spec.Chart!;
        bool changed = observed.Source is not null && observed.Instance.Status.LastAppliedChart is { } last
            && last.SourceType == wanted.SourceType && (last.Version != wanted.Version || last.Url != wanted.Url);
        return changed ? Command(source.Resource, source.Key, new() { [Annotations.FluxRequestedAt] = Token(now) }) : null;
    }

    private static IEnumerable<ChildStep> ReleaseCommands(Observation observed, RenderedChild release, DateTimeOffset now)
    {
        if (observed.Release is not { } live) yield break;
        bool resumes = live.Metadata.Annotations.ContainsKey(Suspension.Marker);
        var annotations = new JsonObject();
        if (resumes) annotations[Annotations.FluxRequestedAt] = Token(now);
        if (observed.Values.Digest is { } digest && DigestOf(live) != digest)
        {
            annotations[Annotations.ValuesDigest] = digest;
            annotations[Annotations.FluxRequestedAt] = Token(now);
        }
        else if (observed.Values.State == ValuesState.NotReferenced && DigestOf(live) is not null) annotations[Annotations.ValuesDigest] = null;

        if (annotations.Count > 0) yield return Command(release.Resource, release.Key, annotations);
        // Last: the marker that goes with it is what tells the next process, after a death in between, that the request is still owed.
        if (resumes) yield return SuspensionStep(StepKind.Resume, release.Key, live.Metadata.Uid, operation: null);
    }

    private static string? DigestOf(HelmRelease? release) =>
        release is not null && release.Metadata.Annotations.TryGetValue(Annotations.ValuesDigest, out string? digest) ? digest : null;

    private static IReadOnlyList<ChildStep> HoldBack(Observation observed, Suspension suspension)
    {
        if (!suspension.SuspendsRelease || observed.Release is not { } live || !Ownership.IsOurs(observed.Instance, live)) return [];
        bool held = live.IsSuspended && live.Metadata.Annotations.TryGetValue(Suspension.Marker, out string? by) && by == observed.Suspending.Uid;
        return held ? [] : [SuspensionStep(StepKind.Suspend, ObjectKey.Of(live), live.Metadata.Uid, observed.Suspending.Uid)];
    }

    private static ChildStep SuspensionStep(StepKind kind, ObjectKey key, string? uid, string? operation)
    {
        KubernetesResource resource = FluxResources.HelmReleases;
        var metadata = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["uid"] = uid };
        var body = new JsonObject { ["apiVersion"] = resource.Kind.ApiVersion, ["kind"] = resource.Kind.Kind, ["metadata"] = metadata };
        if (operation is not null)
        {
            metadata["annotations"] = new JsonObject { [Suspension.Marker] = operation };
            body["spec"] = new JsonObject { ["suspend"] = true };
        }

        return new(kind, resource, key, body, Force: true) { Uid = uid };
    }

    private static ChildStep Command(KubernetesResource resource, ObjectKey key, JsonObject annotations) =>
        new(StepKind.Command, resource, key, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } });

    private static string Token(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff00'Z'", CultureInfo.InvariantCulture);

    private static Blocker? PolicyBlocker(Observation observed, AppsOptions options)
    {
        ApplicationInstance instance = observed.Instance;
        if (options.NamespaceGate == NamespaceGate.Enforce && !(observed.NamespaceLabels is { } labels && Labels.IsGated(labels)))
            return new(ApplicationReasons.PolicyDenied, SpecRules.GateViolation(instance.Metadata.Namespace ?? string.Empty).ToString());
        if (SpecRules.AllowListViolation(instance.Spec, options) is { } source) return new(ApplicationReasons.MissingChartSource, source.ToString());
        return observed.Verdict.AwaitsApproval
            ? new(ApplicationReasons.AwaitingApproval, "the catalog demands an approval for this instance and none is recorded")
            : null;
    }

    private static Blocker? LeftoverRelease(Observation observed) =>
        observed.Release is { } release && Ownership.IsOurs(observed.Instance, release)
            ? new(ApplicationReasons.PolicyDenied, $"HelmRelease {release.Metadata.Name} of an earlier life as a managed instance still exists; it is left alone")
            : null;

    private static Blocker? MissingDependencies(Observation observed)
    {
        ApplicationInstanceSpec spec = observed.Instance.Spec;
        var missing = new List<string>();
        if (!observed.Served.HelmRelease) missing.Add(FluxResources.HelmReleases.Kind.ToString());
        if (!observed.Served.Source(spec.Chart!.SourceType)) missing.Add(FluxResources.Source(spec.Chart.SourceType).Kind.ToString());
        if (spec.Integrations?.CertManager is { Enabled: true } && !observed.Served.CertManager) missing.Add("cert-manager");
        if (spec.Integrations?.ExternalSecrets is { Enabled: true } && !observed.Served.ExternalSecrets) missing.Add("external-secrets");
        return missing.Count == 0 ? null : new(ApplicationReasons.MissingDependencies, $"not installed: {string.Join("; ", missing)}");
    }

    private static Blocker? IdentityBlocker(Observation observed)
    {
        ApplicationInstance instance = observed.Instance;
        if (instance.Status.HelmReleaseRef is { Name.Length: > 0 } known && known.Name != instance.Spec.Release!.Name)
            return new(ApplicationReasons.PolicyDenied, $"release identity is immutable: the release is {known.Name}, the spec says {instance.Spec.Release.Name}");
        foreach ((KubernetesResource resource, IKubernetesObject? child) in new (KubernetesResource, IKubernetesObject?)[]
            { (FluxResources.HelmReleases, observed.Release), (FluxResources.Source(instance.Spec.Chart!.SourceType), observed.Source) })
        {
            if (child is not null && !Ownership.MayWrite(instance, child))
                return new(ApplicationReasons.PolicyDenied, $"ReleaseOwnedElsewhere: {resource.Kind.Kind} {child.Metadata.Name} {Ownership.Describe(child)}");
        }

        return null;
    }

    private static Blocker? ValuesBlocker(Observation observed) => (observed.Values.State, observed.Instance.Spec.Values!.Source) switch
    {
        (ValuesState.Missing, ValuesSource.SecretRef) => new(ApplicationReasons.MissingSecret, observed.Values.Detail, ApplicationReasons.WaitingForSecret),
        (ValuesState.Missing, _) => new(ApplicationReasons.MissingConfigMap, observed.Values.Detail, ApplicationReasons.WaitingForConfigMap),
        (ValuesState.Forbidden, _) => new(ApplicationReasons.PolicyDenied, observed.Values.Detail),
        _ => null,
    };

    private static IReadOnlyList<string> Warnings(Observation observed, ValuesTree.Result values)
    {
        var warnings = new List<string>();
        if (values.Overlaps.Count > 0) warnings.Add($"explicit values win over spec.integrations for {string.Join(", ", values.Overlaps)}");
        ChartReference chart = observed.Instance.Spec.Chart!;
        if (observed.Verdict.DeprecatedNote is { } deprecated) warnings.Add(Note($"chart version {chart.Version} is deprecated", deprecated));
        if (observed.Verdict.ForbiddenNote is { } forbidden && IsOverridden(observed.Instance)) warnings.Add(Note($"chart version {chart.Version} is forbidden and runs by override", forbidden));
        return warnings;
    }

    public static bool IsOverridden(ApplicationInstance instance) =>
        instance.Metadata.Annotations.TryGetValue(Annotations.OverrideForbidden, out string? value) && value.Trim() == "true";

    public static string Note(string text, string note) => note.Length == 0 ? text : $"{text} ({Redactor.Copied(note)})";

    private static ChildPlan Invalid(Observation observed, Suspension suspension, string message, bool waitsForSpec, DateTimeOffset now) => new()
    {
        Kind = PassKind.Invalid,
        Suspension = suspension,
        Blocker = new(ApplicationReasons.ValidationFailed, message, ApplicationReasons.ValidationFailed, waitsForSpec),
        Steps = Resume(observed, now),
    };

    private static ChildPlan Blocked(Observation observed, Suspension suspension, Blocker blocker, DateTimeOffset now) =>
        new() { Kind = PassKind.Blocked, Suspension = suspension, Blocker = blocker, Steps = Resume(observed, now) };

    // Nothing new is pushed; but a release that was held back for a Restore is Flux's again once the Restore is over.
    private static IReadOnlyList<ChildStep> Resume(Observation observed, DateTimeOffset now)
    {
        if (observed.Release is not { } live || !live.Metadata.Annotations.ContainsKey(Suspension.Marker) || !Ownership.IsOurs(observed.Instance, live)) return [];
        return
        [
            Command(FluxResources.HelmReleases, ObjectKey.Of(live), new() { [Annotations.FluxRequestedAt] = Token(now) }),
            GiveUpSuspension(live),
        ];
    }

    /// <summary>Gives the suspension up that was set for a Restore; one that a person set stays.</summary>
    public static ChildStep GiveUpSuspension(HelmRelease live) => SuspensionStep(StepKind.Resume, ObjectKey.Of(live), live.Metadata.Uid, operation: null);
}
