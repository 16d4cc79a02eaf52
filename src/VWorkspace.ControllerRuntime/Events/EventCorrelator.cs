namespace VWorkspace.ControllerRuntime;

/// <summary>One Event on its way: what it is about, what it says, and when it happened.</summary>
internal sealed record PendingEvent(ObjectReference Regarding, EventType Type, string Reason, string Message, DateTimeOffset At);

/// <summary>What to write for an Event.</summary>
/// <param name="Key">Identity under which the written Event is remembered with <see cref="EventCorrelator.Written"/>.</param>
/// <param name="Message">The message; with a prefix when similar Events were folded.</param>
/// <param name="Count">How often it happened.</param>
/// <param name="Existing">Name and namespace of the Event to patch, or null to create one.</param>
internal sealed record CorrelatedEvent(EventIdentity Key, string Message, int Count, Kubernetes.ObjectKey? Existing);

/// <summary>Events with the same identity are one object. A null message stands for all messages.</summary>
internal readonly record struct EventIdentity(Kubernetes.GroupVersionKind Kind, Kubernetes.ObjectKey Regarding, string? Uid, EventType Type, string Reason, string? Message);

/// <summary>
/// Decides what becomes of an Event, as client-go's correlator does: repeated ones are counted, similar ones folded, too many of one object dropped.
/// No I/O. Not for concurrent use.
/// </summary>
internal sealed class EventCorrelator(EventRecorderOptions options, TimeProvider clock)
{
    private const string FoldedPrefix = "(combined from similar events): ";

    private readonly LruDictionary<EventIdentity, Similar> _similar = new(options.Memory);
    private readonly LruDictionary<EventIdentity, (Kubernetes.ObjectKey Name, int Count)> _written = new(options.Memory);
    private readonly LruDictionary<(Kubernetes.GroupVersionKind, Kubernetes.ObjectKey, string?), TokenBucket> _buckets = new(options.Memory);

    /// <returns>What to write, or null when it is dropped.</returns>
    public CorrelatedEvent? Correlate(PendingEvent pending)
    {
        ObjectReference about = pending.Regarding;
        var group = new EventIdentity(about.Kind, about.Key, about.Uid, pending.Type, pending.Reason, null);
        EventIdentity key = group with { Message = pending.Message };
        string message = pending.Message;

        if (!_similar.TryGet(group, out Similar? similar) || clock.GetElapsedTime(similar.LastAt) > options.SimilarWindow) _similar.Set(group, similar = new());
        similar.LastAt = clock.GetTimestamp();
        if (!similar.Messages.Contains(message))
        {
            if (similar.Messages.Count < options.SimilarEvents) similar.Messages.Add(message);
            else (key, message) = (group, FoldedPrefix + message);
        }

        if (!_buckets.TryGet((about.Kind, about.Key, about.Uid), out TokenBucket? bucket))
            _buckets.Set((about.Kind, about.Key, about.Uid), bucket = new(options.RefillInterval, options.Burst, clock));
        if (!bucket.TryTake()) return null;

        return _written.TryGet(key, out (Kubernetes.ObjectKey Name, int Count) before)
            ? new(key, message, before.Count + 1, before.Name)
            : new(key, message, 1, null);
    }

    /// <summary>The Event was written under this name with this count.</summary>
    public void Written(EventIdentity key, Kubernetes.ObjectKey name, int count) => _written.Set(key, (name, count));

    /// <summary>The Event is not there any more (they expire after an hour).</summary>
    public void Expired(EventIdentity key) => _written.Remove(key);

    private sealed class Similar
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public long LastAt { get; set; }
    }
}
