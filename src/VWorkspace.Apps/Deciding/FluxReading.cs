using System.Text.Json;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>State of a chart source, seen from a release.</summary>
internal enum SourceState
{
    /// <summary>An artifact is there.</summary>
    Available,

    /// <summary>Being fetched.</summary>
    Syncing,

    /// <summary>Cannot be fetched; may heal.</summary>
    Failing,

    /// <summary>It answered: the chart or version is not there, or the address is refused.</summary>
    AbsentOrRefused,
}

/// <summary>State of a HelmRelease.</summary>
internal enum ReleaseState
{
    /// <summary>Missing, without conditions, or its status is about an older generation.</summary>
    NotObserved,

    /// <summary>An action runs.</summary>
    Working,

    /// <summary>Failed, and Flux tries again.</summary>
    Retrying,

    /// <summary>Failed for good.</summary>
    GivenUp,

    /// <summary>Ready.</summary>
    Ready,
}

/// <summary>What the Flux objects of an instance say, in the terms of the specification. Pure; unknown reasons of Flux count by their status alone.</summary>
internal sealed record FluxReading
{
    private const string True = ConditionStatus.True;
    private const string False = ConditionStatus.False;

    public required ReleaseState Release { get; init; }

    public required SourceState Source { get; init; }

    /// <summary>There is a HelmRelease, whatever its status says.</summary>
    public bool ReleaseExists { get; init; }

    /// <summary>A revision ran before.</summary>
    public bool DeployedBefore { get; init; }

    /// <summary>The last upgrade failed and the previous revision runs again.</summary>
    public bool RolledBack { get; init; }

    /// <summary>The condition Released of the HelmRelease is False.</summary>
    public bool ReleasedFalse { get; init; }

    /// <summary>Flux's reason and text about the release.</summary>
    public string ReleaseText { get; init; } = string.Empty;

    /// <summary>Flux's own text of Ready, without reason.</summary>
    public string ReadyText { get; init; } = string.Empty;

    /// <summary>Flux's reason and text about the source.</summary>
    public string SourceText { get; init; } = string.Empty;

    /// <summary>Since when the source is failing without interruption; null when it is not or nobody knows.</summary>
    public DateTimeOffset? SourceFailingSince { get; init; }

    /// <summary>What differs from the chart's manifest, or null.</summary>
    public string? ManifestDrift { get; init; }

    /// <summary>Newest Helm revision whose status is deployed, or null.</summary>
    public int? DeployedRevision { get; init; }

    /// <summary>Version of the chart that runs, or null.</summary>
    public string? RunningVersion { get; init; }

    /// <summary>Chart version that Flux tried last, whatever the spec says by now.</summary>
    public string? TriedVersion { get; init; }

    /// <param name="release">The release, when it is ours.</param>
    /// <param name="source">The chart source.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="chart">The HelmChart of a chart repository, when it was looked at: it knows better than the repository whether the chart is there.</param>
    public static FluxReading Read(HelmRelease? release, ChartSource? source, ApplicationInstance instance, ChartSource? chart = null)
    {
        Condition? ready = release?.Status.Conditions.Find("Ready");
        ReleaseState state = StateOf(release, ready);
        if (state == ReleaseState.Ready && !IsCurrent(release!, source, instance)) state = ReleaseState.NotObserved;
        bool fresh = state != ReleaseState.NotObserved;
        (SourceState sourceState, string sourceText, DateTimeOffset? since) = ReadSource(source, fresh ? ready : null, chart);
        HelmRevision? newest = release?.Status.History.Count > 0 ? release.Status.History[0] : null;
        Condition? released = release?.Status.Conditions.Find("Released");
        Condition? remediated = release?.Status.Conditions.Find("Remediated");
        Condition? drifted = release?.Status.Conditions.Find("Drifted");
        return new()
        {
            Release = state,
            Source = sourceState,
            ReleaseExists = release is not null,
            // Installed, not converged: its revision is deployed, and yet nothing ran before it.
            DeployedBefore = ready is not { Status: False, Reason: "InstallSucceeded" } && WasDeployed(release, instance),
            RolledBack = remediated is { Status: True, Reason: "RollbackSucceeded" } && released is not { Status: True }
                && (remediated.ObservedGeneration ?? 0) >= (released?.ObservedGeneration ?? 0),
            ReleasedFalse = released is { Status: False },
            ReleaseText = Text(ready is { Status: False or True } ? ready : released is { Status: False } ? released : ready),
            ReadyText = Redactor.Copied(ready?.Message),
            SourceText = sourceText,
            SourceFailingSince = since,
            ManifestDrift = fresh && drifted is { Status: True } ? Redactor.Copied(drifted.Message) : null,
            DeployedRevision = newest is { Status: "deployed" } ? newest.Version : null,
            TriedVersion = release?.Status.LastAttemptedRevision,
            RunningVersion = release?.Status.History.FirstOrDefault(r => r.Status == "deployed")?.ChartVersion,
        };
    }

    /// <summary>True when a release says that it cannot have its chart.</summary>
    public static bool WaitsForSource(HelmRelease? release) => SaysSourceMissing(release?.Status.Conditions.Find("Ready"));

    private static bool SaysSourceMissing(Condition? ready) => ready is { Status: False, Reason: "SourceNotReady" or "ChartNotReady" or "ArtifactFailed" };

    private static ReleaseState StateOf(HelmRelease? release, Condition? ready)
    {
        if (release is null || release.Status.Conditions.Count == 0 || !IsFresh(release, ready)) return ReleaseState.NotObserved;
        Condition? reconciling = release.Status.Conditions.Find("Reconciling");
        if (release.Status.Conditions.Find("Stalled") is { Status: True }) return ReleaseState.GivenUp;
        if (ready is { Status: True }) return ReleaseState.Ready;
        if (ready is null or { Status: ConditionStatus.Unknown }) return ReleaseState.Working;
        if (ready.Reason is "DependencyNotReady" or "InstallSucceeded" or "UpgradeSucceeded") return ReleaseState.Working;
        if (reconciling is not { Status: True }) return ReleaseState.GivenUp;
        return reconciling.Reason == "Progressing" ? ReleaseState.Working : ReleaseState.Retrying;
    }

    // A HelmRelease that points to an OCIRepository does not change when the version does: it is Ready for what it tried last, and that may
    // still be the artifact of the version before.
    private static bool IsCurrent(HelmRelease release, ChartSource? source, ApplicationInstance instance)
    {
        if (instance.Spec.Chart?.SourceType != ChartSourceType.Oci || source is null) return true;
        Condition? ready = source.Status.Conditions.Find("Ready");
        if (!IsFresh(source, ready)) return false;
        string revision = source.Status.Artifact?.Revision ?? string.Empty;
        int at = revision.IndexOf('@', StringComparison.Ordinal);

        // While another tag is being fetched, the artifact is still that of the version before.
        if (ready!.Status == ConditionStatus.Unknown && at > 0 && TagOf(source) is { } wanted && revision[..at] != wanted) return false;
        return at < 0 || string.IsNullOrEmpty(release.Status.LastAttemptedRevisionDigest) || release.Status.LastAttemptedRevisionDigest == revision[(at + 1)..];
    }

    private static string? TagOf(ChartSource source) =>
        source.Spec is not null
        && source.Spec.TryGetMember("ref", out JsonElement reference) && reference.ValueKind == JsonValueKind.Object
        && reference.TryGetProperty("tag", out JsonElement tag) && tag.ValueKind == JsonValueKind.String
            ? tag.GetString()
            : null;

    private static bool IsFresh(ChartSource source, Condition? ready) =>
        ready is not null && (source.Status.ObservedGeneration == source.Metadata.Generation || ready.ObservedGeneration == source.Metadata.Generation);

    // The status field alone moves only when the release becomes ready or stalls; during retries only the condition is current.
    private static bool IsFresh(HelmRelease release, Condition? ready) =>
        release.Status.ObservedGeneration == release.Metadata.Generation || ready?.ObservedGeneration == release.Metadata.Generation;

    private static (SourceState State, string Text, DateTimeOffset? Since) ReadSource(ChartSource? source, Condition? release, ChartSource? chart)
    {
        Condition? ready = source?.Status.Conditions.Find("Ready");
        bool fresh = source is not null && IsFresh(source, ready);
        if (source is not null && fresh && SourceFault(source, ready!) is { } fault) return fault;
        if (SaysSourceMissing(release) && chart?.Status.Conditions.Find("Ready") is { } built && IsFresh(chart, built) && SourceFault(chart, built) is { } chartFault) return chartFault;
        bool releaseWaits = release is { Status: False, Reason: "SourceNotReady" or "ChartNotReady" };
        if (release is { Status: False, Reason: "ArtifactFailed" } || (releaseWaits && SaysAbsent(release!)))
        {
            SourceState state = SaysAbsent(release!) ? SourceState.AbsentOrRefused : SourceState.Failing;
            return (state, Text(release), release!.LastTransitionTime);
        }

        bool syncing = !fresh || ready!.Status == ConditionStatus.Unknown || source!.Status.Conditions.Find("Reconciling") is { Status: True } || releaseWaits;
        return syncing ? (SourceState.Syncing, Text(ready), null) : (SourceState.Available, Text(ready), null);
    }

    private static (SourceState State, string Text, DateTimeOffset? Since)? SourceFault(ChartSource source, Condition ready)
    {
        if (ready.Status != False) return null;
        Condition? stalled = source.Status.Conditions.Find("Stalled");
        Condition? fetch = source.Status.Conditions.Find("FetchFailed");
        Condition? storage = source.Status.Conditions.Find("StorageOperationFailed");
        Condition? build = source.Status.Conditions.Find("BuildFailed");
        Condition? cause = new[] { fetch, storage, build, stalled }.FirstOrDefault(c => c is { Status: True });
        bool retriesQuietly = source.Status.Conditions.Find("Reconciling") is { Status: True };
        if (cause is null && retriesQuietly) return null;
        Condition shown = cause ?? ready;
        bool absent = stalled is { Status: True, Reason: "URLInvalid" } || SaysAbsent(shown);
        return (absent ? SourceState.AbsentOrRefused : SourceState.Failing, Text(shown), shown.LastTransitionTime ?? ready.LastTransitionTime);
    }

    // The registry or repository answered and does not have it. A missing credential is another matter: that may heal.
    private static bool SaysAbsent(Condition condition)
    {
        if (condition.Reason is "AuthenticationFailed" || condition.Message.Contains("secret", StringComparison.OrdinalIgnoreCase)) return false;
        string text = condition.Message;
        return Says("manifest unknown") || Says("MANIFEST_UNKNOWN") || Says("name unknown") || Says("NAME_UNKNOWN") || Says("chart with version matching")
            || Says("no chart version found") || Says("no chart name found") || Says("not found") || Says("no such chart") || Says("unknown chart");

        bool Says(string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    private static bool WasDeployed(HelmRelease? release, ApplicationInstance instance)
    {
        if (release is null) return false;
        if (release.Status.History.Count > 0) return release.Status.History.Any(r => r.WasDeployed);
        Condition? ready = instance.Status.Conditions.Find(ApplicationConditions.Ready);
        return ready is { IsTrue: true } or { Reason: ApplicationReasons.Upgrading }
            || instance.Status.Conditions.Find(ApplicationConditions.Reconciling) is { IsTrue: true, Reason: ApplicationReasons.HelmReleaseUpgrading };
    }

    private static string Text(Condition? condition)
    {
        if (condition is null) return string.Empty;
        string message = Redactor.Copied(condition.Message);
        return message.Length == 0 ? condition.Reason : $"{condition.Reason}: {message}";
    }
}
