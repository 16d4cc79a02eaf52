using System.Globalization;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Acting;

/// <summary>
/// Makes Events, log lines, metrics and reports out of the transitions of one status write, after that write. Each transition gives one of
/// each, so that they cannot disagree.
/// </summary>
internal sealed partial class TransitionPublisher(IEventRecorder events, IEventSink sink, TimeProvider clock, AppsMetrics metrics, ILogger<TransitionPublisher> log)
{
    public const string ReconcileStarted = "ReconcileStarted";
    public const string ReconcileSucceeded = "ReconcileSucceeded";
    public const string ReconcileFailed = "ReconcileFailed";
    public const string HelmReleaseUpgraded = "HelmReleaseUpgraded";

    private static readonly string[] FailureReasons =
    [
        ApplicationReasons.HelmReleaseFailed, ApplicationReasons.ChartUnreachable, ApplicationReasons.ValidationFailed, ApplicationReasons.EndpointUnreachable,
    ];

    /// <summary>What an Event says.</summary>
    /// <param name="Reason">Reason of the Event.</param>
    /// <param name="Type">Normal or Warning.</param>
    /// <param name="Message">Text for people.</param>
    /// <param name="Condition">The condition that goes with it in a report.</param>
    /// <param name="IsNamed">True for the Events that are reported under their own name as well.</param>
    internal sealed record Announcement(string Reason, EventType Type, string Message, Condition? Condition, bool IsNamed);

    /// <summary>Publishes one pass.</summary>
    /// <param name="instance">The instance as it is stored now.</param>
    /// <param name="transitions">What changed.</param>
    /// <param name="decision">What was decided.</param>
    public void Publish(ApplicationInstance instance, IReadOnlyList<ConditionTransition> transitions, StatusDecision decision)
    {
        foreach (ConditionTransition transition in transitions)
        {
            Condition current = transition.Current;
            Changed(log, current.Type, current.Status, current.Reason, transition.Previous?.Status ?? string.Empty, current.Message);
            metrics.Transition(current);
            Report(instance, StateReport.TransitionKind, current, current.Reason, current.Message);
        }

        foreach (Announcement announcement in Announcements(instance, transitions, decision))
        {
            events.Record(ObjectReference.To(ApiResources.ApplicationInstances, instance), announcement.Type, announcement.Reason, Redactor.Copied(announcement.Message));
            if (announcement.IsNamed) Report(instance, announcement.Reason, announcement.Condition, announcement.Reason, announcement.Message);
        }
    }

    /// <summary>The Events of one pass: one for each transition, and one for each milestone that has no transition of its own. Pure.</summary>
    internal static IReadOnlyList<Announcement> Announcements(ApplicationInstance instance, IReadOnlyList<ConditionTransition> transitions, StatusDecision decision)
    {
        var result = new List<Announcement>();
        string generation = instance.Metadata.Generation.ToString(CultureInfo.InvariantCulture);
        bool startShown = !decision.Started;
        bool successShown = false;
        foreach (ConditionTransition transition in transitions)
        {
            Condition current = transition.Current;
            if (!startShown && current is { Type: ApplicationConditions.Reconciling, IsTrue: true })
            {
                startShown = true;
                result.Insert(0, new(ReconcileStarted, EventType.Normal, $"generation {generation}", current, IsNamed: true));
            }
            else if (current is { Type: ApplicationConditions.Ready, IsTrue: true } && transition.StatusChanged)
            {
                successShown = true;
                result.Add(new(ReconcileSucceeded, EventType.Normal, Success(instance, current), current, IsNamed: true));
            }
            else if (IsFailure(current)) result.Add(new(ReconcileFailed, EventType.Warning, $"{current.Reason}: {current.Message}", current, IsNamed: true));
            else result.Add(new(current.Reason, TypeOf(current), $"{current.Type}={current.Status}: {current.Message}", current, IsNamed: false));
        }

        if (!startShown)
            result.Insert(0, new(ReconcileStarted, EventType.Normal, $"generation {generation}", instance.Status.Conditions.Find(ApplicationConditions.Reconciling), IsNamed: true));
        if (decision.Upgraded is { } upgraded) result.Insert(startShown && result.Count == 0 ? 0 : Math.Min(1, result.Count), Upgrade(instance, upgraded));
        Condition? ready = instance.Status.Conditions.Find(ApplicationConditions.Ready);
        if (decision.Started && !successShown && ready is { IsTrue: true })
            result.Add(new(ReconcileSucceeded, EventType.Normal, Success(instance, ready), ready, IsNamed: true));
        return result;
    }

    private static Announcement Upgrade(ApplicationInstance instance, (int? From, int To) upgraded)
    {
        string message = upgraded.From is { } from
            ? string.Create(CultureInfo.InvariantCulture, $"revision {from} to {upgraded.To}")
            : string.Create(CultureInfo.InvariantCulture, $"to revision {upgraded.To}");
        return new(HelmReleaseUpgraded, EventType.Normal, message, instance.Status.Conditions.Find(ApplicationConditions.Ready), IsNamed: true);
    }

    private static string Success(ApplicationInstance instance, Condition ready) =>
        instance.Status.LastAppliedChart is { } chart ? $"chart {chart.Name} {chart.Version}" : ready.Message;

    private static bool IsFailure(Condition condition) =>
        condition is { Type: ApplicationConditions.Degraded, IsTrue: true }
        || (condition is { Type: ApplicationConditions.Ready, IsFalse: true } && FailureReasons.Contains(condition.Reason, StringComparer.Ordinal));

    private static EventType TypeOf(Condition condition) => condition is { Type: ApplicationConditions.Blocked, IsTrue: true } ? EventType.Warning : EventType.Normal;

    private void Report(ApplicationInstance instance, string kind, Condition? condition, string reason, string message) => sink.Report(new()
    {
        Kind = kind,
        ObjectKind = ApiResources.ApplicationInstances.Kind,
        Key = ObjectKey.Of(instance),
        Uid = instance.Metadata.Uid,
        Generation = instance.Metadata.Generation,
        Condition = condition,
        Reason = reason,
        Message = Redactor.Copied(message),
        OccurredAt = kind == StateReport.TransitionKind && condition?.LastTransitionTime is { } time ? time : clock.GetUtcNow(),
        ApplicationInstance = instance.Metadata.Name,
        Endpoints = condition is { Type: ApplicationConditions.Ready, IsTrue: true } ? instance.Status.Endpoints ?? [] : [],
    });

    [LoggerMessage(Level = LogLevel.Information, Message = "condition changed")]
    private static partial void Changed(ILogger logger, string type, string status, string reason, string previous_status, string condition_message);
}
