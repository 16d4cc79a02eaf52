using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>An Event whose answer was lost is neither doubled nor counted as dropped.</summary>
[TestFixture]
internal sealed class AmbiguousEventTests
{
    private static readonly ObjectReference One = new(Widgets.Widget.Kind, new("a", "one"), "uid-1");

    [Test]
    public async Task Event_that_was_written_although_its_answer_was_lost_goes_on_as_a_series()
    {
        int dropped = 0, calls = 0;
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        await using var lossy = new FaultyClient(cluster)
        {
            After = (_, _) =>
            {
                if (Interlocked.Increment(ref calls) == 1) throw new KubernetesTransportException("reset");
            },
        };
        var recorder = new EventRecorder(lossy, Widgets.Events, time, () => dropped++, new(), NullLogger.Instance);
        Task run = recorder.RunAsync(CancellationToken.None);
        recorder.Record(One, EventType.Normal, "Done", "well");
        await time.AdvanceUntilAsync(() => calls == 2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        recorder.Record(One, EventType.Normal, "Done", "well");
        recorder.Complete();
        await Eventually.EndsAsync(run, "the recorder ends");

        Assert.That(cluster.CountOf(PartialObject.Resource(new("events.k8s.io", "v1", "Event"), "events")), Is.EqualTo(1));
        Assert.That(cluster.Requests.Select(static r => r.Verb), Is.EqualTo(new[] { "create", "create", "patch" }));
        Assert.That((int)cluster.Requests[2].Body!["series"]!["count"]!, Is.EqualTo(2));
        Assert.That(dropped, Is.Zero);
    }

    [Test]
    public async Task Cancellation_that_is_not_ours_does_not_end_the_recorder()
    {
        int dropped = 0;
        await using var cluster = new FakeCluster();
        var recorder = new EventRecorder(cluster, Widgets.Events with { Redact = static text => text == "odd" ? throw new OperationCanceledException() : text }, TimeProvider.System, () => dropped++, new(), NullLogger.Instance);
        recorder.Record(One, EventType.Normal, "Odd", "odd");
        recorder.Record(One, EventType.Normal, "Done", "well");
        recorder.Complete();
        await Eventually.EndsAsync(recorder.RunAsync(CancellationToken.None), "the recorder ends");

        Assert.That((dropped, cluster.Requests.Count), Is.EqualTo((1, 1)));
    }
}
