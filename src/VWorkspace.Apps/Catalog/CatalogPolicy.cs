using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Catalog;
using VWorkspace.Apps.Flux;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>
/// The cached policy of the catalog: one ConfigMap in the namespace of the operator, written by whoever brings the policy to the cluster and watched by its
/// exact name. Read by admission and by the controller. A content that cannot be read changes nothing: the last good one goes on.
/// </summary>
public sealed partial class CatalogPolicy : IChartVersionPolicy
{
    /// <summary>Name of the ConfigMap.</summary>
    public const string ConfigMapName = "vworkspace-catalog-policy";

    /// <summary>The key that holds the policy, in YAML or JSON.</summary>
    public const string Key = "policy.yaml";

    /// <summary>Reason of the Event on a ConfigMap that cannot be read.</summary>
    public const string InvalidReason = "CatalogPolicyInvalid";

    /// <summary>Reason of the Event on a ConfigMap that can be read again.</summary>
    public const string AcceptedReason = "CatalogPolicyAccepted";

    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly IControllerManager _manager;
    private readonly string _namespace;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Lock _gate = new();
    private readonly IInformer<DataObject> _informer;
    private State _state = State.None;
    private Followed? _followed;

    private CatalogPolicy(IControllerManager manager, string @namespace)
    {
        (_manager, _namespace) = (manager, @namespace);
        _log = manager.Logging.CreateLogger("catalog-policy");
        _informer = manager.Cache.Informer(FluxResources.ConfigMaps, new InformerScope(@namespace, FieldSelector: $"metadata.name={ConfigMapName}"), optional: true);
    }

    /// <summary>Opens the watch of a manager that has not been started.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="operatorNamespace">Namespace of the operator.</param>
    public static CatalogPolicy Open(IControllerManager manager, string operatorNamespace)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentException.ThrowIfNullOrEmpty(operatorNamespace);
        var policy = new CatalogPolicy(manager, operatorNamespace);
        _ = policy._informer.Subscribe(new Handler(policy));
        return policy;
    }

    /// <inheritdoc/>
    public ChartVersionVerdict Judge(ChartVersionQuestion question) => Now().Judge(question, _manager.Clock.GetUtcNow());

    /// <summary>
    /// Calls back for each instance about which the policy says something else than before, until the token fires; tells about a content that cannot be
    /// read on the ConfigMap itself. Runs on the leader.
    /// </summary>
    internal async Task FollowAsync(IObjectStore<ApplicationInstance> instances, Action<ObjectKey> judgedAnew, CancellationToken cancellationToken)
    {
        (State State, DateTimeOffset At) last = (State.None, _manager.Clock.GetUtcNow());
        while (true)
        {
            (State State, DateTimeOffset At) now = (Now(), _manager.Clock.GetUtcNow());
            Tell(last.State, now.State);
            foreach (ApplicationInstance instance in instances.List())
            {
                if (ChartVersionQuestion.Of(instance) is not { } question) continue;
                if (last.State.Judge(question, last.At) != now.State.Judge(question, now.At)) judgedAnew(ObjectKey.Of(instance));
            }

            last = now;
            // Woken by a change, and at the moment when the content expires.
            TimeSpan sleep = now.State.Good?.ValidUntil is { } end && end > now.At ? end - now.At : LongestSleep;
            if (sleep > LongestSleep) sleep = LongestSleep;
            Volatile.Write(ref _followed, new(now.State, now.At + sleep));
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task woken = _changed.WaitAsync(wait.Token);

            // The end of the first list wakes too, for a list that holds no policy changes nothing that a handler could be told, and one that does is told before its end.
            Task listed = ReferenceEquals(now.State, State.Unread) ? _informer.WaitForSyncAsync(wait.Token) : woken;
            await Task.WhenAny(Task.Delay(sleep, _manager.Clock, wait.Token), woken, listed).ConfigureAwait(false);
            await wait.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>True when everybody who is judged anew has been told; for tests.</summary>
    internal bool IsResting => Volatile.Read(ref _followed) is { } followed && ReferenceEquals(followed.State, Now()) && followed.Until > _manager.Clock.GetUtcNow();

    // Read from the store and not from what handlers were told: an instance may be looked at before those have had their turn, and what needs an
    // approval must not slip through in the first moment of a process.
    private State Now()
    {
        if (!_informer.HasSynced) return State.Unread;
        DataObject? map = _informer.Store.Get(new(_namespace, ConfigMapName));
        lock (_gate)
        {
            if (!ReferenceEquals(map, _state.Map)) See(map);
            return _state;
        }
    }

    private void See(DataObject? map)
    {
        State before = _state;
        State next = map is null ? State.None : Read(map, before);
        _state = next;
        if (next.Fault is { } fault && fault != before.Fault) Invalid(_log, _namespace, ConfigMapName, fault, before.Good is not null);
        else if (next.Fault is null && !ReferenceEquals(next, State.None)) Accepted(_log, _namespace, ConfigMapName, next.Good!.Entries.Count);
        else if (ReferenceEquals(next, State.None) && !ReferenceEquals(before, State.None)) Gone(_log, _namespace, ConfigMapName);
    }

    private void Wake()
    {
        lock (_changed)
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
    }

    private static State Read(DataObject map, State before)
    {
        if (map.Data is null || !map.Data.TryGetValue(Key, out string? text)) return before with { Map = map, Fault = $"there is no key {Key}" };
        CatalogPolicyDocument? document = CatalogPolicyReader.Read(text, out IReadOnlyList<string> faults);
        return document is null ? before with { Map = map, Fault = string.Join("; ", faults) } : new(map, document, null);
    }

    private void Tell(State before, State now)
    {
        // Not having been read is no fault of the content: nothing is told when it comes to an end well.
        string? told = ReferenceEquals(before, State.Unread) ? null : before.Fault;
        if (now.Map is not { } map || now.Fault == told) return;
        ObjectReference about = ObjectReference.To(FluxResources.ConfigMaps, map);
        if (now.Fault is { } fault) _manager.Events.Record(about, EventType.Warning, InvalidReason, $"{(now.Good is null ? "there is no policy to fall back to" : "the policy before it goes on")}: {fault}");
        else _manager.Events.Record(about, EventType.Normal, AcceptedReason, "the policy can be read again");
    }

    /// <summary>What is known: the ConfigMap as it is, the last content that could be read, and why the present one cannot.</summary>
    private sealed record State(DataObject? Map, CatalogPolicyDocument? Good, string? Fault)
    {
        /// <summary>There is no ConfigMap: no policy.</summary>
        public static State None { get; } = new(null, null, null);

        /// <summary>Nobody knows yet.</summary>
        public static State Unread { get; } = new(null, null, "it has not been read yet");

        public ChartVersionVerdict Judge(ChartVersionQuestion question, DateTimeOffset now) =>
            Good is { } policy ? policy.Judge(question, now)
            : Fault is { } fault ? ChartVersionVerdict.Unobjectionable with { Unavailable = $"ConfigMap {ConfigMapName} of the operator cannot be read: {fault}" }
            : ChartVersionVerdict.Unobjectionable;
    }

    /// <summary>Up to where <see cref="FollowAsync"/> has come, and when it looks again by itself.</summary>
    private sealed record Followed(State State, DateTimeOffset Until);

    private sealed class Handler(CatalogPolicy policy) : IInformerHandler<DataObject>
    {
        public void OnAdded(DataObject obj, bool isInitial) => policy.Wake();

        public void OnUpdated(DataObject previous, DataObject current) => policy.Wake();

        public void OnDeleted(DataObject last) => policy.Wake();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "catalog policy cannot be read")]
    private static partial void Invalid(ILogger logger, string target_namespace, string target_name, string error, bool last_good_kept);

    [LoggerMessage(Level = LogLevel.Information, Message = "catalog policy taken up")]
    private static partial void Accepted(ILogger logger, string target_namespace, string target_name, int entries);

    [LoggerMessage(Level = LogLevel.Information, Message = "catalog policy is gone, every version is admitted")]
    private static partial void Gone(ILogger logger, string target_namespace, string target_name);
}
