using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>
/// 10,000 releases of 20 KiB from UTF-8 into the store of an informer: what is kept, how high memory goes while syncing and relisting, how long it takes.
/// Not a micro benchmark: the heap is the result, so each case runs on a heap that was collected before.
/// </summary>
internal static class InformerLoad
{
    private const int Objects = 10_000;
    private const int ObjectBytes = 20 * 1024;
    private static readonly ReleaseFactory Factory = new(ObjectBytes);

    public static async Task RunAsync(TextWriter output)
    {
        // The first round pays for the JIT.
        await SyncAsync(ReleaseStatusProjection.Resource, true, 500);
        Complete(500);
        (string Name, Figures Figures)[] rows =
        [
            ("informer, status projection, initial stream", await SyncAsync(ReleaseStatusProjection.Resource, true, Objects)),
            ("informer, status projection, pages of 500", await SyncAsync(ReleaseStatusProjection.Resource, false, Objects)),
            ("informer, metadata alone, initial stream", await SyncAsync(HelmReleaseView.Resource.As(KubernetesJson.Default.PartialObject), true, Objects)),
            ("informer, status and whole spec, initial stream", await SyncAsync(ReleaseSpecProjection.Resource, true, Objects)),
        ];
        Figures complete = Complete(Objects);
        await output.WriteLineAsync(Invariant($"{Objects:N0} HelmReleases of {Factory.Size:N0} B, {Environment.ProcessorCount} processors, .NET {Environment.Version}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| Case | Kept for an object | Ratio | Live at most while syncing | listing anew, nothing changed | listing anew, all changed | Time | Ratio | Allocated for an object |");
        await output.WriteLineAsync("|------|-------------------:|------:|---------------------------:|------------------------------:|--------------------------:|-----:|------:|------------------------:|");
        foreach ((string name, Figures f) in rows.Prepend(("baseline: the complete type in a dictionary", complete)))
        {
            await output.WriteLineAsync(Invariant(
                $"| {name} | {(double)f.Kept / Objects:N0} B | {(double)f.Kept / complete.Kept:0.000} | {f.SyncPeak / 1e6:0.0} MB | {Times(f.SamePeak, f.Kept)} | {Times(f.ChangedPeak, f.Kept)} | {f.Time.TotalMilliseconds:N0} ms | {f.Time / complete.Time:0.00} | {(double)f.Allocated / Objects:N0} B |"));
        }

        static string Times(long? peak, long kept) => peak is { } bytes ? Invariant($"{bytes / 1e6:0.0} MB ({(double)bytes / kept:0.00} x kept)") : "";
    }

    /// <summary>The object as a generated model has it, all of it, in a dictionary: what a cache without projections holds.</summary>
    private static Figures Complete(int objects)
    {
        (_, TimeSpan time, long allocated) = Fill(static _ => { });
        long start = GC.GetTotalMemory(true), peak = 0;
        (Dictionary<ObjectKey, HelmReleaseFull> store, _, _) = Fill(i => Sample(i, start, ref peak));
        long kept = GC.GetTotalMemory(true) - start;
        GC.KeepAlive(store);
        return new(kept, Math.Max(peak, kept), null, null, time, allocated);

        (Dictionary<ObjectKey, HelmReleaseFull> Store, TimeSpan Time, long Allocated) Fill(Action<int> onObject)
        {
            var filled = new Dictionary<ObjectKey, HelmReleaseFull>();
            var line = new MemoryStream();
            long before = GC.GetTotalAllocatedBytes(true), begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < objects; i++)
            {
                onObject(i);
                line.SetLength(0);
                Factory.Write(line, i, ReleaseServer.FirstVersion + i);
                HelmReleaseFull release = JsonSerializer.Deserialize(line.GetBuffer().AsSpan(0, (int)line.Length), BenchmarkJson.Default.HelmReleaseFull)!;
                filled[new(release.Metadata!.Namespace!, release.Metadata.Name!)] = release;
            }

            return (filled, Stopwatch.GetElapsedTime(begin), GC.GetTotalAllocatedBytes(true) - before);
        }
    }

    private static async Task<Figures> SyncAsync<T>(KubernetesResource<T> resource, bool streaming, int objects) where T : class, IKubernetesObject
    {
        await Task.Yield();

        // Once for the time, undisturbed, and once for the heap, which is collected again and again meanwhile.
        (TimeSpan time, long allocated) = await TimedAsync(resource, streaming, objects);

        // Off the stack of what has just ended, which still refers to its store.
        await Task.Yield();
        long start = GC.GetTotalMemory(true), peak = 0;
        await using var session = new Session<T>(resource, streaming, objects, i => Sample(i, start, ref peak));
        await session.SyncedAsync();
        long kept = GC.GetTotalMemory(true) - start, syncPeak = Math.Max(peak, kept);
        peak = 0;
        await session.ListAnewAsync(allChanged: false);
        long same = Math.Max(peak, kept);
        peak = 0;
        await session.ListAnewAsync(allChanged: true);
        return new(kept, syncPeak, same, Math.Max(peak, kept), time, allocated);
    }

    /// <summary>A method of its own, so that nothing of it is alive when the heap is measured.</summary>
    private static async Task<(TimeSpan Time, long Allocated)> TimedAsync<T>(KubernetesResource<T> resource, bool streaming, int objects) where T : class, IKubernetesObject
    {
        long before = GC.GetTotalAllocatedBytes(true), begin = Stopwatch.GetTimestamp();
        await using var session = new Session<T>(resource, streaming, objects, static _ => { });
        await session.SyncedAsync();
        return (Stopwatch.GetElapsedTime(begin), GC.GetTotalAllocatedBytes(true) - before);
    }

    /// <summary>What is alive, not what waits for a collection: that depends on the collector's mood.</summary>
    private static void Sample(int number, long start, ref long peak)
    {
        if (number % 1000 == 999 || number == Objects) peak = Math.Max(peak, GC.GetTotalMemory(true) - start);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Kept">Bytes alive after the sync.</param>
    /// <param name="SyncPeak">Most bytes alive while syncing.</param>
    /// <param name="SamePeak">Most bytes alive while listing anew over a full store when nothing has changed.</param>
    /// <param name="ChangedPeak">The same when every object has changed.</param>
    /// <param name="Time">From start to synced.</param>
    /// <param name="Allocated">Bytes allocated meanwhile.</param>
    private sealed record Figures(long Kept, long SyncPeak, long? SamePeak, long? ChangedPeak, TimeSpan Time, long Allocated);

    /// <summary>A manager with one informer on a server of its own.</summary>
    private sealed class Session<T> : IAsyncDisposable where T : class, IKubernetesObject
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ReleaseServer _server;
        private readonly KubernetesClient _client;
        private readonly ControllerManager _manager;
        private readonly IInformer<T> _informer;
        private readonly Task _run;
        private readonly int _objects;
        private TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Session(KubernetesResource<T> resource, bool streaming, int objects, Action<int> onObject)
        {
            _objects = objects;
            _server = new(Factory, objects, streaming, i =>
            {
                onObject(i);
                if (i == _objects) _listed.TrySetResult();
            });
            _client = new(new() { Server = new Uri("http://memory.example.com") }, new() { Handler = _server, Random = new Random(1) });
            _manager = new(new() { Client = _client, Seed = 1, Events = new() { ReportingController = "benchmark", ReportingInstance = "benchmark" } });
            _informer = _manager.Cache.Informer(resource);
            _run = _manager.RunAsync(_stop.Token);
        }

        public async Task SyncedAsync()
        {
            while (!_manager.CachesSynced) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            if (_informer.Store.Count != _objects) throw new InvalidOperationException($"{_informer.Store.Count} objects in place of {_objects}");
        }

        /// <param name="allChanged">Whether every object has changed meanwhile.</param>
        public async Task ListAnewAsync(bool allChanged)
        {
            ObjectKey last = new($"team-{(_objects - 1) % 100:D3}", $"release-{_objects - 1:D5}");
            string? version = _informer.Store.Get(last)!.Metadata.ResourceVersion;
            _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            while (!_server.IsWatched) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            _server.ExpireWatches(allChanged);
            await _listed.Task;
            while (allChanged && _informer.Store.Get(last)!.Metadata.ResourceVersion == version) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            await _manager.DisposeAsync();
            await _client.DisposeAsync();
            _server.Dispose();
            _stop.Dispose();
        }
    }
}
