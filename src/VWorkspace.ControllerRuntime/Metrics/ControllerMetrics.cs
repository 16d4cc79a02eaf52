using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>The series of one controller and its queue; created with the value 0.</summary>
internal sealed class ControllerMetrics : IWorkQueueObserver
{
    private readonly RuntimeMetrics _metrics;
    private readonly KeyValuePair<string, object?>[] _success, _error, _requeue, _requeueAfter;

    public ControllerMetrics(RuntimeMetrics metrics, string controller, int maxConcurrentReconciles)
    {
        (_metrics, MaxConcurrentReconciles) = (metrics, maxConcurrentReconciles);
        Tags = [new("controller", controller)];
        QueueTags = [new("name", controller), new("controller", controller)];
        (_success, _error, _requeue, _requeueAfter) = (Result("success"), Result("error"), Result("requeue"), Result("requeue_after"));
        foreach (KeyValuePair<string, object?>[] result in (KeyValuePair<string, object?>[][])[_success, _error, _requeue, _requeueAfter]) metrics.ReconcileTotal.Add(0, result);
        metrics.ReconcileErrors.Add(0, Tags);
        metrics.TerminalErrors.Add(0, Tags);
        metrics.Panics.Add(0, Tags);
        metrics.Timeouts.Add(0, Tags);
        metrics.QueueAdds.Add(0, QueueTags);
        metrics.QueueRetries.Add(0, QueueTags);

        KeyValuePair<string, object?>[] Result(string result) => [new("controller", controller), new("result", result)];
    }

    public KeyValuePair<string, object?>[] Tags { get; }

    public KeyValuePair<string, object?>[] QueueTags { get; }

    public int MaxConcurrentReconciles { get; }

    /// <summary>Set once the queue exists, before the controller is added to the metrics.</summary>
    public WorkQueue<ObjectKey> Queue { get; set; } = null!;

    /// <summary>How many reconciles ignore their deadline now.</summary>
    public Func<int> Overdue { get; set; } = static () => 0;

    public void Reconciled(ReconcileReport report)
    {
        _metrics.ReconcileTime.Record(report.Duration.TotalSeconds, Tags);
        _metrics.ReconcileTotal.Add(1, report.Outcome switch
        {
            ReconcileOutcome.Done => _success,
            ReconcileOutcome.RequeueAfter => _requeueAfter,
            ReconcileOutcome.Requeue => _requeue,
            _ => _error,
        });
        if (report.Outcome is ReconcileOutcome.Failed or ReconcileOutcome.Terminal) _metrics.ReconcileErrors.Add(1, Tags);
        if (report.Outcome is ReconcileOutcome.Terminal) _metrics.TerminalErrors.Add(1, Tags);
        if (report.TimedOut) _metrics.Timeouts.Add(1, Tags);
        if (report.Panicked) _metrics.Panics.Add(1, Tags);
    }

    void IWorkQueueObserver.Added() => _metrics.QueueAdds.Add(1, QueueTags);

    void IWorkQueueObserver.Taken(TimeSpan waited) => _metrics.QueueDuration.Record(waited.TotalSeconds, QueueTags);

    void IWorkQueueObserver.Finished(TimeSpan worked) => _metrics.WorkDuration.Record(worked.TotalSeconds, QueueTags);

    void IWorkQueueObserver.Retried() => _metrics.QueueRetries.Add(1, QueueTags);
}
