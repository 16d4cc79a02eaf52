using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>What a condition shall say.</summary>
/// <param name="Type">Type.</param>
/// <param name="Status">See <see cref="ConditionStatus"/>.</param>
/// <param name="Reason">Reason from the closed vocabulary.</param>
/// <param name="Message">Text for people, already redacted.</param>
public readonly record struct DesiredCondition(string Type, string Status, string Reason, string Message);

/// <summary>A condition that appeared or changed its status or reason.</summary>
/// <param name="Current">As it is stored now.</param>
/// <param name="Previous">As it was stored before; null when it appeared.</param>
public sealed record ConditionTransition(Condition Current, Condition? Previous)
{
    /// <summary>True when the status itself changed, or the condition appeared.</summary>
    public bool StatusChanged => Previous?.Status != Current.Status;
}

/// <summary>The conditions to store and what changed on the way there.</summary>
/// <param name="Conditions">All conditions, those of other writers included, in a stable order.</param>
/// <param name="Transitions">Those that appeared or changed status or reason, in the order of the wishes.</param>
/// <param name="Changed">True when anything differs from what is stored, also only a message or a generation.</param>
public sealed record ConditionChange(IReadOnlyList<Condition> Conditions, IReadOnlyList<ConditionTransition> Transitions, bool Changed);

/// <summary>
/// The one function through which conditions change. Events, log lines, metrics and audit records are made from its transitions, so that
/// they cannot disagree with what is stored.
/// </summary>
public static class ConditionTransitions
{
    /// <summary>Longest message that is stored, in UTF-8 bytes; the schema takes 32768 characters, and nobody reads more than this.</summary>
    public const int MaxMessageBytes = 16 * 1024;

    /// <summary>
    /// Merges wishes into what is stored: <c>lastTransitionTime</c> moves only with <c>status</c>; conditions that nobody wished for stay as
    /// they are.
    /// </summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="desired">Wishes; the last one wins when a type appears twice.</param>
    /// <param name="generation">Generation for which the wishes were computed.</param>
    /// <param name="now">The clock; cut to whole seconds.</param>
    public static ConditionChange Apply(IReadOnlyList<Condition> stored, IEnumerable<DesiredCondition> desired, long generation, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(desired);
        DateTimeOffset instant = WholeSeconds(now);
        var wishes = new Dictionary<string, DesiredCondition>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (DesiredCondition wish in desired)
        {
            if (!wishes.ContainsKey(wish.Type)) order.Add(wish.Type);
            wishes[wish.Type] = wish;
        }

        var result = new List<Condition>(stored.Count + order.Count);
        var transitions = new List<ConditionTransition>();
        bool changed = false;
        foreach (Condition old in stored)
        {
            if (!wishes.TryGetValue(old.Type, out DesiredCondition wish)) { result.Add(old); continue; }
            Condition next = Merge(old, wish, generation, instant);
            result.Add(next);
            if (next == old) continue;
            changed = true;
            if (next.Status != old.Status || next.Reason != old.Reason) transitions.Add(new(next, old));
        }

        foreach (string type in order)
        {
            if (stored.Any(c => c.Type == type)) continue;
            Condition next = Merge(null, wishes[type], generation, instant);
            result.Add(next);
            transitions.Add(new(next, null));
            changed = true;
        }

        transitions.Sort((a, b) => order.IndexOf(a.Current.Type).CompareTo(order.IndexOf(b.Current.Type)));
        return new(result, transitions, changed);
    }

    /// <summary>The condition of a type, or null.</summary>
    public static Condition? Find(this IReadOnlyList<Condition> conditions, string type)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        foreach (Condition condition in conditions)
            if (condition.Type == type) return condition;
        return null;
    }

    /// <summary>True when the condition is there and True.</summary>
    public static bool IsTrue(this IReadOnlyList<Condition> conditions, string type) => conditions.Find(type) is { IsTrue: true };

    private static Condition Merge(Condition? old, DesiredCondition wish, long generation, DateTimeOffset now) => new()
    {
        Type = wish.Type,
        Status = wish.Status,
        Reason = wish.Reason,
        Message = Redactor.Cut(wish.Message, MaxMessageBytes),
        ObservedGeneration = generation,
        LastTransitionTime = old is { LastTransitionTime: { } since } && old.Status == wish.Status ? since : now,
    };

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
