namespace VWorkspace.ControllerRuntime;

/// <summary>What to do about a Lease.</summary>
internal enum LeaseDecision
{
    /// <summary>There is none: create it.</summary>
    Create,

    /// <summary>It is ours: renew it.</summary>
    Renew,

    /// <summary>Nobody holds it, or its holder has not renewed it for its duration: take it.</summary>
    Take,

    /// <summary>Somebody holds it: wait.</summary>
    Wait,
}

/// <summary>The decisions of leader election, without I/O or clock.</summary>
internal static class LeaseDecisions
{
    /// <param name="spec">The Lease, or null when there is none.</param>
    /// <param name="identity">Who asks.</param>
    /// <param name="unchangedFor">For how long the asker has seen exactly this record, on its own monotonic clock. Wall clocks are never compared.</param>
    /// <param name="leaseDuration">Used when the record has none.</param>
    public static LeaseDecision Decide(LeaseSpec? spec, string identity, TimeSpan unchangedFor, TimeSpan leaseDuration)
    {
        if (spec is null) return LeaseDecision.Create;
        if (spec.HolderIdentity == identity) return LeaseDecision.Renew;
        if (string.IsNullOrEmpty(spec.HolderIdentity)) return LeaseDecision.Take;
        TimeSpan duration = spec.LeaseDurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : leaseDuration;
        return unchangedFor >= duration ? LeaseDecision.Take : LeaseDecision.Wait;
    }
}
