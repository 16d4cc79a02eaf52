namespace VWorkspace.ControllerRuntime;

/// <summary>How urgent a queued item is. Higher goes first, but lower never starves: see <see cref="WorkQueue{T}.FairnessInterval"/>.</summary>
public enum WorkPriority
{
    /// <summary>What an initial list, a fail-over or a resync brings.</summary>
    Low,

    /// <summary>Live changes, timers and retries.</summary>
    Normal,

    /// <summary>For callers who have to overtake live changes.</summary>
    High,
}
