using VWorkspace.Api;
using VWorkspace.Apps.Observing;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>What the state of Flux and of the application means for Ready, Reconciling and Degraded.</summary>
/// <param name="Ready">The Ready condition.</param>
/// <param name="Reconciling">The Reconciling condition.</param>
/// <param name="Degradations">Reasons to be degraded that the state itself gives, with their messages.</param>
/// <param name="ClearsDegraded">True when the absence of degradations is known, not only unobserved.</param>
/// <param name="Blocker">What the state blocks on, or null.</param>
/// <param name="ChangesAt">When the answer changes by the clock alone, or null.</param>
internal sealed record Aggregate(
    DesiredCondition Ready,
    DesiredCondition Reconciling,
    IReadOnlyList<(string Reason, string Message)> Degradations,
    bool ClearsDegraded = false,
    Blocker? Blocker = null,
    DateTimeOffset? ChangesAt = null);

/// <summary>The table of the specification (2.12): the first row that matches decides. Pure.</summary>
internal static class Aggregation
{
    public static Aggregate Decide(
        FluxReading flux, ApplicationInstance instance, Surroundings around, IReadOnlyList<string> warnings, AppsOptions options, DateTimeOffset now)
    {
        // First: a chart that cannot be had is the news, also while Flux has not come to the release.
        if (flux.Source is SourceState.AbsentOrRefused or SourceState.Failing) return SourceTrouble(flux, instance, around, options, now);
        if (flux.Release == ReleaseState.NotObserved)
            return new(Unknown(flux.ReleaseExists ? "Flux has not looked at the HelmRelease yet" : "there is no HelmRelease yet"), InFlight(Moving(flux), string.Empty), []);
        if (flux.Source == SourceState.Syncing && flux.Release != ReleaseState.Ready) return Syncing(flux, instance, options, now);
        return flux.Release switch
        {
            ReleaseState.Retrying or ReleaseState.GivenUp => Failed(flux, instance, around),
            ReleaseState.Working => Working(flux, around),
            _ => Ready(flux, around, warnings),
        };
    }

    private static Aggregate SourceTrouble(FluxReading flux, ApplicationInstance instance, Surroundings around, AppsOptions options, DateTimeOffset now)
    {
        (DesiredCondition? waiting, Blocker? blocker) = WaitingForSecrets(around);
        DateTimeOffset threshold = (flux.SourceFailingSince ?? now) + options.ChartUnreachableThreshold;
        bool lasting = now >= threshold && flux.SourceFailingSince is not null;
        var degradations = new List<(string, string)>(ReleaseDegradation(flux, instance));
        if (lasting) degradations.Add((ApplicationReasons.ChartUnreachable, flux.SourceText));
        return new(
            waiting ?? False(ApplicationReasons.ChartUnreachable, flux.SourceText),
            InFlight(ApplicationReasons.ChartSourceSyncing, string.Empty),
            degradations,
            Blocker: blocker ?? (flux.Source == SourceState.AbsentOrRefused ? new(ApplicationReasons.MissingChartSource, flux.SourceText, LetsThrough: true) : null),
            ChangesAt: lasting ? null : threshold);
    }

    private static Aggregate Syncing(FluxReading flux, ApplicationInstance instance, AppsOptions options, DateTimeOffset now)
    {
        // A source that is there within a moment is not worth a write of its own.
        if (instance.Status.Conditions.Find(ApplicationConditions.Reconciling) is
            { IsTrue: true, Reason: ApplicationReasons.HelmReleaseInstalling or ApplicationReasons.HelmReleaseUpgrading, LastTransitionTime: { } since } shown
            && now < since + options.SourceSyncingNotice)
            return new(Unknown("Flux has not looked at the HelmRelease yet"), InFlight(shown.Reason, shown.Message), [], ChangesAt: since + options.SourceSyncingNotice);
        return new(Unknown(Or(flux.SourceText, "the chart source is being fetched")), InFlight(ApplicationReasons.ChartSourceSyncing, string.Empty), []);
    }

    private static Aggregate Failed(FluxReading flux, ApplicationInstance instance, Surroundings around)
    {
        (DesiredCondition? waiting, Blocker? blocker) = WaitingForSecrets(around);
        // A release that failed has had its chart: that it could not be had before is over, whatever became of the release.
        bool reachedAgain = flux.Source == SourceState.Available
            && instance.Status.Conditions.Find(ApplicationConditions.Degraded) is { IsTrue: true, Reason: ApplicationReasons.ChartUnreachable };
        string direction = flux.RolledBack ? ApplicationReasons.HelmReleaseUpgrading : Moving(flux);
        return new(
            waiting ?? False(ApplicationReasons.HelmReleaseFailed, flux.ReleaseText),
            flux.Release == ReleaseState.Retrying ? InFlight(direction, "Flux tries again") : Stable(),
            [.. ReleaseDegradation(flux, instance)],
            ClearsDegraded: reachedAgain,
            Blocker: blocker);
    }

    // What a failed release means for the revision that ran before it.
    private static IEnumerable<(string Reason, string Message)> ReleaseDegradation(FluxReading flux, ApplicationInstance instance)
    {
        if (flux.Release is not (ReleaseState.Retrying or ReleaseState.GivenUp)) yield break;
        if (flux.RolledBack)
        {
            string tried = flux.TriedVersion ?? instance.Spec.Chart?.Version ?? "the wanted version";
            yield return (ApplicationReasons.UpgradeFailed, $"upgrade to {tried} failed, {flux.RunningVersion ?? "the previous version"} runs again: {flux.ReleaseText}");
        }
        else if (flux.ReleasedFalse && flux.DeployedBefore) yield return (ApplicationReasons.HelmReleaseDegraded, flux.ReleaseText);
    }

    private static Aggregate Working(FluxReading flux, Surroundings around)
    {
        (DesiredCondition? waiting, Blocker? blocker) = Waiting(around);
        DesiredCondition ready = waiting ?? False(flux.DeployedBefore ? ApplicationReasons.Upgrading : ApplicationReasons.Installing, flux.ReleaseText);
        return new(ready, InFlight(Moving(flux), string.Empty), [], Blocker: blocker);
    }

    private static Aggregate Ready(FluxReading flux, Surroundings around, IReadOnlyList<string> warnings)
    {
        var degradations = new List<(string, string)>();
        (DesiredCondition? waiting, Blocker? blocker) = Waiting(around);
        DesiredCondition? ready = waiting;
        if (around.FailedChecks.Count > 0)
        {
            string message = string.Join("; ", around.FailedChecks);
            degradations.Add((ApplicationReasons.EndpointUnreachable, message));
            ready ??= False(ApplicationReasons.EndpointUnreachable, message);
        }

        if (flux.ManifestDrift is { } drift) degradations.Add((ApplicationReasons.Drifted, Or(drift, "the live objects differ from the chart's manifest")));
        ready ??= warnings.Count > 0
            ? new(ApplicationConditions.Ready, ConditionStatus.True, ApplicationReasons.HelmReleaseReadyWithWarnings, string.Join("; ", warnings))
            : new(ApplicationConditions.Ready, ConditionStatus.True, ApplicationReasons.HelmReleaseReady, flux.ReadyText);
        return new(ready.Value, Stable(), degradations, ClearsDegraded: true, blocker);
    }

    // A Secret goes before a Certificate: the certificate of an application that cannot start is nobody's first concern.
    private static (DesiredCondition? Ready, Blocker? Blocker) Waiting(Surroundings around)
    {
        if (around.WaitingSecrets is { Count: > 0 }) return WaitingForSecrets(around);
        return around.WaitingCertificates is { Count: > 0 } certificates
            ? (False(ApplicationReasons.WaitingForCertificate, $"not issued: {string.Join(", ", certificates)}"), null)
            : (null, null);
    }

    // Also before a failure: a release that fails for want of a Secret is healed by the Secret.
    private static (DesiredCondition? Ready, Blocker? Blocker) WaitingForSecrets(Surroundings around)
    {
        if (around.WaitingSecrets is not { Count: > 0 } secrets) return (null, null);
        string message = string.Join("; ", secrets.Select(s => $"ExternalSecret {s.Name} is not synced{Detail(s.Detail)}"));
        WaitingExternalSecret? missing = secrets.FirstOrDefault(s => s.MissingTarget is not null);
        return (False(ApplicationReasons.WaitingForSecret, message), missing is null
            ? null
            : new(ApplicationReasons.MissingSecret, $"Secret {missing.MissingTarget} of ExternalSecret {missing.Name} does not exist", LetsThrough: true));

        static string Detail(string text) => text.Length == 0 ? string.Empty : $" ({text})";
    }

    private static string Moving(FluxReading flux) => flux.DeployedBefore ? ApplicationReasons.HelmReleaseUpgrading : ApplicationReasons.HelmReleaseInstalling;

    private static DesiredCondition Unknown(string message) => new(ApplicationConditions.Ready, ConditionStatus.Unknown, ApplicationReasons.Reconciling, message);

    private static DesiredCondition False(string reason, string message) => new(ApplicationConditions.Ready, ConditionStatus.False, reason, message);

    private static DesiredCondition InFlight(string reason, string message) => new(ApplicationConditions.Reconciling, ConditionStatus.True, reason, message);

    internal static DesiredCondition Stable() => new(ApplicationConditions.Reconciling, ConditionStatus.False, ApplicationReasons.Stable, "nothing is in flight");

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
