using VWorkspace.Benchmarks;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The load of the benchmark <c>informer-load</c>, held against its bounds: bytes that are alive after full collections, so that they do not depend on the machine.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class InformerMemoryTests
{
    private const int Objects = 10_000;
    private const int MostBytesKept = 1536;
    private static readonly ReleaseFactory Factory = new(20 * 1024);

    [TestCase(true)]
    [TestCase(false)]
    public async Task Ten_thousand_releases_keep_at_most_1536_bytes_each_and_listing_them_anew_at_most_doubles_that(bool streaming)
    {
        // What the process keeps once and for all is there before the count begins.
        await MeasureAsync(streaming, 500);
        Figures f = await MeasureAsync(streaming, Objects);
        await TestContext.Out.WriteLineAsync($"kept {f.Kept / Objects:N0} B an object; most while syncing {f.Sync:N0}, listing anew {f.Same:N0} unchanged and {f.Changed:N0} changed");
        Assert.That(Factory.Size, Is.GreaterThan(20_000), "otherwise the test proves nothing");
        Assert.That(f.Kept / Objects, Is.LessThanOrEqualTo(MostBytesKept));
        Assert.That(f.Sync, Is.LessThan(1.5 * f.Kept));
        Assert.That(f.Same, Is.LessThan(2 * f.Kept));
        Assert.That(f.Changed, Is.LessThan(2 * f.Kept));
    }

    private static async Task<Figures> MeasureAsync(bool streaming, int objects)
    {
        await Task.Yield();
        long start = Live(), peak = 0;
        int listed = 0;
        using var server = new ReleaseServer(Factory, objects, streaming, i =>
        {
            if (i % 2000 == 1999 || i == objects) peak = Math.Max(peak, Live() - start);
            if (i == objects) Interlocked.Increment(ref listed);
        });
        await using var client = new KubernetesClient(new() { Server = new Uri("http://memory.example.com") }, new() { Handler = server, Random = new Random(1) });
        using var stop = new CancellationTokenSource();
        await using var manager = new ControllerManager(new() { Client = client, Seed = 1, Events = Widgets.Events, Reflectors = new() { BackoffBase = TimeSpan.FromMilliseconds(1), BackoffMax = TimeSpan.FromMilliseconds(1) } });
        IInformer<ReleaseStatusProjection> informer = manager.Cache.Informer(ReleaseStatusProjection.Resource);
        Task run = manager.RunAsync(stop.Token);
        await Eventually.HoldsAsync(() => manager.CachesSynced && server.IsWatched, "the informer has synced");
        Assert.That(informer.Store.Count, Is.EqualTo(objects));
        long kept = Live() - start, sync = Math.Max(peak, kept);
        long same = await ListAnewAsync(allChanged: false), changed = await ListAnewAsync(allChanged: true);
        Assert.That(informer.Store.List().All(static o => o.Metadata.ResourceVersion!.StartsWith("11", StringComparison.Ordinal)), Is.True, "every object has its new state");
        await stop.CancelAsync();
        await Eventually.EndsAsync(run, "the manager ends");
        return new(kept, sync, same, changed);

        async Task<long> ListAnewAsync(bool allChanged)
        {
            peak = 0;
            int lists = Volatile.Read(ref listed);
            server.ExpireWatches(allChanged);
            await Eventually.HoldsAsync(() => Volatile.Read(ref listed) > lists && server.IsWatched, "everything was listed again");
            return Math.Max(peak, Live() - start);
        }
    }

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private sealed record Figures(long Kept, long Sync, long Same, long Changed);
}
