using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>One item through the queue, compared in the same run with one through a channel, which does none of what a workqueue does.</summary>
public class WorkQueueBenchmarks
{
    private const int Keys = 1024;
    private const int Items = 100_000;

    private readonly ObjectKey[] _keys = [.. Enumerable.Range(0, Keys).Select(static i => new ObjectKey("namespace", $"object-{i}"))];
    private readonly Channel<ObjectKey> _channel = Channel.CreateUnbounded<ObjectKey>();
    private WorkQueue<ObjectKey> _queue = null!;
    private int _next;

    [GlobalSetup]
    public void SetUp()
    {
        _queue = NewQueue();
        _queue.Add(new("waiting", "for ever"), WorkPriority.Low);
        for (int i = 0; i < 4 * Keys; i++) AddGetDone();
    }

    [GlobalCleanup]
    public void CleanUp() => _queue.Dispose();

    [Benchmark(Baseline = true)]
    public ObjectKey ChannelWriteRead()
    {
        _channel.Writer.TryWrite(_keys[_next++ % Keys]);
        _channel.Reader.TryRead(out ObjectKey key);
        return key;
    }

    [Benchmark]
    public ObjectKey AddGetDone()
    {
        _queue.Add(_keys[_next++ % Keys]);
#pragma warning disable CA2012, VSTHRD002 // an item is ready, so the task is complete; an await would be measured as well
        ObjectKey key = _queue.GetAsync().Result!.Value.Item;
#pragma warning restore CA2012, VSTHRD002
        _queue.Done(key);
        return key;
    }

    [Benchmark]
    public void DuplicateAdd() => _queue.Add(new("waiting", "for ever"), WorkPriority.Low);

    /// <summary>The queue filled at once and worked off by so many workers; the time is that of one item.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    [Arguments(1)]
    [Arguments(16)]
    public async Task WorkedOff(int workers)
    {
        using WorkQueue<ObjectKey> queue = NewQueue();
        for (int i = 0; i < Items; i++) queue.Add(new(_keys[i % Keys].Name, _keys[i / Keys].Name));
        int left = Items;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));

        async Task WorkAsync()
        {
            while (await queue.GetAsync() is { } item)
            {
                queue.Done(item.Item);
                if (Interlocked.Decrement(ref left) == 0) _ = queue.ShutDown();
            }
        }
    }

    private static WorkQueue<ObjectKey> NewQueue() =>
        new(new BackoffRateLimiter<ObjectKey>(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000), 0, new Random(1)), TimeProvider.System);
}
