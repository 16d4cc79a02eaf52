using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Ready of a HelmRelease is not computed but derived: from Remediated, else Released, whichever is of the newest generation.</summary>
internal static class ReleaseSummary
{
    public static void Apply(ConditionSet conditions, long generation)
    {
        Condition? remediated = conditions[FluxCondition.Remediated], released = conditions[FluxCondition.Released];
        Condition? source = remediated is null ? released
            : released is null || (remediated.ObservedGeneration ?? 0) >= (released.ObservedGeneration ?? 0) ? remediated
            : released;
        if (source is null) return;

        // Whatever had to be remediated is not ready, also when the remediation succeeded.
        string status = ReferenceEquals(source, remediated) ? ConditionStatus.False : source.Status;
        if (status == ConditionStatus.True) conditions.Delete(FluxCondition.Stalled);
        conditions.Set(FluxCondition.Ready, status, source.Reason, source.Message, generation);
    }
}
