using System.Diagnostics.Metrics;
using VWorkspace.Api;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Build;

namespace VWorkspace.Operator.Metrics;

/// <summary>
/// The series of the operator itself (<c>vworkspace_operator_*</c>). Those of controllers, queues and the client come from the runtime and the client.
/// No label carries a name of an object, a namespace or a text.
/// </summary>
internal sealed class OperatorMetrics : IDisposable
{
    /// <summary>Name of the meter unless several operators run in one process.</summary>
    public const string DefaultMeterName = "VWorkspace.Operator";

    /// <summary>The controllers whose series exist from the start, built or not.</summary>
    public static readonly string[] Controllers = ["applicationinstance", "operation", "cluster"];

    private static readonly string[] Results = ["success", "requeue", "error"];

    private readonly Meter _meter;
    private readonly Counter<long> _reconciles;
    private readonly Histogram<double> _durations;
    private Func<IReadOnlyList<PartialObject>> _namespaces = static () => [];
    private Func<IReadOnlyList<ApplicationInstance>> _applications = static () => [];
    private Func<DateTimeOffset?> _webhookCertificate = static () => null;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meterName">Name of the meter.</param>
    /// <param name="build">What this build is.</param>
    /// <param name="channel">Release channel.</param>
    public OperatorMetrics(string meterName, BuildInfo build, string channel)
    {
        _meter = new Meter(meterName);
        _reconciles = _meter.CreateCounter<long>("vworkspace_operator_reconcile_total", null, "Reconciles by controller and result");
        _durations = _meter.CreateHistogram("vworkspace_operator_reconcile_duration_seconds", null, "Wall time of reconciles, failures included",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Default });
        KeyValuePair<string, object?>[] buildTags = [new("version", build.Version), new("commit", build.Commit), new("channel", channel), new("runtime", build.Runtime)];
        _meter.CreateObservableGauge("vworkspace_operator_build_info", () => new Measurement<long>(1, buildTags), null, "What runs here; always 1");
        _meter.CreateObservableGauge("vworkspace_operator_managed_namespaces", () => ManagedNamespaces(), null, "Namespaces that carry the managed-namespace label");
        _meter.CreateObservableGauge("vworkspace_operator_applicationinstances", Applications, null, "Applications now, by readiness");
        _meter.CreateObservableGauge("vworkspace_operator_webhook_certificate_expiry_timestamp_seconds", CertificateExpiry, null, "When the certificate of the webhooks expires, as Unix time");
    }

    /// <summary>Gives every series of reconciles the value 0. Called once, when somebody collects.</summary>
    public void Initialise(PrometheusCollector collector)
    {
        foreach (string controller in Controllers)
        {
            foreach (string result in Results) _reconciles.Add(0, new("controller", controller), new("result", result));
            collector.Declare(_durations, new KeyValuePair<string, object?>("controller", controller));
        }
    }

    /// <summary>Observes the stores from now on. A scrape only ever reads memory.</summary>
    public void Observe(IObjectStore<PartialObject> namespaces, IObjectStore<ApplicationInstance> applications)
    {
        Volatile.Write(ref _namespaces, () => namespaces.List());
        Volatile.Write(ref _applications, () => applications.List());
    }

    /// <summary>Observes when the certificate of the webhooks expires; null while there is none.</summary>
    public void ObserveCertificate(Func<DateTimeOffset?> expiry) => Volatile.Write(ref _webhookCertificate, expiry);

    /// <summary>Counts a reconcile.</summary>
    public void Reconciled(ReconcileReport report)
    {
        var controller = new KeyValuePair<string, object?>("controller", report.Controller);
        _reconciles.Add(1, controller, new("result", report.Outcome switch
        {
            ReconcileOutcome.Done => "success",
            ReconcileOutcome.Requeue or ReconcileOutcome.RequeueAfter => "requeue",
            _ => "error",
        }));
        _durations.Record(report.Duration.TotalSeconds, controller);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private long ManagedNamespaces() => Volatile.Read(ref _namespaces)().Count(static item => Labels.IsGated(item.Metadata.Labels));

    private IEnumerable<Measurement<long>> CertificateExpiry() => Volatile.Read(ref _webhookCertificate)() is { } expiry ? [new(expiry.ToUnixTimeSeconds())] : [];

    private IEnumerable<Measurement<long>> Applications()
    {
        long ready = 0, notReady = 0, unknown = 0;
        foreach (ApplicationInstance application in Volatile.Read(ref _applications)())
        {
            Condition? condition = application.Status?.Conditions.FirstOrDefault(static condition => condition.Type == "Ready");
            if (condition is { IsTrue: true }) ready++;
            else if (condition is { IsFalse: true }) notReady++;
            else unknown++;
        }
        return [new(ready, new KeyValuePair<string, object?>("ready", "true")), new(notReady, new KeyValuePair<string, object?>("ready", "false")), new(unknown, new KeyValuePair<string, object?>("ready", "unknown"))];
    }
}
