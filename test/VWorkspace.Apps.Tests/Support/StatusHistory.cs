using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>One status write as a watch showed it.</summary>
/// <param name="Transitions">Conditions that appeared or changed status or reason, as <c>Type=Status/Reason</c>.</param>
/// <param name="Events">Reasons of the Events that belong to it by the book, <c>HelmReleaseUpgraded</c> apart.</param>
internal sealed record StatusWrite(IReadOnlyList<string> Transitions, IReadOnlyList<string> Events);

/// <summary>
/// Follows all instances of a namespace through a watch, and holds every version against the rules for status writes: times of transitions,
/// observed generations, no write without a change.
/// </summary>
internal sealed class StatusHistory : IAsyncDisposable
{
    private static readonly KubernetesResource<DynamicObject> Resource = DynamicObject.Resource(ApiResources.ApplicationInstances.Kind, "applicationinstances");
    private static readonly string[] Failures = ["HelmReleaseFailed", "ChartUnreachable", "ValidationFailed", "EndpointUnreachable"];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<DateTimeOffset> _now;
    private readonly WatchMirror _mirror;
    private readonly Dictionary<string, DynamicObject> _last = new(StringComparer.Ordinal);
    private readonly List<StatusWrite> _writes = [];
    private readonly List<string> _violations = [];
    private readonly Task _reading;

    public StatusHistory(IKubernetesClient client, string @namespace, Func<DateTimeOffset> now)
    {
        _now = now;
        _mirror = new(Resource.Kind, @namespace, null, null);
        _reading = ReadAsync(client, @namespace);
    }

    public Pulse Activity { get; } = new();

    public IReadOnlyList<StatusWrite> Writes { get { lock (_gate) return [.. _writes]; } }

    /// <summary>Rules that a version broke.</summary>
    public IReadOnlyList<string> Violations { get { lock (_gate) return [.. _violations]; } }

    /// <summary>Everything that any condition ever said, as <c>Type=Status/Reason</c>.</summary>
    public IReadOnlySet<string> Reached { get { lock (_gate) return _writes.SelectMany(w => w.Transitions).ToHashSet(StringComparer.Ordinal); } }

    public bool IsCurrent(InMemoryApiServer server) => _mirror.IsCurrent(server);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(IKubernetesClient client, string @namespace)
    {
        ApiResult<IWatchStream<DynamicObject>> answer = await client.WatchAsync(
            Resource, @namespace, new() { SendInitialEvents = true, Timeout = TimeSpan.FromHours(1), IdleTimeout = Timeout.InfiniteTimeSpan }, _stop.Token);
        await using IWatchStream<DynamicObject> stream = answer.Value;
        await foreach (WatchEvent<DynamicObject> line in stream.WithCancellation(_stop.Token))
        {
            if (line.Object is { } seen) lock (_gate) See(seen, line.Type == WatchEventType.Deleted);
            _mirror.Apply(line);
            Activity.Beat();
        }
    }

    private void See(DynamicObject now, bool deleted)
    {
        string uid = now.Metadata.Uid!;
        _last.Remove(uid, out DynamicObject? before);
        if (deleted) return;
        _last[uid] = now;
        ApplicationInstance current = now.Json.Deserialize(ApiJson.Default.ApplicationInstance)!;
        ApplicationInstance? previous = before?.Json.Deserialize(ApiJson.Default.ApplicationInstance);
        if (before is not null && JsonNode.DeepEquals(Essence(before), Essence(now))) Broken(now, "a write that changes nothing");
        var transitions = new List<ConditionTransition>();
        foreach (Condition condition in current.Status.Conditions)
        {
            Condition? old = previous?.Status.Conditions.Find(condition.Type);
            Check(now, current, condition, old);
            if (old?.Status != condition.Status || old.Reason != condition.Reason) transitions.Add(new(condition, old));
        }

        foreach (Condition old in previous?.Status.Conditions ?? [])
            if (current.Status.Conditions.Find(old.Type) is null) Broken(now, $"{old.Type} is gone");
        if (current.Status.ObservedGeneration < previous?.Status.ObservedGeneration) Broken(now, "status.observedGeneration goes back");
        if (current.Status.ObservedGeneration > current.Metadata.Generation) Broken(now, "status.observedGeneration is ahead");
        bool started = (current.Status.ObservedGeneration ?? 0) > (previous?.Status.ObservedGeneration ?? 0)
            && current.Status.Conditions.Find("Ready") is not { Reason: "ValidationFailed" or "Placeholder" };
        if (transitions.Count > 0 || started) _writes.Add(new([.. transitions.Select(t => Text(t.Current))], EventsOf(current, transitions, started)));
    }

    private void Check(DynamicObject now, ApplicationInstance current, Condition condition, Condition? old)
    {
        bool changed = old?.Status != condition.Status;
        DateTimeOffset instant = _now();
        DateTimeOffset written = new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        if (changed && condition.LastTransitionTime != written) Broken(now, $"{condition.Type}: the status changed at {written:O}, lastTransitionTime says {condition.LastTransitionTime:O}");
        if (!changed && condition.LastTransitionTime != old?.LastTransitionTime) Broken(now, $"{condition.Type}: lastTransitionTime moves without the status");
        if (condition.ObservedGeneration is not { } observed) Broken(now, $"{condition.Type}: no observedGeneration");
        else if (observed > current.Metadata.Generation) Broken(now, $"{condition.Type}: observedGeneration is ahead");
        else if (observed < old?.ObservedGeneration) Broken(now, $"{condition.Type}: observedGeneration goes back");
    }

    // The rules of the handbook for Events, from what is stored alone.
    private static List<string> EventsOf(ApplicationInstance current, List<ConditionTransition> transitions, bool started)
    {
        var events = new List<string>();
        bool startShown = !started, successShown = false;
        foreach (ConditionTransition transition in transitions)
        {
            Condition condition = transition.Current;
            if (!startShown && condition is { Type: "Reconciling", Status: "True" })
            {
                startShown = true;
                events.Add("ReconcileStarted");
            }
            else if (condition is { Type: "Ready", Status: "True" } && transition.StatusChanged)
            {
                successShown = true;
                events.Add("ReconcileSucceeded");
            }
            else if (condition is { Type: "Degraded", Status: "True" } || (condition is { Type: "Ready", Status: "False" } && Failures.Contains(condition.Reason, StringComparer.Ordinal)))
            {
                events.Add("ReconcileFailed");
            }
            else
            {
                events.Add(condition.Reason);
            }
        }

        if (!startShown) events.Add("ReconcileStarted");
        if (started && !successShown && current.Status.Conditions.IsTrue("Ready")) events.Add("ReconcileSucceeded");
        return events;
    }

    private void Broken(DynamicObject at, string rule) => _violations.Add($"{at.Metadata.Name}@{at.Metadata.ResourceVersion}: {rule}");

    private static JsonNode Essence(DynamicObject obj)
    {
        JsonObject copy = obj.Json.DeepClone().AsObject();
        copy["metadata"]!.AsObject().Remove("resourceVersion");
        copy["metadata"]!.AsObject().Remove("managedFields");
        copy["status"]?.AsObject().Remove("lastReconcileTime");
        return copy;
    }

    public static string Text(Condition condition) => $"{condition.Type}={condition.Status}/{condition.Reason}";
}
