using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>How a pass over a release ended.</summary>
internal enum ReleaseOutcome
{
    /// <summary>Nothing left to do until the interval.</summary>
    Done,

    /// <summary>Try again soon, with back-off.</summary>
    Retry,

    /// <summary>Given up until the object changes.</summary>
    Stalled,
}

/// <summary>
/// The loop of helm-controller's atomic release: determine the state, choose a step, run it, record it; each kind of step at most
/// once in a pass, and none after a remediation.
/// </summary>
internal sealed class ReleaseLoop(HelmRunner helm, IEventRecorder events, TimeProvider clock)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Runs one pass; <paramref name="save"/> writes the status as it is at that moment.</summary>
    public async Task<ReleaseOutcome> RunAsync(ReleasePass pass, Func<Task> save, CancellationToken cancellationToken)
    {
        HelmReleaseSpec spec = pass.Request.Release.Spec;
        HashSet<string> done = [];
        while (true)
        {
            ReleaseState state = await DetermineAsync(pass, cancellationToken);
            bool forced = pass.TakeForceRequest();
            ReleaseDecision decision = ReleaseDecision.Decide(state, spec, pass.Status, forced);
            RecordState(pass, state);
            if (decision.Step == ReleaseStep.Stall)
            {
                pass.Conditions.MarkStalled(decision.Reason, decision.Message);
                return ReleaseOutcome.Stalled;
            }

            if (decision.Step == ReleaseStep.None)
            {
                pass.Conditions.Delete(FluxCondition.Reconciling);
                ReleaseSummary.Apply(pass.Conditions, pass.Generation);
                return ReleaseOutcome.Done;
            }

            string kind = decision.IsRelease ? "release" : decision.IsRemediation ? "remediate" : decision.ActionName;
            if (!done.Add(kind)) return AfterStop(pass, spec);

            string running = $"Running '{decision.ActionName}' action with timeout of {GoDuration.Format(TimeoutOf(decision.Step, spec))}";
            pass.Conditions.MarkReconciling(FluxReason.Progressing, running);
            if (decision.IsRelease) pass.Conditions.MarkUnknown(FluxCondition.Ready, FluxReason.Progressing, running);
            await save();
            await RunStepAsync(pass, decision.Step, cancellationToken);
            ReleaseSummary.Apply(pass.Conditions, pass.Generation);
            if (decision.IsRemediation)
            {
                if (AfterStop(pass, spec) == ReleaseOutcome.Retry) return ReleaseOutcome.Retry;
                ReleaseDecision exceeded = ReleaseDecision.Exceeded(spec, pass.Status);
                pass.Conditions.MarkStalled(exceeded.Reason, exceeded.Message);
                return ReleaseOutcome.Stalled;
            }

            await save();
        }
    }

    private static ReleaseOutcome AfterStop(ReleasePass pass, HelmReleaseSpec spec)
    {
        if (Remediation.Active(spec, pass.Status) is { } remediation && remediation.RetriesExhausted(pass.Status))
        {
            pass.Conditions.Delete(FluxCondition.Reconciling);
            return ReleaseOutcome.Done;
        }

        pass.Conditions.MarkReconciling(FluxReason.ProgressingWithRetry, pass.Conditions[FluxCondition.Ready]?.Message ?? string.Empty);
        return ReleaseOutcome.Retry;
    }

    private static TimeSpan TimeoutOf(ReleaseStep step, HelmReleaseSpec spec)
    {
        ActionSpec? action = step switch
        {
            ReleaseStep.Install => spec.Install,
            ReleaseStep.Upgrade => spec.Upgrade,
            ReleaseStep.RollbackRemediation => spec.Rollback,
            ReleaseStep.UninstallRemediation => spec.Uninstall,
            _ => null,
        };
        return GoDuration.Parse(action?.Timeout) ?? GoDuration.Parse(spec.Timeout) ?? DefaultTimeout;
    }

    private async Task<ReleaseState> DetermineAsync(ReleasePass pass, CancellationToken cancellationToken)
    {
        ReleaseRequest request = pass.Request;
        IReadOnlyList<StoredRelease> stored = await helm.Storage.ListAsync(request.StorageNamespace, request.ReleaseName, cancellationToken);
        StoredRelease? latest = stored.Count > 0 ? stored[0] : null;
        bool detects = request.Release.Spec.DriftDetection?.Mode is "warn" or "enabled";
        IReadOnlyList<string>? drift = detects && latest?.Status == "deployed" ? await helm.Manifests.DiffAsync(latest.Objects, cancellationToken) : null;
        return ReleaseState.Determine(latest, pass.Status.History, request.Chart, request.Values, drift);
    }

    /// <summary>What a state means for history and conditions, before any step.</summary>
    private void RecordState(ReleasePass pass, ReleaseState state)
    {
        HelmReleaseStatus status = pass.Status;
        if (state.Status == ReleaseStatus.Unmanaged) status.History = null;
        if (state.Status is ReleaseStatus.InSync or ReleaseStatus.Failed) status.History = ReleaseHistory.Truncate(status.History);
        if (ReleaseHistory.Latest(status.History) is not { } current) return;

        if (state.Status == ReleaseStatus.InSync && pass.Conditions.IsTrue(FluxCondition.Remediated))
        {
            // What was rolled back to is what is wanted now: no action is needed to be in sync.
            pass.Conditions.Delete(FluxCondition.Remediated);
            pass.Conditions.MarkTrue(FluxCondition.Released, FluxReason.UpgradeSucceeded, $"Helm upgrade succeeded for release {current.FullReleaseName} with chart {current.VersionedChartName}");
        }

        if (pass.Request.Release.Spec.DriftDetection?.Mode is not ("warn" or "enabled"))
        {
            pass.Conditions.Delete(FluxCondition.Drifted);
        }
        else if (state.Status == ReleaseStatus.Drifted)
        {
            string message = $"Cluster state of release {current.FullReleaseName} has drifted from the desired state:\n{state.Reason.Replace(", ", "\n", StringComparison.Ordinal)}";
            if (!pass.Conditions.IsTrue(FluxCondition.Drifted)) pass.Event(events, EventType.Warning, FluxReason.DriftDetected, message);
            pass.Conditions.MarkTrue(FluxCondition.Drifted, FluxReason.DriftDetected, message);
        }
        else if (state.Status == ReleaseStatus.InSync)
        {
            pass.Conditions.MarkFalse(FluxCondition.Drifted, FluxReason.NoDriftDetected, $"No drift detected for release {current.FullReleaseName}");
        }
    }

    private Task RunStepAsync(ReleasePass pass, ReleaseStep step, CancellationToken cancellationToken) => step switch
    {
        ReleaseStep.Install => ReleaseAsync(pass, HelmAction.Install, cancellationToken),
        ReleaseStep.Upgrade => ReleaseAsync(pass, HelmAction.Upgrade, cancellationToken),
        ReleaseStep.RollbackRemediation => RollbackAsync(pass, cancellationToken),
        ReleaseStep.UninstallRemediation => UninstallRemediationAsync(pass, cancellationToken),
        ReleaseStep.CorrectDrift => CorrectDriftAsync(pass, cancellationToken),
        _ => UnlockAsync(pass, cancellationToken),
    };

    private async Task ReleaseAsync(ReleasePass pass, HelmAction action, CancellationToken cancellationToken)
    {
        (HelmReleaseStatus status, ReleaseRequest request) = (pass.Status, pass.Request);
        bool install = action == HelmAction.Install;
        string verb = install ? "install" : "upgrade";
        status.LastAttemptedReleaseAction = verb;
        pass.Conditions.Delete(FluxCondition.Remediated);
        if (install) status.History = null;

        long started = clock.GetTimestamp();
        HelmResult result = await helm.ReleaseAsync(request, action, cancellationToken);
        status.LastAttemptedReleaseActionDuration = GoDuration.Format(clock.GetElapsedTime(started));
        foreach (StoredRelease written in result.Written) Record(status, written, written.Version == result.Written[0].Version ? verb : null, request.OciDigest);
        if (result.Succeeded)
        {
            Snapshot current = ReleaseHistory.Latest(status.History)!;
            string message = $"Helm {verb} succeeded for release {current.FullReleaseName} with chart {current.VersionedChartName}";
            string reason = install ? FluxReason.InstallSucceeded : FluxReason.UpgradeSucceeded;
            status.Inventory = new() { Entries = [.. result.Written[0].Objects.Select(ChartManifest.InventoryOf)] };
            pass.Conditions.MarkTrue(FluxCondition.Released, reason, message);
            pass.Event(events, EventType.Normal, reason, message);
            return;
        }

        string failure = $"Helm {verb} failed for release {request.TargetNamespace}/{request.ReleaseName} with chart {request.Chart.Name}@{request.Chart.Version}: {result.Error}";
        string failed = install ? FluxReason.InstallFailed : FluxReason.UpgradeFailed;
        status.Failures = (status.Failures ?? 0) + 1;
        if (install) status.InstallFailures = (status.InstallFailures ?? 0) + 1;
        else status.UpgradeFailures = (status.UpgradeFailures ?? 0) + 1;
        pass.Conditions.MarkFalse(FluxCondition.Released, failed, failure);
        pass.Event(events, EventType.Warning, failed, failure);
    }

    private async Task RollbackAsync(ReleasePass pass, CancellationToken cancellationToken)
    {
        Snapshot previous = ReleaseHistory.Previous(pass.Status.History)!;
        HelmResult result = await helm.RollbackAsync(pass.Request, previous.Version, cancellationToken);
        foreach (StoredRelease written in result.Written) Record(pass.Status, written, "rollback", previous.OciDigest);
        string subject = $"Helm rollback to previous release {previous.FullReleaseName} with chart {previous.VersionedChartName}";
        Remediated(pass, result, $"{subject} succeeded", $"{subject} failed: {result.Error}", FluxReason.RollbackSucceeded, FluxReason.RollbackFailed);
    }

    private async Task UninstallRemediationAsync(ReleasePass pass, CancellationToken cancellationToken)
    {
        Snapshot current = ReleaseHistory.Latest(pass.Status.History)!;
        bool keep = pass.Request.Release.Spec.Uninstall?.KeepHistory == true;
        HelmResult result = await helm.UninstallAsync(pass.Request.StorageNamespace, pass.Request.ReleaseName, keep, cancellationToken);
        foreach (StoredRelease written in result.Written) Record(pass.Status, written, null, null);
        string subject = $"Helm uninstall remediation for release {current.FullReleaseName} with chart {current.VersionedChartName}";
        Remediated(pass, result, $"{subject} succeeded", $"{subject} failed: {result.Error}", FluxReason.UninstallSucceeded, FluxReason.UninstallFailed);
    }

    private void Remediated(ReleasePass pass, HelmResult result, string success, string failure, string succeeded, string failed)
    {
        if (result.Succeeded)
        {
            pass.Conditions.MarkTrue(FluxCondition.Remediated, succeeded, success);
            pass.Event(events, EventType.Normal, succeeded, success);
            return;
        }

        pass.Status.Failures = (pass.Status.Failures ?? 0) + 1;
        pass.Conditions.MarkFalse(FluxCondition.Remediated, failed, failure);
        pass.Event(events, EventType.Warning, failed, failure);
    }

    private async Task UnlockAsync(ReleasePass pass, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRelease> stored = await helm.Storage.ListAsync(pass.Request.StorageNamespace, pass.Request.ReleaseName, cancellationToken);
        if (stored is not [{ IsPending: true } pending, ..]) return;
        StoredRelease unlocked = pending with { Status = "failed", Description = $"Release unlocked from stale '{pending.Status}' state" };
        await helm.Storage.WriteAsync(unlocked, cancellationToken);
        Record(pass.Status, unlocked, null, pass.Request.OciDigest);
        string message = $"Unlocked Helm release {unlocked.FullName} with chart {unlocked.ChartName}@{unlocked.ChartVersion} in {pending.Status} state";
        pass.Conditions.MarkFalse(FluxCondition.Released, FluxReason.PendingRelease, message);
        pass.Event(events, EventType.Normal, FluxReason.PendingRelease, message);
    }

    private async Task CorrectDriftAsync(ReleasePass pass, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRelease> stored = await helm.Storage.ListAsync(pass.Request.StorageNamespace, pass.Request.ReleaseName, cancellationToken);
        await helm.Manifests.ApplyAsync(stored[0].Objects, [], cancellationToken);
        pass.Event(events, EventType.Normal, "DriftCorrected", $"Cluster state of release {pass.Request.TargetNamespace}/{pass.Request.ReleaseName} has been corrected");
    }

    private static void Record(HelmReleaseStatus status, StoredRelease written, string? action, string? ociDigest)
    {
        Snapshot? known = status.History?.FirstOrDefault(snapshot => snapshot.Version == written.Version);
        status.History = ReleaseHistory.Record(status.History, written.ToSnapshot(known?.Action ?? action, known?.OciDigest ?? ociDigest));
    }
}
