using System.Diagnostics;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class ReconcileRunnerTests
{
    private static readonly ObjectKey Key = new("a", "one");

    private RecordingLogs _logs = null!;
    private FakeTime _time = null!;

    [SetUp]
    public void SetUp() => (_logs, _time) = (new(), new());

    [TearDown]
    public void TearDown() => _logs.Dispose();

    private ReconcileRunner Runner(Func<ObjectKey, CancellationToken, Task<ReconcileResult>> reconcile, double timeoutSeconds = 300) =>
        new("widget", Widgets.Widget.Kind, new FuncReconciler(reconcile), new ControllerOptions { ReconcileTimeout = TimeSpan.FromSeconds(timeoutSeconds) }, static _ => 3, _time, _logs.CreateLogger("controller.widget"));

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return new TestCaseData(new NullReferenceException(), true, LogLevel.Error).SetName("Null_reference_is_a_panic");
        yield return new TestCaseData(new InvalidCastException(), true, LogLevel.Error).SetName("Invalid_cast_is_a_panic");
        yield return new TestCaseData(new KubernetesTransportException("reset"), false, LogLevel.Warning).SetName("Transport_fault_is_an_error_to_retry");
        yield return new TestCaseData(new KubernetesApiException(FakeCluster.Error(500, "InternalError")), false, LogLevel.Warning).SetName("Refusal_is_an_error_to_retry");
        yield return new TestCaseData(new OperationCanceledException(), false, LogLevel.Warning).SetName("Cancellation_of_its_own_is_an_error_to_retry");
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Exception(Exception fault, bool panicked, LogLevel level)
    {
        var ended = (await Runner((_, _) => throw fault).RunAsync(Key, CancellationToken.None))!.Value;
        Assert.That(ended.Result.Outcome, Is.EqualTo(ReconcileOutcome.Failed));
        Assert.That(ended.Report.Panicked, Is.EqualTo(panicked));
        Assert.That(_logs.Lines.Single(static l => l.Exception is not null).Level, Is.EqualTo(level));
    }

    [Test]
    public async Task Refusal_with_retry_after_is_not_tried_before()
    {
        var error = new KubernetesError(new KubernetesStatus { Code = 429, Reason = "TooManyRequests" }, TimeSpan.FromSeconds(7));
        var ended = (await Runner((_, _) => throw new KubernetesApiException(error)).RunAsync(Key, CancellationToken.None))!.Value;
        Assert.That(ended.Result.After, Is.EqualTo(TimeSpan.FromSeconds(7)));
    }

    [Test]
    public async Task Deadline_cancels_the_reconcile_and_counts_as_time_out()
    {
        Task<(ReconcileResult Result, ReconcileReport Report)?> run = Runner(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return ReconcileResult.Done;
        }, 10).RunAsync(Key, CancellationToken.None);
        await _time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        var ended = (await run)!.Value;
        Assert.That((ended.Report.TimedOut, ended.Result.Error), Is.EqualTo((true, ended.Result.Error)));
        Assert.That(ended.Result.Error, Is.TypeOf<TimeoutException>());
        Assert.That(ended.Report.Duration, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Shutdown_is_neither_an_error_nor_a_time_out()
    {
        using var abort = new CancellationTokenSource();
        Task<(ReconcileResult, ReconcileReport)?> run = Runner(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return ReconcileResult.Done;
        }).RunAsync(Key, abort.Token);
        await abort.CancelAsync();
        Assert.That(await run, Is.Null);
        Assert.That(_logs.Lines.Select(static l => l.Level), Is.All.EqualTo(LogLevel.Information));
    }

    [Test]
    public async Task Lost_leadership_is_no_error() => Assert.That(await Runner((_, _) => throw new LeadershipLostException()).RunAsync(Key, CancellationToken.None), Is.Null);

    [Test]
    public async Task Every_line_of_a_reconcile_carries_its_identity_and_each_reconcile_has_its_own()
    {
        ReconcileRunner runner = Runner((_, _) =>
        {
            _logs.CreateLogger("inner").LogInformation("inside");
            return Task.FromResult(ReconcileResult.RequeueAfter(TimeSpan.FromSeconds(1)));
        });
        await runner.RunAsync(Key, CancellationToken.None);
        await runner.RunAsync(Key, CancellationToken.None);
        LogLine[] lines = [.. _logs.Lines];
        Assert.That(lines.Select(static l => l.Message), Is.EqualTo(new[] { "reconcile started", "inside", "reconcile finished", "reconcile started", "inside", "reconcile finished" }));
        foreach (LogLine line in lines)
        {
            Assert.That(line.Fields, Does.ContainKey("controller").WithValue("widget"));
            Assert.That(line.Fields, Does.ContainKey("controllerGroup").WithValue("example.io"));
            Assert.That(line.Fields, Does.ContainKey("controllerKind").WithValue("Widget"));
            Assert.That(line.Fields, Does.ContainKey("namespace").WithValue("a"));
            Assert.That(line.Fields, Does.ContainKey("name").WithValue("one"));
            Assert.That(Guid.TryParse((string?)line.Fields["reconcileID"], out _), Is.True);
        }

        Assert.That(lines.Take(3).Select(static l => l.Fields["reconcileID"]).Distinct().Count(), Is.EqualTo(1));
        Assert.That(lines.Select(static l => l.Fields["reconcileID"]).Distinct().Count(), Is.EqualTo(2));
        Assert.That(lines[0].Fields["generation"], Is.EqualTo(3L));
        Assert.That(lines[2].Fields["result"], Is.EqualTo("requeue_after"));
        Assert.That(lines[2].Fields, Does.ContainKey("duration_ms"));
    }

    [Test]
    public async Task Reconcile_is_one_activity()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "VWorkspace.ControllerRuntime",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await Runner((_, _) => Task.FromResult(ReconcileResult.Terminal(new InvalidOperationException("no")))).RunAsync(Key, CancellationToken.None);
        Activity activity = ended.Single(static a => a.OperationName == "reconcile");
        Assert.That(activity.GetTagItem("controller"), Is.EqualTo("widget"));
        Assert.That(activity.GetTagItem("reconcile.result"), Is.EqualTo("terminal_error"));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Error));
    }
}
