using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>The stand-in for helm-controller's reconciler, in the same order of steps and with the same words.</summary>
internal sealed class HelmReleaseReconciler(IControllerManager manager, FluxOptions options) : IReconciler
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(5);

    private readonly IObjectStore<HelmRelease> _releases = manager.Cache.Informer(FluxApi.HelmReleases).Store;
    private readonly ReleaseSources _sources = new(manager, options.Catalogue);
    private readonly StatusWriter _writer = new(manager.Client, FluxApi.HelmControllerName);
    private readonly ValuesComposer _values = new(manager.Client);
    private readonly HelmRunner _helm = new(manager.Client, options, manager.Clock);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_releases.Get(key) is not { } release) return ReconcileResult.Done;
        if (!release.Metadata.IsBeingDeleted && !release.Metadata.Finalizers.Contains(FluxApi.Finalizer, StringComparer.Ordinal))
        {
            await _writer.AddFinalizerAsync(FluxApi.HelmReleases, release, cancellationToken);
            if (_releases.Get(key) is not { } again || again.Metadata.Uid != release.Metadata.Uid) return ReconcileResult.Requeue;
            release = again;
        }

        var status = new ReleaseStatusCopy(release, _writer, manager.Clock);
        if (FluxApi.Annotation(release, FluxApi.RequestedAt) is { } requested) status.Status.LastHandledReconcileAt = requested;
        if (release.Metadata.IsBeingDeleted) return await DeleteAsync(release, status, cancellationToken);
        if (release.Spec.Suspend)
        {
            // A suspended release is left alone, but for the note that the request was seen and the generation observed.
            await status.SaveAsync(cancellationToken, observed: true);
            return ReconcileResult.Done;
        }

        await _sources.ReconcileChartAsync(release, status.Status, cancellationToken);
        return await ReleaseAsync(release, status, cancellationToken);
    }

    private async Task<ReconcileResult> ReleaseAsync(HelmRelease release, ReleaseStatusCopy copy, CancellationToken cancellationToken)
    {
        ConditionSet conditions = copy.Conditions;
        conditions.MarkReconciling(FluxReason.Progressing, "Fulfilling prerequisites");
        await copy.SaveAsync(cancellationToken);

        if (UnreadyDependency(release) is { } unready)
        {
            conditions.MarkFalse(FluxCondition.Ready, FluxReason.DependencyNotReady, unready);
            await copy.SaveAsync(cancellationToken);
            return ReconcileResult.RequeueAfter(options.DependencyRequeue);
        }

        Forgive(conditions, FluxReason.DependencyNotReady);
        switch (_sources.Find(release, copy.Status))
        {
            case SourceAnswer.Absent absent:
                conditions.MarkFalse(FluxCondition.Ready, FluxReason.ArtifactFailed, absent.Message);
                await copy.SaveAsync(cancellationToken);
                return ReconcileResult.Requeue;
            case SourceAnswer.NotReady notReady:
                conditions.MarkFalse(FluxCondition.Ready, FluxReason.SourceNotReady, notReady.Message);
                await copy.SaveAsync(cancellationToken);
                return ReconcileResult.RequeueAfter(IntervalOf(release));
            case SourceAnswer.Found found:
                Forgive(conditions, FluxReason.ArtifactFailed, FluxReason.SourceNotReady);
                return await ReleaseAsync(release, copy, found, cancellationToken);
            default:
                throw new InvalidOperationException("a source answers in one of three ways");
        }
    }

    private async Task<ReconcileResult> ReleaseAsync(HelmRelease release, ReleaseStatusCopy copy, SourceAnswer.Found source, CancellationToken cancellationToken)
    {
        (JsonObject? values, string? valuesError) = await _values.ComposeAsync(release, cancellationToken);
        if (values is null)
        {
            copy.Conditions.MarkFalse(FluxCondition.Ready, FluxReason.ValuesError, valuesError!);
            manager.Events.Record(ObjectReference.To(FluxApi.HelmReleases, release), EventType.Warning, FluxReason.ValuesError, valuesError!);
            await copy.SaveAsync(cancellationToken);
            return ReconcileResult.Requeue;
        }

        Forgive(copy.Conditions, FluxReason.ValuesError);
        var pass = new ReleasePass(new(release, source.Chart, values, source.OciDigest), copy.Status, copy.Conditions);
        copy.Status.StorageNamespace = pass.Request.StorageNamespace;
        pass.ForgetFailuresOfOtherAttempts();
        ReleaseOutcome outcome = await new ReleaseLoop(_helm, manager.Events, manager.Clock).RunAsync(pass, () => copy.SaveAsync(cancellationToken), cancellationToken);

        // observedGeneration moves only when the release has settled, never while it is retried.
        await copy.SaveAsync(cancellationToken, observed: outcome != ReleaseOutcome.Retry);
        return outcome switch
        {
            ReleaseOutcome.Retry => ReconcileResult.Requeue,
            ReleaseOutcome.Stalled => ReconcileResult.Done,
            _ => ReconcileResult.RequeueAfter(IntervalOf(release)),
        };
    }

    /// <summary>Uninstalls unless suspended: a suspended release is deleted without a trace, and its workload stays.</summary>
    private async Task<ReconcileResult> DeleteAsync(HelmRelease release, ReleaseStatusCopy copy, CancellationToken cancellationToken)
    {
        if (!release.Metadata.Finalizers.Contains(FluxApi.Finalizer, StringComparer.Ordinal)) return ReconcileResult.Done;
        if (!release.Spec.Suspend)
        {
            if (copy.Status.StorageNamespace is { } storage && !await UninstallAsync(release, copy, storage, cancellationToken)) return ReconcileResult.Requeue;
            await _sources.DeleteChartAsync(copy.Status, cancellationToken);
        }

        await _writer.RemoveFinalizerAsync(FluxApi.HelmReleases, _releases.Get(ObjectKey.Of(release)) ?? release, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<bool> UninstallAsync(HelmRelease release, ReleaseStatusCopy copy, string storage, CancellationToken cancellationToken)
    {
        if (ReleaseHistory.Latest(copy.Status.History) is not { } current) return true;
        HelmResult result = await _helm.UninstallAsync(storage, current.Name, release.Spec.Uninstall?.KeepHistory == true, cancellationToken);
        string subject = $"release {current.FullReleaseName} with chart {current.VersionedChartName}";
        string reason = result.Succeeded ? FluxReason.UninstallSucceeded : FluxReason.UninstallFailed;
        string message = result switch
        {
            { Succeeded: false } => $"Helm uninstall failed for {subject}: {result.Error}",
            { Written.Count: 0 } => $"Release {current.FullReleaseName} was not found, assuming it is uninstalled",
            _ => $"Helm uninstall succeeded for {subject}",
        };
        copy.Conditions.MarkFalse(FluxCondition.Released, reason, message);
        ReleaseSummary.Apply(copy.Conditions, release.Metadata.Generation);
        manager.Events.Record(ObjectReference.To(FluxApi.HelmReleases, release), result.Succeeded ? EventType.Normal : EventType.Warning, reason, message);
        if (result.Succeeded) (copy.Status.History, copy.Status.StorageNamespace) = (null, null);
        else copy.Status.Failures = (copy.Status.Failures ?? 0) + 1;
        await copy.SaveAsync(cancellationToken);
        return result.Succeeded;
    }

    private string? UnreadyDependency(HelmRelease release)
    {
        foreach (ReleaseDependency dependency in release.Spec.DependsOn ?? [])
        {
            ObjectKey key = new(dependency.Namespace ?? release.Metadata.Namespace ?? string.Empty, dependency.Name ?? string.Empty);
            if (_releases.Get(key) is not { } other) return $"unable to get '{key}' dependency: helmreleases.helm.toolkit.fluxcd.io \"{key.Name}\" not found";
            bool ready = other.Status.Conditions?.Any(condition => condition is { Type: FluxCondition.Ready, IsTrue: true }) == true;
            if (!ready || other.Status.ObservedGeneration != other.Metadata.Generation) return $"dependency '{key}' is not ready";
        }

        return null;
    }

    private static void Forgive(ConditionSet conditions, params ReadOnlySpan<string> reasons)
    {
        if (conditions.HasReason(FluxCondition.Ready, reasons)) conditions.MarkUnknown(FluxCondition.Ready, FluxReason.Progressing, "reconciliation in progress");
    }

    private static TimeSpan IntervalOf(HelmRelease release) => GoDuration.Parse(release.Spec.Interval) ?? DefaultInterval;
}

/// <summary>A status under change, and the writing of what changed since the last write.</summary>
internal sealed class ReleaseStatusCopy
{
    private readonly HelmRelease _release;
    private readonly StatusWriter _writer;
    private JsonObject _written;

    public ReleaseStatusCopy(HelmRelease release, StatusWriter writer, TimeProvider clock)
    {
        (_release, _writer) = (release, writer);
        _written = ToJson(release.Status);
        Status = _written.Deserialize(FluxJson.Default.HelmReleaseStatus)!;
        Conditions = new(Status.Conditions, release.Metadata.Generation, clock);
    }

    public HelmReleaseStatus Status { get; }

    public ConditionSet Conditions { get; }

    public async Task SaveAsync(CancellationToken cancellationToken, bool observed = false)
    {
        Status.Conditions = Conditions.ToList() is { Count: > 0 } conditions ? conditions : null;
        if (observed) Status.ObservedGeneration = _release.Metadata.Generation;
        JsonObject now = ToJson(Status);
        if (await _writer.WriteAsync(FluxApi.HelmReleases, ObjectKey.Of(_release), _written, now, cancellationToken)) _written = now;
    }

    private static JsonObject ToJson(HelmReleaseStatus status) => JsonSerializer.SerializeToNode(status, FluxJson.Default.HelmReleaseStatus)!.AsObject();
}
