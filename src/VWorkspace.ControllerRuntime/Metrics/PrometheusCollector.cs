using System.Diagnostics.Metrics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Collects meters through the OpenTelemetry SDK and writes them as Prometheus text 0.0.4 or OpenMetrics 1.0. Observed instruments must answer from memory:
/// a scrape waits for nothing but other scrapes.
/// </summary>
public sealed class PrometheusCollector : IDisposable
{
    /// <summary>
    /// Most series of one instrument. No label of the runtime names an object, so there are never so many; the SDK makes room for all of them at once, a quarter of a megabyte
    /// for an instrument with its default of 2,000.
    /// </summary>
    private const int MaxSeries = 500;

    private readonly Lock _gate = new();
    private readonly PullExporter _exporter;
    private readonly MeterProvider _provider;
    private readonly List<Action<Dictionary<string, PrometheusFamily>>> _declared = [];

    /// <summary>Starts to collect.</summary>
    /// <param name="meters">Names of the meters; later measurements count, earlier ones are lost: make the collector before the instruments are used.</param>
    public PrometheusCollector(params IEnumerable<string> meters)
    {
        _exporter = new();
        var reader = new BaseExportingMetricReader(_exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter([.. meters]).AddView(static _ => new() { CardinalityLimit = MaxSeries }).AddReader(reader).Build();
    }

    /// <summary>Makes a series of a histogram exist with value 0 before its first measurement.</summary>
    public void Declare(Histogram<double> histogram, params KeyValuePair<string, object?>[] tags)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        IReadOnlyList<double> bounds = histogram.Advice?.HistogramBucketBoundaries
            ?? throw new ArgumentException($"Histogram '{histogram.Name}' has no bucket boundaries.", nameof(histogram));
        string name = PrometheusNames.Metric(histogram.Name, histogram.Unit, PrometheusType.Histogram);
        string labels = PrometheusFamily.Labels(tags);
        lock (_gate)
        {
            _declared.Add(families =>
            {
                if (!families.TryGetValue(name, out PrometheusFamily? family)) families[name] = family = new(name, PrometheusType.Histogram, histogram.Description ?? string.Empty);
                family.SetIfAbsent(labels, PrometheusSeries.EmptyHistogram(bounds));
            });
        }
    }

    /// <summary>The exposition of this moment.</summary>
    /// <param name="openMetrics">OpenMetrics 1.0 instead of text 0.0.4.</param>
    public string Scrape(bool openMetrics = false)
    {
        var text = new StringBuilder(64 * 1024);
        lock (_gate)
        {
            _exporter.Families.Clear();
            _exporter.Collect!(Timeout.Infinite);
            foreach (Action<Dictionary<string, PrometheusFamily>> declare in _declared) declare(_exporter.Families);
            foreach (PrometheusFamily family in _exporter.Families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal))
                if (!family.IsEmpty) family.Write(text, openMetrics);
        }

        if (openMetrics) text.Append("# EOF\n");
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _provider.Dispose();

    [ExportModes(ExportModes.Pull)]
    private sealed class PullExporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public Dictionary<string, PrometheusFamily> Families { get; } = new(StringComparer.Ordinal);

        /// <summary>Set by the reader; the only way to make it collect for an exporter that is pulled.</summary>
        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch) Add(metric);
            return ExportResult.Success;
        }

        private void Add(Metric metric)
        {
            PrometheusType type = metric.MetricType switch
            {
                MetricType.LongSum or MetricType.DoubleSum => PrometheusType.Counter,
                MetricType.Histogram => PrometheusType.Histogram,
                _ => PrometheusType.Gauge,
            };
            string name = PrometheusNames.Metric(metric.Name, metric.Unit, type);
            if (!Families.TryGetValue(name, out PrometheusFamily? family)) Families[name] = family = new(name, type, metric.Description);
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints()) family.Set(PrometheusFamily.Labels(Tags(point)), Series(metric.MetricType, point));
        }

        private static IEnumerable<KeyValuePair<string, object?>> Tags(MetricPoint point)
        {
            var tags = new List<KeyValuePair<string, object?>>(point.Tags.Count);
            foreach (KeyValuePair<string, object?> tag in point.Tags) tags.Add(tag);
            return tags;
        }

        private static PrometheusSeries Series(MetricType type, MetricPoint point) => type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => new(point.GetSumLong()),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => new(point.GetSumDouble()),
            MetricType.LongGauge => new(point.GetGaugeLastValueLong()),
            MetricType.DoubleGauge => new(point.GetGaugeLastValueDouble()),
            _ => Histogram(point),
        };

        private static PrometheusSeries Histogram(MetricPoint point)
        {
            var buckets = new List<(double, long)>();
            foreach (HistogramBucket bucket in point.GetHistogramBuckets()) buckets.Add((bucket.ExplicitBound, bucket.BucketCount));
            return new(point.GetHistogramSum(), buckets);
        }
    }
}
