using System.Collections.Concurrent;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class WorkQueueTests
{
    private FakeTime _time = null!;
    private WorkQueue<string> _queue = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new();
        _queue = new(new BackoffRateLimiter<string>(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000), 0, new Random(1)), _time);
    }

    [TearDown]
    public void TearDown() => _queue.Dispose();

    [Test]
    public async Task Item_added_twice_while_waiting_is_handed_out_once()
    {
        _queue.Add("a");
        _queue.Add("a");
        Assert.That((await _queue.GetAsync())!.Value.Item, Is.EqualTo("a"));
        Assert.That(_queue.Status.Depth, Is.Zero);
    }

    [Test]
    public async Task Item_added_while_worked_on_waits_until_done_and_then_comes_again()
    {
        _queue.Add("a");
        await _queue.GetAsync();
        _queue.Add("a");
        ValueTask<WorkItem<string>?> next = _queue.GetAsync();
        Assert.That(next.IsCompleted, Is.False);
        Assert.That(_queue.Status.Depth, Is.EqualTo(1));
        _queue.Done("a");
        Assert.That((await next)!.Value.Item, Is.EqualTo("a"));
    }

    [Test]
    public async Task Items_of_higher_priority_go_first_and_keep_their_order()
    {
        _queue.Add("low", WorkPriority.Low);
        _queue.Add("n1");
        _queue.Add("high", WorkPriority.High);
        _queue.Add("n2");
        var order = new List<string>();
        for (int i = 0; i < 4; i++) order.Add((await _queue.GetAsync())!.Value.Item);
        Assert.That(order, Is.EqualTo(new[] { "high", "n1", "n2", "low" }));
    }

    [Test]
    public async Task Item_of_low_priority_is_not_starved_by_a_stream_of_others()
    {
        _queue.Add("low", WorkPriority.Low);
        int before = 0;
        for (int i = 0; ; i++)
        {
            _queue.Add($"n{i}");
            string item = (await _queue.GetAsync())!.Value.Item;
            _queue.Done(item);
            if (item == "low") break;
            before++;
            Assert.That(before, Is.LessThanOrEqualTo(WorkQueue<string>.FairnessInterval));
        }
    }

    [Test]
    public async Task Waiting_item_added_again_with_a_higher_priority_takes_it()
    {
        _queue.Add("a", WorkPriority.Low);
        _queue.Add("b");
        _queue.Add("a", WorkPriority.High);
        Assert.That(await _queue.GetAsync(), Is.EqualTo(new WorkItem<string>("a", WorkPriority.High)));
    }

    [Test]
    public void Delayed_item_becomes_ready_when_its_time_has_come()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(_queue.Status, Is.EqualTo(new WorkQueueStatus(0, 1, 0, default, default)));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(_queue.Status.Depth, Is.EqualTo(1));
    }

    [Test]
    public void Delayed_item_added_again_keeps_the_earlier_time()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(3));
        _queue.AddAfter("a", TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(3.1));
        Assert.That(_queue.Status, Is.EqualTo(new WorkQueueStatus(1, 0, 0, default, default)));
    }

    [Test]
    public async Task Delayed_item_keeps_its_higher_priority_when_added_at_once()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10), WorkPriority.High);
        _queue.Add("a", WorkPriority.Low);
        Assert.That(await _queue.GetAsync(), Is.EqualTo(new WorkItem<string>("a", WorkPriority.High)));
        Assert.That(_queue.Status.Delayed, Is.Zero);
    }

    [Test]
    public void Delayed_items_become_ready_in_the_order_of_their_times()
    {
        foreach (int seconds in (int[])[50, 10, 40, 20, 30]) _queue.AddAfter($"{seconds}", TimeSpan.FromSeconds(seconds));
        for (int expected = 1; expected <= 5; expected++)
        {
            _time.Advance(TimeSpan.FromSeconds(10.01));
            Assert.That(_queue.Status.Depth, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Rate_limited_item_waits_twice_as_long_each_time_until_forgotten()
    {
        Assert.That(_queue.AddRateLimited("a"), Is.EqualTo(TimeSpan.FromMilliseconds(5)));
        Assert.That(_queue.AddRateLimited("a"), Is.EqualTo(TimeSpan.FromMilliseconds(10)));
        for (int i = 0; i < 40; i++) _queue.AddRateLimited("a");
        Assert.That(_queue.AddRateLimited("a"), Is.EqualTo(TimeSpan.FromSeconds(1000)));
        _queue.Forget("a");
        Assert.That(_queue.AddRateLimited("a"), Is.EqualTo(TimeSpan.FromMilliseconds(5)));
    }

    [Test]
    public void Rate_limited_item_never_comes_before_the_time_the_server_asked_for()
    {
        Assert.That(_queue.AddRateLimited("a", notBefore: TimeSpan.FromSeconds(30)), Is.EqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Shut_down_releases_waiting_workers_and_ignores_later_adds()
    {
        ValueTask<WorkItem<string>?> waiting = _queue.GetAsync();
        await _queue.ShutDown();
        Assert.That(await waiting, Is.Null);
        _queue.Add("a");
        Assert.That(await _queue.GetAsync(), Is.Null);
        Assert.That(_queue.Status.Depth, Is.Zero);
    }

    [Test]
    public async Task Shut_down_with_a_full_queue_delivers_nothing_more_and_ends_with_the_running_work()
    {
        for (int i = 0; i < 100; i++) _queue.Add($"{i}");
        string running = (await _queue.GetAsync())!.Value.Item;
        Task drained = _queue.ShutDown();
        Assert.That(await _queue.GetAsync(), Is.Null);
        Assert.That(drained.IsCompleted, Is.False);
        _queue.Add(running);
        _queue.Done(running);
        await Eventually.EndsAsync(drained, "the queue drains");
    }

    [Test]
    public async Task Status_tells_how_long_items_have_been_worked_on()
    {
        _queue.Add("a");
        _queue.Add("b");
        await _queue.GetAsync();
        _time.Advance(TimeSpan.FromSeconds(4));
        await _queue.GetAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_queue.Status, Is.EqualTo(new WorkQueueStatus(0, 0, 2, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(6))));
    }

    [Test]
    public void Add_get_done_in_steady_state_allocates_nothing()
    {
        using var queue = new WorkQueue<long>(new BackoffRateLimiter<long>(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1), 0, new Random(1)), TimeProvider.System);
        for (long i = 0; i < 1000; i++) Cycle(i % 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < 10_000; i++) Cycle(i % 100);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Cycle(long item)
        {
            queue.Add(item);
            queue.Add(item);
#pragma warning disable CA2012, VSTHRD002 // an item is ready, so the task is complete; awaiting it would allocate in debug builds
            queue.Done(queue.GetAsync().Result!.Value.Item);
#pragma warning restore CA2012, VSTHRD002
        }
    }

    [Test]
    public async Task Concurrent_producers_and_workers_never_share_an_item_and_miss_no_add()
    {
        using var queue = new WorkQueue<int>(new BackoffRateLimiter<int>(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), 0, new Random(1)), TimeProvider.System);
        const int Items = 20, Adds = 20_000;
        int[] running = new int[Items];
        int[] wanted = new int[Items];
        int[] worked = new int[Items];
        var overlaps = new ConcurrentQueue<int>();

        Task[] workers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(WorkAsync, CancellationToken.None))];
        Task[] producers = [.. Enumerable.Range(0, 4).Select(p => Task.Run(() => Produce(p), CancellationToken.None))];
        await Eventually.EndsAsync(Task.WhenAll(producers), "producers end");
        await Eventually.HoldsAsync(() => Enumerable.Range(0, Items).All(i => Volatile.Read(ref worked[i]) >= Volatile.Read(ref wanted[i])), "every item was worked on after its last add");
        await Eventually.EndsAsync(Task.WhenAll([queue.ShutDown(), .. workers]), "workers end");
        Assert.That(overlaps, Is.Empty);

        void Produce(int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < Adds; i++)
            {
                int item = random.Next(Items);
                Interlocked.Increment(ref wanted[item]);
                if (random.Next(4) == 0) queue.AddAfter(item, TimeSpan.FromMilliseconds(random.Next(3)), (WorkPriority)random.Next(3));
                else queue.Add(item, (WorkPriority)random.Next(3));
            }
        }

        async Task WorkAsync()
        {
            while (await queue.GetAsync() is { } item)
            {
                if (Interlocked.Increment(ref running[item.Item]) != 1) overlaps.Enqueue(item.Item);
                int seen = Volatile.Read(ref wanted[item.Item]);
                await Task.Yield();
                Volatile.Write(ref worked[item.Item], seen);
                Interlocked.Decrement(ref running[item.Item]);
                queue.Done(item.Item);
            }
        }
    }
}
