using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>One pass over one HelmRelease: what is asked for, and the status and conditions under change.</summary>
internal sealed class ReleasePass(ReleaseRequest request, HelmReleaseStatus status, ConditionSet conditions)
{
    public ReleaseRequest Request { get; } = request;

    public HelmReleaseStatus Status { get; } = status;

    public ConditionSet Conditions { get; } = conditions;

    public long Generation => Request.Release.Metadata.Generation;

    /// <summary>True once for each force request: both annotations carry the same token, and it was not handled before.</summary>
    public bool TakeForceRequest() => Take(FluxApi.ForceAt, Status.LastHandledForceAt, token => Status.LastHandledForceAt = token);

    /// <summary>True once for each reset request.</summary>
    public bool TakeResetRequest() => Take(FluxApi.ResetAt, Status.LastHandledResetAt, token => Status.LastHandledResetAt = token);

    public void Event(IEventRecorder events, EventType type, string reason, string message) =>
        events.Record(ObjectReference.To(FluxApi.HelmReleases, Request.Release), type, reason, message);

    /// <summary>Failures are forgotten when what is asked for differs from the last attempt, or when a reset is asked for.</summary>
    public void ForgetFailuresOfOtherAttempts()
    {
        bool reset = TakeResetRequest();
        bool differs = Status.LastAttemptedGeneration != Generation
            || Status.LastAttemptedRevision != Request.Chart.Version
            || Status.LastAttemptedConfigDigest != ConfigDigest;
        if (reset || differs) Status.ClearFailures();
        Status.LastAttemptedGeneration = Generation;
        Status.LastAttemptedRevision = Request.Chart.Version;
        Status.LastAttemptedRevisionDigest = Request.OciDigest;
        Status.LastAttemptedConfigDigest = ConfigDigest;
    }

    private string ConfigDigest => ChartCatalogue.DigestOf(CanonicalJson.Write(Request.Values));

    private bool Take(string annotation, string? handled, Action<string> remember)
    {
        string? requested = FluxApi.Annotation(Request.Release, FluxApi.RequestedAt);
        string? token = FluxApi.Annotation(Request.Release, annotation);
        if (token is null || token == handled) return false;
        remember(token);
        return token == requested;
    }
}
