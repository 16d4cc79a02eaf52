using VWorkspace.Api;
using VWorkspace.Apps.Observing;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>The second decision of a pass: from what stands now to the status, the reports and the next pass. Pure.</summary>
internal static class StatusDecider
{
    private const string ChangedByOthers = "changed by others: ";

    /// <param name="observed">What was observed, with the children as they are after the writes.</param>
    /// <param name="plan">The first decision.</param>
    /// <param name="outcome">How its writes went.</param>
    /// <param name="around">The state of the running application.</param>
    /// <param name="options">Settings.</param>
    /// <param name="now">The clock.</param>
    public static StatusDecision Decide(Observation observed, ChildPlan plan, WriteOutcome outcome, Surroundings around, AppsOptions options, DateTimeOffset now) =>
        plan.Kind == PassKind.Placeholder || (plan.Kind == PassKind.Paused && observed.Instance.Spec.IsPlaceholder) ? Placeholder(observed, plan, options, now) : Release(observed, plan, outcome, around, options, now);

    private static StatusDecision Placeholder(Observation observed, ChildPlan plan, AppsOptions options, DateTimeOffset now)
    {
        ApplicationInstance instance = observed.Instance;
        var conditions = new List<DesiredCondition>
        {
            new(ApplicationConditions.Ready, ConditionStatus.True, ApplicationReasons.Placeholder, "represents the cluster; owns no release"),
            Aggregation.Stable(),
            plan.Suspension.Condition,
        };
        if (Degradation.Decide(instance.Status.Conditions.Find(ApplicationConditions.Degraded), [], complete: true) is { } recovered) conditions.Add(recovered);
        if (BlockedCondition(instance, plan.Blocker) is { } blocked) conditions.Add(blocked);
        return new()
        {
            Conditions = conditions,
            ObservedGeneration = plan.Kind == PassKind.Paused ? instance.Status.ObservedGeneration : instance.Metadata.Generation,
            Next = Sooner(plan.Blocker is null ? options.SettledResync : options.BlockedRecheckInterval, now, plan.Suspension.ChangesAt),
        };
    }

    private static StatusDecision Release(Observation observed, ChildPlan plan, WriteOutcome outcome, Surroundings around, AppsOptions options, DateTimeOffset now)
    {
        ApplicationInstance instance = observed.Instance;
        bool ours = Ownership.IsOurs(instance, observed.Release);
        FluxReading flux = FluxReading.Read(ours ? observed.Release : null, observed.Source, instance, observed.Chart);
        Aggregate aggregate = Aggregation.Decide(flux, instance, around, plan.Warnings, options, now);
        int failures = outcome.Result == WriteResult.Failed ? observed.Memory.WriteFailures + 1 : 0;
        bool applied = plan.Kind == PassKind.Managed && outcome.Result == WriteResult.Written;
        bool evaluated = applied || plan.Blocker is { WaitsForSpec: true };
        Blocker? blocker = plan.Blocker is { LetsThrough: false } ? plan.Blocker : WriteBlocker(outcome) ?? aggregate.Blocker ?? plan.Blocker;
        var conditions = new List<DesiredCondition>
        {
            Ready(aggregate, blocker, outcome, failures, options),
            Reconciling(aggregate, plan, blocker, outcome),
            plan.Suspension.Condition,
        };
        if (Degradation.Decide(instance.Status.Conditions.Find(ApplicationConditions.Degraded), Degradations(observed, plan, outcome, aggregate), aggregate.ClearsDegraded) is { } degraded)
            conditions.Add(degraded);
        if (plan.Kind != PassKind.Paused && BlockedCondition(instance, blocker) is { } blocked) conditions.Add(blocked);
        bool writesStatus = outcome.Result != WriteResult.Failed || failures >= options.WriteFailureThreshold;
        bool started = writesStatus && plan is { Kind: PassKind.Managed, IsNewGeneration: true } && observed.Memory.StartedGeneration != instance.Metadata.Generation;
        return new()
        {
            Conditions = conditions,
            ObservedGeneration = evaluated ? instance.Metadata.Generation : instance.Status.ObservedGeneration,
            HelmReleaseRef = ours ? new() { Name = observed.Release!.Metadata.Name ?? string.Empty, Namespace = observed.Release.Metadata.Namespace } : instance.Status.HelmReleaseRef,
            LastAppliedChart = applied ? instance.Spec.Chart : instance.Status.LastAppliedChart,
            Endpoints = conditions[0].Status == ConditionStatus.True ? Endpoints(instance, plan, around) : instance.Status.Endpoints,
            Started = started,
            Upgraded = Upgraded(observed, flux),
            Next = Next(conditions, plan, blocker, outcome, aggregate, options, now),
            Memory = new(failures, KnownRevision(observed, flux), started ? instance.Metadata.Generation : observed.Memory.StartedGeneration),
            WritesStatus = writesStatus,
        };
    }

    private static DesiredCondition Ready(Aggregate aggregate, Blocker? blocker, WriteOutcome outcome, int failures, AppsOptions options)
    {
        if (blocker?.ReadyReason is { } reason) return new(ApplicationConditions.Ready, ConditionStatus.False, reason, blocker.Message);
        if (outcome.Result == WriteResult.Refused || failures >= options.WriteFailureThreshold)
            return new(ApplicationConditions.Ready, ConditionStatus.False, ApplicationReasons.HelmReleaseFailed, outcome.Detail);
        return aggregate.Ready;
    }

    private static DesiredCondition Reconciling(Aggregate aggregate, ChildPlan plan, Blocker? blocker, WriteOutcome outcome)
    {
        bool held = plan.Suspension.IsActive || blocker is { LetsThrough: false } || outcome.Result is WriteResult.Refused or WriteResult.Denied;
        return held ? Aggregation.Stable() : aggregate.Reconciling;
    }

    private static Blocker? WriteBlocker(WriteOutcome outcome) =>
        outcome.Result == WriteResult.Denied ? new(ApplicationReasons.PolicyDenied, outcome.Detail) : null;

    private static IReadOnlyList<(string Reason, string Message)> Degradations(Observation observed, ChildPlan plan, WriteOutcome outcome, Aggregate aggregate)
    {
        List<(string Reason, string Message)> causes = [.. aggregate.Degradations];
        if (outcome.Drift.Count > 0) causes.Add((ApplicationReasons.Drifted, ChangedByOthers + string.Join(", ", outcome.Drift)));
        // Only an apply can tell that it is gone.
        bool unseen = plan.Kind != PassKind.Managed && observed.Instance.Status.Conditions.Find(ApplicationConditions.Degraded) is
            { IsTrue: true, Reason: ApplicationReasons.Drifted } stored && stored.Message.StartsWith(ChangedByOthers, StringComparison.Ordinal);
        if (unseen) causes.Add((ApplicationReasons.Drifted, observed.Instance.Status.Conditions.Find(ApplicationConditions.Degraded)!.Message));
        if (plan.Kind is PassKind.Invalid || observed.Instance.Spec.Chart is not { } chart) return causes;
        if (observed.Verdict.DeprecatedNote is { } deprecated)
            causes.Add((ApplicationReasons.ChartVersionDeprecated, ChildPlanner.Note($"chart version {chart.Version} is deprecated", deprecated)));
        if (observed.Verdict.ForbiddenNote is { } forbidden && ChildPlanner.IsOverridden(observed.Instance))
            causes.Add((ApplicationReasons.ForbiddenVersionOverride, ChildPlanner.Note($"chart version {chart.Version} is forbidden and runs by override", forbidden)));
        return causes;
    }

    private static DesiredCondition? BlockedCondition(ApplicationInstance instance, Blocker? blocker)
    {
        if (blocker is not null) return new(ApplicationConditions.Blocked, ConditionStatus.True, blocker.Reason, blocker.Message);
        return instance.Status.Conditions.Find(ApplicationConditions.Blocked) is null
            ? null
            : new(ApplicationConditions.Blocked, ConditionStatus.False, ApplicationReasons.Unblocked, "nothing blocks the instance any more");
    }

    private static (int? From, int To)? Upgraded(Observation observed, FluxReading flux)
    {
        if (flux.RolledBack || flux.Release == ReleaseState.NotObserved || flux.DeployedRevision is not { } revision) return null;
        if (observed.Memory.Revision is { } known) return revision > known ? (known, revision) : null;
        // After a restart the earlier revision is not known; the stored conditions tell whether an upgrade was on its way.
        bool upgrading = observed.Instance.Status.Conditions.Find(ApplicationConditions.Reconciling) is { IsTrue: true, Reason: ApplicationReasons.HelmReleaseUpgrading };
        return upgrading && revision > 1 && flux.Release == ReleaseState.Ready ? (null, revision) : null;
    }

    // A rise that was seen in a status that is not current is told with the one that is.
    private static int? KnownRevision(Observation observed, FluxReading flux) => flux.Release == ReleaseState.NotObserved
        ? observed.Memory.Revision ?? flux.DeployedRevision
        : flux.DeployedRevision ?? observed.Memory.Revision;

    // What comes from values counts once the values are applied; Ingresses are there whatever the spec says by now.
    private static IReadOnlyList<ApplicationEndpoint>? Endpoints(ApplicationInstance instance, ChildPlan plan, Surroundings around) =>
        (plan.Kind != PassKind.Managed && around.Ingresses is not { Count: > 0 }) || KeepsEndpoints(instance, around)
            ? instance.Status.Endpoints
            : NoneIfEmpty(EndpointFinder.Find(instance, plan.Values, around.Ingresses));

    private static NextPass Next(
        List<DesiredCondition> conditions, ChildPlan plan, Blocker? blocker, WriteOutcome outcome, Aggregate aggregate, AppsOptions options, DateTimeOffset now)
    {
        if (outcome.Result != WriteResult.Written) return NextPass.BackOff;
        bool settled = conditions[0].Status == ConditionStatus.True && conditions[1].Status != ConditionStatus.True;
        TimeSpan? delay = blocker is { WaitsForSpec: true } ? null
            : blocker is not null ? options.BlockedRecheckInterval
            : settled ? options.SettledResync
            : options.BlockedRecheckInterval;
        return Sooner(delay, now, plan.Suspension.ChangesAt, aggregate.ChangesAt);
    }

    private static NextPass Sooner(TimeSpan? delay, DateTimeOffset now, params ReadOnlySpan<DateTimeOffset?> moments)
    {
        foreach (DateTimeOffset? moment in moments)
        {
            if (moment is not { } at || at <= now) continue;
            if (delay is null || at - now < delay) delay = at - now;
        }

        return delay is { } after ? NextPass.After(after) : NextPass.OnChange;
    }

    // Ingresses that cannot be seen at the moment are not Ingresses that are gone.
    private static bool KeepsEndpoints(ApplicationInstance instance, Surroundings around) =>
        around.Ingresses is null && instance.Status.Endpoints is { } known && known.Any(e => e.Type == EndpointFinder.FromIngress);

    private static IReadOnlyList<ApplicationEndpoint>? NoneIfEmpty(IReadOnlyList<ApplicationEndpoint> endpoints) => endpoints.Count == 0 ? null : endpoints;
}
