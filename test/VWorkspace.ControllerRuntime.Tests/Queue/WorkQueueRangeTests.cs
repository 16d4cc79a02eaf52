namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Delays at the ends of their range.</summary>
[TestFixture]
internal sealed class WorkQueueRangeTests
{
    private static IEnumerable<TimeSpan> Ages()
    {
        yield return TimeSpan.MaxValue;
        yield return TimeSpan.MaxValue - TimeSpan.FromTicks(1);
        yield return TimeSpan.FromDays(365 * 8000.0);
        yield return TimeSpan.FromDays(400);
    }

    [TestCaseSource(nameof(Ages))]
    public async Task Delay_of_ages_is_not_at_once(TimeSpan delay)
    {
        using var queue = new WorkQueue<string>(new BackoffRateLimiter<string>(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0, new Random(1)), TimeProvider.System);
        queue.AddAfter("a", delay);
        queue.AddAfter("b", TimeSpan.FromDays(1));
        queue.AddRateLimited("c", notBefore: delay);
        ValueTask<WorkItem<string>?> next = queue.GetAsync();
        queue.AddAfter("d", TimeSpan.FromMilliseconds(20));

        WorkItem<string>? taken = await next.AsTask().WaitAsync(Eventually.Limit);

        Assert.That(taken!.Value.Item, Is.EqualTo("d"));
        Assert.That((queue.Status.Depth, queue.Status.Delayed), Is.EqualTo((0, 3)));
    }

    [TestCaseSource(nameof(Ages))]
    public void Delay_of_ages_is_shortened_by_a_later_add(TimeSpan delay)
    {
        var time = new FakeTime();
        time.Advance(TimeSpan.FromDays(1));
        using var queue = new WorkQueue<string>(new BackoffRateLimiter<string>(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0, new Random(1)), time);
        queue.AddAfter("a", delay);
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(queue.Status.Depth, Is.EqualTo(1));
    }
}
