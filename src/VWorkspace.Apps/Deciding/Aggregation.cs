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
        if (flux.Release == ReleaseState.NotObserved)
            return new(Unknown("Flux has not looked at the HelmRelease yet"), InFlight(Moving(flux), string.Empty), []);
        if (flux.Source is SourceState.AbsentOrRefused or SourceState.Failing) return SourceTrouble(flux, options, now);
        if (flux.Source == SourceState.Syncing && flux.Release != ReleaseState.Ready) return Syncing(flux, instance, options, now);
        return flux.Release switch
        {
            ReleaseState.Retrying or ReleaseState.GivenUp => Failed(flux, instance),
            ReleaseState.Working => Working(flux, around),
            _ => Ready(flux, around, warnings),
        };
    }

    private static Aggregate SourceTrouble(FluxReading flux, AppsOptions options, DateTimeOffset now)
    {
        DateTimeOffset threshold = (flux.SourceFailingSince ?? now) + options.ChartUnreachableThreshold;
        bool lasting = now >= threshold && flux.SourceFailingSince is not null;
        return new(
            False(ApplicationReasons.ChartUnreachable, flux.SourceText),
            InFlight(ApplicationReasons.ChartSourceSyncing, string.Empty),
            lasting ? [(ApplicationReasons.ChartUnreachable, flux.SourceText)] : [],
            Blocker: flux.Source == SourceState.AbsentOrRefused ? new(ApplicationReasons.MissingChartSource, flux.SourceText, LetsThrough: true) : null,
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

    private static Aggregate Failed(FluxReading flux, ApplicationInstance instance)
    {
        bool retrying = flux.Release == ReleaseState.Retrying;
        DesiredCondition ready = False(ApplicationReasons.HelmReleaseFailed, flux.ReleaseText);
        DesiredCondition reconciling = retrying ? InFlight(Moving(flux), "Flux tries again") : Stable();
        if (flux.RolledBack)
        {
            string message = $"upgrade to {flux.TriedVersion ?? instance.Spec.Chart?.Version ?? "the wanted version"} failed, {flux.RunningVersion ?? "the previous version"} runs again: {flux.ReleaseText}";
            return new(ready, retrying ? InFlight(ApplicationReasons.HelmReleaseUpgrading, "Flux tries again") : reconciling, [(ApplicationReasons.UpgradeFailed, message)]);
        }

        return new(ready, reconciling, flux.ReleasedFalse && flux.DeployedBefore ? [(ApplicationReasons.HelmReleaseDegraded, flux.ReleaseText)] : []);
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
        if (around.WaitingSecrets is { Count: > 0 } secrets)
        {
            string message = string.Join("; ", secrets.Select(s => $"ExternalSecret {s.Name} is not synced{Detail(s.Detail)}"));
            WaitingExternalSecret? missing = secrets.FirstOrDefault(s => s.MissingTarget is not null);
            return (False(ApplicationReasons.WaitingForSecret, message), missing is null
                ? null
                : new(ApplicationReasons.MissingSecret, $"Secret {missing.MissingTarget} of ExternalSecret {missing.Name} does not exist", LetsThrough: true));
        }

        return around.WaitingCertificates is { Count: > 0 } certificates
            ? (False(ApplicationReasons.WaitingForCertificate, $"not issued: {string.Join(", ", certificates)}"), null)
            : (null, null);

        static string Detail(string text) => text.Length == 0 ? string.Empty : $" ({text})";
    }

    private static string Moving(FluxReading flux) => flux.DeployedBefore ? ApplicationReasons.HelmReleaseUpgrading : ApplicationReasons.HelmReleaseInstalling;

    private static DesiredCondition Unknown(string message) => new(ApplicationConditions.Ready, ConditionStatus.Unknown, ApplicationReasons.Reconciling, message);

    private static DesiredCondition False(string reason, string message) => new(ApplicationConditions.Ready, ConditionStatus.False, reason, message);

    private static DesiredCondition InFlight(string reason, string message) => new(ApplicationConditions.Reconciling, ConditionStatus.True, reason, message);

    internal static DesiredCondition Stable() => new(ApplicationConditions.Reconciling, ConditionStatus.False, ApplicationReasons.Stable, "nothing is in flight");

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
