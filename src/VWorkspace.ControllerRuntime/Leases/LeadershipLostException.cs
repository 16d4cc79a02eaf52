namespace VWorkspace.ControllerRuntime;

/// <summary>
/// A write was not sent because this replica does not lead, or not for certain any more. A cancellation, so that callers let it pass as one.
/// </summary>
public sealed class LeadershipLostException : OperationCanceledException
{
    /// <summary>Says that this replica does not lead.</summary>
    public LeadershipLostException() : base("this replica does not lead: the write was not sent") { }
}
