using System.Collections.Concurrent;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The queue under real threads: adders, workers and a shutdown that run over each other.</summary>
[TestFixture]
internal sealed class WorkQueueRaceTests
{
    private const int Keys = 12;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Key_is_never_with_two_workers_and_every_add_is_followed_by_work_that_begins_later(int seed)
    {
        using var queue = new WorkQueue<int>(new BackoffRateLimiter<int>(TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1), 0.5, new Random(seed)), TimeProvider.System);
        long clock = 0;
        long[] lastAdd = new long[Keys], lastStart = new long[Keys];
        int[] busy = new int[Keys];
        var faults = new ConcurrentQueue<string>();
        Task[] workers = [.. Enumerable.Range(0, 4).Select(worker => Task.Run(() => WorkAsync(new Random((seed * 100) + worker)), CancellationToken.None))];
        Task[] adders = [.. Enumerable.Range(0, 4).Select(adder => Task.Run(() => Add(new Random((seed * 1000) + adder)), CancellationToken.None))];

        await Eventually.EndsAsync(Task.WhenAll(adders), "all adds return");
        await Eventually.HoldsAsync(() => queue.Status is { Depth: 0, Delayed: 0, Processing: 0 }, "the queue is worked off");
        for (int key = 0; key < Keys; key++)
            if (Volatile.Read(ref lastStart[key]) < Volatile.Read(ref lastAdd[key])) faults.Enqueue($"{key} was added after its last pass had begun");
        await Eventually.EndsAsync(queue.ShutDown(), "the queue drains");
        await Eventually.EndsAsync(Task.WhenAll(workers), "the workers end");
        Assert.That(faults, Is.Empty);

        void Add(Random random)
        {
            for (int i = 0; i < 3000; i++)
            {
                int key = random.Next(Keys);

                // Before the add: work that begins after it sees at least this.
                InterlockedMax(ref lastAdd[key], Interlocked.Increment(ref clock));
                var priority = (WorkPriority)random.Next(3);
                switch (random.Next(4))
                {
                    case 0: queue.AddAfter(key, TimeSpan.FromMicroseconds(random.Next(500)), priority); break;
                    case 1: queue.AddRateLimited(key, priority); break;
                    default: queue.Add(key, priority); break;
                }

                if (random.Next(64) == 0) queue.Forget(key);
            }
        }

        async Task WorkAsync(Random random)
        {
            while (await queue.GetAsync() is { } item)
            {
                if (Interlocked.Increment(ref busy[item.Item]) != 1) faults.Enqueue($"{item.Item} is with two workers");
                InterlockedMax(ref lastStart[item.Item], Interlocked.Increment(ref clock));
                if (random.Next(3) == 0) await Task.Yield();
                if (random.Next(50) == 0) queue.Add(item.Item, item.Priority);
                Interlocked.Decrement(ref busy[item.Item]);
                queue.Done(item.Item);
            }
        }
    }

    [Test]
    public async Task Shutdown_in_the_middle_of_everything_ends_every_worker_and_leaves_nobody_waiting()
    {
        for (int round = 0; round < 60; round++)
        {
            using var queue = new WorkQueue<int>(new BackoffRateLimiter<int>(TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1), 0, new Random(round)), TimeProvider.System);
            Task[] tasks =
            [
                .. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
                {
                    while (await queue.GetAsync() is { } item)
                    {
                        await Task.Yield();
                        queue.AddAfter(item.Item, TimeSpan.FromTicks(item.Item));
                        queue.Done(item.Item);
                    }
                }, CancellationToken.None)),
                Task.Run(() =>
                {
                    for (int i = 0; i < 200; i++) queue.Add(i % 7);
                }, CancellationToken.None),
            ];
            int spins = round * 50;
            await Task.Run(() => Thread.SpinWait(spins), CancellationToken.None);
            Task drained = queue.ShutDown();
            await Eventually.EndsAsync(Task.WhenAll(tasks), "the workers end");
            await Eventually.EndsAsync(drained, "the queue drains");
            Assert.That(queue.Status.Processing, Is.Zero);
        }
    }

    private static void InterlockedMax(ref long location, long value)
    {
        long seen = Volatile.Read(ref location);
        while (seen < value)
        {
            long before = Interlocked.CompareExchange(ref location, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
