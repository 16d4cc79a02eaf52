using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>
/// Conditions of one object under change, with the manners of Flux: every entry carries the generation it was set for, the
/// transition time moves with any change of the entry, and Ready, Stalled and Reconciling come first.
/// </summary>
internal sealed class ConditionSet(IEnumerable<Condition>? initial, long generation, TimeProvider clock)
{
    private readonly Dictionary<string, Condition> _byType = (initial ?? []).ToDictionary(condition => condition.Type, StringComparer.Ordinal);

    public Condition? this[string type] => _byType.GetValueOrDefault(type);

    public bool IsTrue(string type) => this[type]?.IsTrue == true;

    public bool IsFalse(string type) => this[type]?.IsFalse == true;

    public bool HasReason(string type, params ReadOnlySpan<string> reasons) => this[type] is { } condition && reasons.Contains(condition.Reason);

    public void MarkTrue(string type, string reason, string message) => Set(type, ConditionStatus.True, reason, message);

    public void MarkFalse(string type, string reason, string message) => Set(type, ConditionStatus.False, reason, message);

    public void MarkUnknown(string type, string reason, string message) => Set(type, ConditionStatus.Unknown, reason, message);

    /// <summary>Reconciling and Stalled exclude each other.</summary>
    public void MarkReconciling(string reason, string message)
    {
        Delete(FluxCondition.Stalled);
        MarkTrue(FluxCondition.Reconciling, reason, message);
    }

    /// <summary>Reconciling and Stalled exclude each other.</summary>
    public void MarkStalled(string reason, string message)
    {
        Delete(FluxCondition.Reconciling);
        MarkTrue(FluxCondition.Stalled, reason, message);
    }

    public void Delete(string type) => _byType.Remove(type);

    public void Set(string type, string status, string reason, string message, long? observedGeneration = null)
    {
        var wanted = new Condition
        {
            Type = type, Status = status, Reason = reason, Message = message, ObservedGeneration = observedGeneration ?? generation,
        };
        if (this[type] is { } present && present with { LastTransitionTime = null } == wanted) return;
        _byType[type] = wanted with { LastTransitionTime = WholeSeconds(clock.GetUtcNow()) };
    }

    public IReadOnlyList<Condition> ToList() =>
        [.. _byType.Values.OrderBy(condition => Rank(condition.Type)).ThenBy(condition => condition.Type, StringComparer.Ordinal)];

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);

    private static int Rank(string type) => type switch
    {
        FluxCondition.Ready => 0,
        FluxCondition.Stalled => 1,
        FluxCondition.Reconciling => 2,
        _ => 3,
    };
}
