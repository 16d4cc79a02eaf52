namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class TokenBucketTests
{
    [Test]
    public void Bucket_gives_its_burst_at_once_and_then_one_token_each_interval()
    {
        var time = new FakeTime();
        var bucket = new TokenBucket(TimeSpan.FromSeconds(10), 3, time);
        Assert.That(Enumerable.Range(0, 4).Select(_ => bucket.TryTake()), Is.EqualTo(new[] { true, true, true, false }));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.That(bucket.TryTake(), Is.False);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(bucket.TryTake(), Is.True);
        Assert.That(bucket.TryTake(), Is.False);
        time.Advance(TimeSpan.FromHours(1));
        Assert.That(Enumerable.Range(0, 4).Select(_ => bucket.TryTake()), Is.EqualTo(new[] { true, true, true, false }));
    }

    [Test]
    public void Reservations_beyond_the_burst_queue_up_behind_each_other()
    {
        var time = new FakeTime();
        var bucket = new TokenBucket(TimeSpan.FromSeconds(10), 2, time);
        Assert.That(Enumerable.Range(0, 4).Select(_ => bucket.Reserve().TotalSeconds), Is.EqualTo(new[] { 0.0, 0.0, 10.0, 20.0 }));
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.That(bucket.Reserve(), Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [Test]
    public void Backoff_with_jitter_stays_within_its_fraction()
    {
        var limiter = new BackoffRateLimiter<int>(TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5), 0.1, new Random(7));
        for (int item = 0; item < 200; item++)
        {
            Assert.That(limiter.NextDelay(item), Is.InRange(TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(550)));
            Assert.That(limiter.NextDelay(item), Is.InRange(TimeSpan.FromMilliseconds(900), TimeSpan.FromMilliseconds(1100)));
        }
    }
}
