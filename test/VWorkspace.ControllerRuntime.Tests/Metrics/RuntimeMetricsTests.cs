using System.Globalization;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The families of controller-runtime by name, type, labels and buckets: dashboards depend on every character.</summary>
[TestFixture]
internal sealed class RuntimeMetricsTests
{
    private const string LongBuckets = "0.005 0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.6 0.7 0.8 0.9 1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 5 6 7 8 9 10 15 20 25 30 40 50 60 +Inf";
    private const string QueueBuckets = "1e-08 1e-07 1e-06 9.999999999999999e-06 9.999999999999999e-05 0.001 0.01 0.1 1 10 100 1000 +Inf";

    /// <summary>Family, type, labels of its series (without le) and bucket bounds.</summary>
    private static readonly string[] Golden =
    [
        "controller_runtime_active_workers gauge controller",
        "controller_runtime_max_concurrent_reconciles gauge controller",
        "controller_runtime_reconcile_errors_total counter controller",
        "controller_runtime_reconcile_panics_total counter controller",
        "controller_runtime_reconcile_time_seconds histogram controller " + LongBuckets,
        "controller_runtime_reconcile_timeouts_total counter controller",
        "controller_runtime_reconcile_total counter controller,result",
        "controller_runtime_terminal_reconcile_errors_total counter controller",
        "leader_election_master_status gauge name",
        "workqueue_adds_total counter controller,name",
        "workqueue_depth gauge controller,name",
        "workqueue_longest_running_processor_seconds gauge controller,name",
        "workqueue_queue_duration_seconds histogram controller,name " + QueueBuckets,
        "workqueue_retries_total counter controller,name",
        "workqueue_unfinished_work_seconds gauge controller,name",
        "workqueue_work_duration_seconds histogram controller,name " + QueueBuckets,
        "certwatcher_read_certificate_errors_total counter ",
        "certwatcher_read_certificate_total counter ",
        "controller_runtime_conversion_webhook_panics_total counter ",
        "controller_runtime_webhook_panics_total counter ",
    ];

    private RuntimeMetrics _metrics = null!;
    private PrometheusCollector _collector = null!;
    private WorkQueue<ObjectKey> _queue = null!;
    private ControllerMetrics _controller = null!;

    [SetUp]
    public void SetUp()
    {
        string meter = $"runtime-metrics-{TestContext.CurrentContext.Test.ID}";
        _collector = new(meter);
        _metrics = new(meter);
        _controller = new(_metrics, "operation", 4);
        _queue = new(new BackoffRateLimiter<ObjectKey>(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0, new Random(1)), new FakeTime(), _controller);
        _controller.Queue = _queue;
        _metrics.Add(_controller);
        _metrics.ObserveLeadership("dad03b25.vworkspace.io", static () => true);
    }

    [TearDown]
    public void TearDown()
    {
        _queue.Dispose();
        _metrics.Dispose();
        _collector.Dispose();
    }

    [Test]
    public void Counters_of_a_controller_exist_with_zero_before_its_first_reconcile()
    {
        string text = _collector.Scrape();
        foreach (string result in (string[])["success", "error", "requeue", "requeue_after"])
            Assert.That(text, Does.Contain($"controller_runtime_reconcile_total{{controller=\"operation\",result=\"{result}\"}} 0\n"));
        foreach (string name in (string[])["reconcile_errors", "terminal_reconcile_errors", "reconcile_panics", "reconcile_timeouts"])
            Assert.That(text, Does.Contain($"controller_runtime_{name}_total{{controller=\"operation\"}} 0\n"));
        Assert.That(text, Does.Contain("controller_runtime_max_concurrent_reconciles{controller=\"operation\"} 4\n"));
        Assert.That(text, Does.Contain("workqueue_depth{controller=\"operation\",name=\"operation\"} 0\n"));
        Assert.That(text, Does.Contain("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1\n"));
    }

    [Test]
    public async Task Families_have_the_names_types_labels_and_buckets_of_upstream()
    {
        _queue.Add(new("a", "b"));
        await _queue.GetAsync();
        _queue.Done(new("a", "b"));
        _controller.Reconciled(new("operation", new("a", "b"), ReconcileOutcome.Done, TimeSpan.FromSeconds(0.3), false, false));
        Dictionary<string, string> families = Parse(_collector.Scrape());
        foreach (string golden in Golden) Assert.That(families.GetValueOrDefault(golden.Split(' ')[0]), Is.EqualTo(golden));
    }

    [Test]
    public async Task Scrape_does_not_wait_for_work_that_hangs()
    {
        _queue.Add(new("a", "b"));
        await _queue.GetAsync();
        Task<string> scrape = Task.Run(() => _collector.Scrape(), CancellationToken.None);
        string text = await Eventually.EndsAsync(scrape, "a scrape answers while a reconcile hangs");
        Assert.That(text, Does.Contain("controller_runtime_active_workers{controller=\"operation\"} 1\n"));
        Assert.That(text, Does.Contain("workqueue_longest_running_processor_seconds{controller=\"operation\",name=\"operation\"} 0\n"));
    }

    [TestCase(ReconcileOutcome.Done, false, false, "success", 0, 0, 0, 0)]
    [TestCase(ReconcileOutcome.Requeue, false, false, "requeue", 0, 0, 0, 0)]
    [TestCase(ReconcileOutcome.RequeueAfter, false, false, "requeue_after", 0, 0, 0, 0)]
    [TestCase(ReconcileOutcome.Failed, false, false, "error", 1, 0, 0, 0)]
    [TestCase(ReconcileOutcome.Failed, true, false, "error", 1, 0, 1, 0)]
    [TestCase(ReconcileOutcome.Failed, false, true, "error", 1, 0, 0, 1)]
    [TestCase(ReconcileOutcome.Terminal, false, false, "error", 1, 1, 0, 0)]
    public void Reconcile_moves_the_series_of_its_outcome(object outcome, bool timedOut, bool panicked, string result, int errors, int terminal, int timeouts, int panics)
    {
        _controller.Reconciled(new("operation", new("a", "b"), (ReconcileOutcome)outcome, TimeSpan.FromSeconds(1), timedOut, panicked));
        string text = _collector.Scrape();
        foreach (string name in (string[])["success", "error", "requeue", "requeue_after"])
            Assert.That(text, Does.Contain($"reconcile_total{{controller=\"operation\",result=\"{name}\"}} {(name == result ? 1 : 0)}\n"));
        Assert.That(text, Does.Contain($"controller_runtime_reconcile_errors_total{{controller=\"operation\"}} {errors}\n"));
        Assert.That(text, Does.Contain($"controller_runtime_terminal_reconcile_errors_total{{controller=\"operation\"}} {terminal}\n"));
        Assert.That(text, Does.Contain($"controller_runtime_reconcile_timeouts_total{{controller=\"operation\"}} {timeouts}\n"));
        Assert.That(text, Does.Contain($"controller_runtime_reconcile_panics_total{{controller=\"operation\"}} {panics}\n"));
        Assert.That(text, Does.Contain("controller_runtime_reconcile_time_seconds_count{controller=\"operation\"} 1\n"));
    }

    /// <summary>Reads the text format strictly and describes each family as in <see cref="Golden"/>.</summary>
    private static Dictionary<string, string> Parse(string text)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var bounds = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ');
                Assert.That(types.TryAdd(parts[2], parts[3]), Is.True, $"{parts[2]} is declared twice");
                continue;
            }

            System.Text.RegularExpressions.Match sample = System.Text.RegularExpressions.Regex.Match(
                line, """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_]\w*="([^"\\]|\\["\\n])*",?)*)\})? (?<value>\S+)$""", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
            Assert.That(sample.Success, Is.True, $"not a sample: {line}");
            Assert.That(sample.Groups["value"].Value is "+Inf" or "NaN" || double.TryParse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), Is.True, line);
            string name = sample.Groups["name"].Value;
            string family = types.ContainsKey(name) ? name : name[..name.LastIndexOf('_')];
            Assert.That(types, Contains.Key(family), $"a sample without a family: {line}");
            string[] pairs = sample.Groups["labels"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
            labels[family] = string.Join(',', pairs.Select(static p => p.Split('=')[0]).Where(static l => l != "le"));
            if (name.EndsWith("_bucket", StringComparison.Ordinal))
            {
                if (!bounds.TryGetValue(family, out List<string>? list)) bounds[family] = list = [];
                list.Add(pairs.Single(static p => p.StartsWith("le=", StringComparison.Ordinal))[4..^1]);
            }
        }

        return types.ToDictionary(static t => t.Key, t => $"{t.Key} {t.Value} {labels[t.Key]}{(bounds.TryGetValue(t.Key, out List<string>? b) ? " " + string.Join(' ', b) : "")}", StringComparer.Ordinal);
    }
}
