using System.Diagnostics.Metrics;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The instruments of a manager under the names of controller-runtime and client-go. Ordinary <see cref="System.Diagnostics.Metrics"/> instruments:
/// our Prometheus exporter and OTLP see the same.
/// </summary>
public sealed class RuntimeMetrics : IDisposable
{
    /// <summary>Name of the meter unless another one is given.</summary>
    public const string DefaultMeterName = "VWorkspace.ControllerRuntime";

    private readonly Lock _gate = new();
    private ControllerMetrics[] _controllers = [];
    private Func<IEnumerable<Measurement<long>>>? _leading;
    private Func<IEnumerable<Measurement<long>>>? _cacheSizes;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meterName">Name of the meter; give each manager its own when several run in one process.</param>
    public RuntimeMetrics(string meterName = DefaultMeterName)
    {
        Meter = new(meterName);
        ReconcileTotal = Meter.CreateCounter<long>("controller_runtime_reconcile_total", null, "Total number of reconciliations per controller");
        ReconcileErrors = Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", null, "Total number of reconciliation errors per controller");
        TerminalErrors = Meter.CreateCounter<long>("controller_runtime_terminal_reconcile_errors_total", null, "Total number of terminal reconciliation errors per controller");
        Panics = Meter.CreateCounter<long>("controller_runtime_reconcile_panics_total", null, "Total number of reconciliation panics per controller");
        Timeouts = Meter.CreateCounter<long>("controller_runtime_reconcile_timeouts_total", null, "Total number of reconciliation timeouts per controller");
        ReconcileTime = Histogram("controller_runtime_reconcile_time_seconds", "Length of time per reconciliation per controller", Buckets.Long);
        QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", null, "Total number of adds handled by workqueue");
        QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", null, "Total number of retries handled by workqueue");
        QueueDuration = Histogram("workqueue_queue_duration_seconds", "How long in seconds an item stays in workqueue before being requested", Buckets.Queue);
        WorkDuration = Histogram("workqueue_work_duration_seconds", "How long in seconds processing an item from workqueue takes.", Buckets.Queue);
        WebhookRequests = Meter.CreateCounter<long>("controller_runtime_webhook_requests_total", null, "Total number of admission requests by HTTP status code.");
        WebhookLatency = Histogram("controller_runtime_webhook_latency_seconds", "Histogram of the latency of processing admission requests", Buckets.Default);
        WebhookInFlight = Meter.CreateUpDownCounter<long>("controller_runtime_webhook_requests_in_flight", null, "Current number of admission requests being served.");
        WebhookPanics = Meter.CreateCounter<long>("controller_runtime_webhook_panics_total", null, "Total number of webhook panics");
        ConversionPanics = Meter.CreateCounter<long>("controller_runtime_conversion_webhook_panics_total", null, "Total number of conversion webhook panics");
        CertificateReads = Meter.CreateCounter<long>("certwatcher_read_certificate_total", null, "Total number of certificate reads");
        CertificateErrors = Meter.CreateCounter<long>("certwatcher_read_certificate_errors_total", null, "Total number of certificate read errors");
        EventsDropped = Meter.CreateCounter<long>("vworkspace_runtime_events_dropped_total", null, "Kubernetes Events that spam control, a full queue or the API server kept from being written");
        WorkerFailures = Meter.CreateCounter<long>("vworkspace_runtime_worker_failures_total", null, "Background workers that ended with an exception and were started anew");
        WebhookPanics.Add(0);
        ConversionPanics.Add(0);
        CertificateReads.Add(0);
        CertificateErrors.Add(0);
        EventsDropped.Add(0);

        Gauge("controller_runtime_max_concurrent_reconciles", "Maximum number of concurrent reconciles per controller", static c => c.MaxConcurrentReconciles, queue: false);
        Gauge("controller_runtime_active_workers", "Number of currently used workers per controller", static c => c.Queue.Status.Processing, queue: false);
        Gauge("vworkspace_runtime_reconciles_overdue", "Reconciles that were cancelled by their deadline and have not ended", static c => c.Overdue(), queue: false);
        Gauge("workqueue_depth", "Current depth of workqueue by workqueue and priority", static c => c.Queue.Status.Depth, queue: true);
        Meter.CreateObservableGauge("workqueue_unfinished_work_seconds", () => Seconds(static status => status.UnfinishedWork), null,
            "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.");
        Meter.CreateObservableGauge("workqueue_longest_running_processor_seconds", () => Seconds(static status => status.LongestRunning), null,
            "How many seconds has the longest running processor for workqueue been running.");
        Meter.CreateObservableGauge("leader_election_master_status", () => _leading?.Invoke() ?? [], null,
            "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.");
        Meter.CreateObservableGauge("controller_runtime_cache_resources", () => _cacheSizes?.Invoke() ?? [], null, "Number of objects in the informer cache by kind");
    }

    /// <summary>The meter; further instruments of the program may be created on it.</summary>
    public Meter Meter { get; }

    internal Counter<long> ReconcileTotal { get; }

    internal Counter<long> ReconcileErrors { get; }

    internal Counter<long> TerminalErrors { get; }

    internal Counter<long> Panics { get; }

    internal Counter<long> Timeouts { get; }

    internal Histogram<double> ReconcileTime { get; }

    internal Counter<long> QueueAdds { get; }

    internal Counter<long> QueueRetries { get; }

    internal Histogram<double> QueueDuration { get; }

    internal Histogram<double> WorkDuration { get; }

    internal Counter<long> WebhookRequests { get; }

    internal Histogram<double> WebhookLatency { get; }

    internal UpDownCounter<long> WebhookInFlight { get; }

    internal Counter<long> WebhookPanics { get; }

    internal Counter<long> ConversionPanics { get; }

    internal Counter<long> CertificateReads { get; }

    internal Counter<long> CertificateErrors { get; }

    internal Counter<long> EventsDropped { get; }

    internal Counter<long> WorkerFailures { get; }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    internal void Add(ControllerMetrics controller)
    {
        lock (_gate) _controllers = [.. _controllers, controller];
    }

    internal void ObserveLeadership(string lease, Func<bool> leading)
    {
        var tag = new KeyValuePair<string, object?>("name", lease);
        _leading = () => [new(leading() ? 1 : 0, tag)];
    }

    internal void ObserveCache(Func<IEnumerable<Measurement<long>>> sizes) => _cacheSizes = sizes;

    private Histogram<double> Histogram(string name, string description, IReadOnlyList<double> bounds) =>
        Meter.CreateHistogram(name, null, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private void Gauge(string name, string description, Func<ControllerMetrics, long> value, bool queue) =>
        Meter.CreateObservableGauge(name, () => Volatile.Read(ref _controllers).Select(c => new Measurement<long>(value(c), queue ? c.QueueTags : c.Tags)), null, description);

    private IEnumerable<Measurement<double>> Seconds(Func<WorkQueueStatus, TimeSpan> value) =>
        Volatile.Read(ref _controllers).Select(c => new Measurement<double>(value(c.Queue.Status).TotalSeconds, c.QueueTags));
}
