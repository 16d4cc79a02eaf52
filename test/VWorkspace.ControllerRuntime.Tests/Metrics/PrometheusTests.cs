using System.Diagnostics.Metrics;
using System.Text;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class PrometheusTests
{
    [TestCase(0, "0")]
    [TestCase(1, "1")]
    [TestCase(-1.5, "-1.5")]
    [TestCase(0.005, "0.005")]
    [TestCase(1e-08, "1e-08")]
    [TestCase(9.999999999999999e-06, "9.999999999999999e-06")]
    [TestCase(9.999999999999999e-05, "9.999999999999999e-05")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(1000, "1000")]
    [TestCase(123456, "123456")]
    [TestCase(1000000, "1e+06")]
    [TestCase(1234567.5, "1.2345675e+06")]
    [TestCase(1e23, "1e+23")]
    [TestCase(14400, "14400")]
    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    [TestCase(double.NaN, "NaN")]
    public void Number_is_written_as_go_writes_it(double value, string expected)
    {
        var text = new StringBuilder();
        PrometheusNumber.Append(text, value);
        Assert.That(text.ToString(), Is.EqualTo(expected));
    }

    [TestCase("", false)]
    [TestCase("text/plain", false)]
    [TestCase("application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [TestCase("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [TestCase("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.9", false)]
    [TestCase("application/openmetrics-text;version=2.0.0", false)]
    [TestCase("*/*", false)]
    public void OpenMetrics_is_chosen_only_when_preferred(string accept, bool expected) =>
        Assert.That(MetricsEndpoint.PrefersOpenMetrics([accept]), Is.EqualTo(expected));

    [Test]
    public void Exposition_has_help_type_escapes_and_cumulative_buckets()
    {
        using var meter = new Meter("exposition-test");
        using var collector = new PrometheusCollector("exposition-test");
        Counter<long> counter = meter.CreateCounter<long>("jobs_total", null, "Jobs\nby \\ kind");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"), new("empty", ""));
        Histogram<double> histogram = meter.CreateHistogram("wait_seconds", null, "Waiting", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        histogram.Record(0.2);
        histogram.Record(0.7);
        histogram.Record(5);
        meter.CreateUpDownCounter<long>("level", null, "Level").Add(-3);

        Assert.That(collector.Scrape(), Is.EqualTo(
            """
            # HELP jobs_total Jobs\nby \\ kind
            # TYPE jobs_total counter
            jobs_total{kind="a\"b\\c\nd"} 2
            # HELP level Level
            # TYPE level gauge
            level -3
            # HELP wait_seconds Waiting
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 1
            wait_seconds_bucket{le="1"} 2
            wait_seconds_bucket{le="+Inf"} 3
            wait_seconds_sum 5.9
            wait_seconds_count 3

            """));
        Assert.That(collector.Scrape(openMetrics: true), Is.EqualTo(
            """
            # HELP jobs Jobs\nby \\ kind
            # TYPE jobs counter
            jobs_total{kind="a\"b\\c\nd"} 2.0
            # HELP level Level
            # TYPE level gauge
            level -3.0
            # HELP wait_seconds Waiting
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 1
            wait_seconds_bucket{le="1.0"} 2
            wait_seconds_bucket{le="+Inf"} 3
            wait_seconds_sum 5.9
            wait_seconds_count 3
            # EOF

            """));
    }

    [Test]
    public void Declared_histogram_exists_with_zero_and_gives_way_to_measurements()
    {
        using var meter = new Meter("declared-test");
        using var collector = new PrometheusCollector("declared-test");
        Histogram<double> histogram = meter.CreateHistogram("d_seconds", null, "D", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        collector.Declare(histogram, new KeyValuePair<string, object?>("controller", "a"));
        collector.Declare(histogram, new KeyValuePair<string, object?>("controller", "b"));
        Assert.That(collector.Scrape(), Does.Contain("d_seconds_count{controller=\"a\"} 0\n").And.Contain("d_seconds_count{controller=\"b\"} 0\n"));
        histogram.Record(0.5, new KeyValuePair<string, object?>("controller", "a"));
        Assert.That(collector.Scrape(), Does.Contain("d_seconds_count{controller=\"a\"} 1\n").And.Contain("d_seconds_count{controller=\"b\"} 0\n"));
    }

    [Test]
    public void Process_and_dotnet_series_are_there()
    {
        using var process = new ProcessMetrics();
        using var collector = new PrometheusCollector(ProcessMetrics.MeterName, ProcessMetrics.DotnetMeterName);
        string text = collector.Scrape();
        foreach (string name in (string[])["process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_start_time_seconds", "process_open_fds", "process_max_fds"])
            Assert.That(text, Does.Match($"(?m)^{name} [0-9]"));
        Assert.That(text, Does.Match("(?m)^dotnet_gc_heap_total_allocated_bytes_total [0-9]"));
        Assert.That(text, Does.Not.Contain("go_"));
    }
}
