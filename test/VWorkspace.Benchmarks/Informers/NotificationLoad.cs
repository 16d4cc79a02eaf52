using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>100,000 events, decoded already, through the store of an informer to 10 handlers. The baseline is 10 channels with a reader each and no store.</summary>
internal static class NotificationLoad
{
    private const int Events = 100_000;
    private const int Handlers = 10;
    private const int Objects = 1_000;
    private const int Rounds = 3;
    private static readonly KubernetesResource<PartialObject> Widgets = PartialObject.Resource(new("example.io", "v1", "Widget"), "widgets");

    public static async Task RunAsync(TextWriter output)
    {
        await ChannelsAsync();
        await InformerAsync(Handlers);
        (TimeSpan Time, long Allocated) channels = await BestAsync(ChannelsAsync);
        (TimeSpan Time, long Allocated) none = await BestAsync(static () => InformerAsync(1));
        (TimeSpan Time, long Allocated) informer = await BestAsync(static () => InformerAsync(Handlers));
        await output.WriteLineAsync();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Events:N0} events of {Objects:N0} objects; the best of {Rounds} rounds"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| Case | Events a second | Deliveries a second | Ratio of time | Allocated for an event |");
        await output.WriteLineAsync("|------|----------------:|--------------------:|--------------:|-----------------------:|");
        await RowAsync($"baseline: {Handlers} channels, no store", channels, Handlers);
        await RowAsync("informer: store and 1 handler", none, 1);
        await RowAsync($"informer: store and {Handlers} handlers", informer, Handlers);

        Task RowAsync(string name, (TimeSpan Time, long Allocated) f, int handlers) => output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Events / f.Time.TotalSeconds:N0} | {Events * (double)handlers / f.Time.TotalSeconds:N0} | {f.Time / channels.Time:0.00} | {(double)f.Allocated / Events:N0} B |"));
    }

    private static async Task<(TimeSpan Time, long Allocated)> BestAsync(Func<Task<(TimeSpan Time, long Allocated)>> round)
    {
        (TimeSpan Time, long Allocated) best = await round();
        for (int i = 1; i < Rounds; i++)
        {
            (TimeSpan Time, long Allocated) next = await round();
            if (next.Time < best.Time) best = next;
        }

        return best;
    }

    private static async Task<(TimeSpan Time, long Allocated)> ChannelsAsync()
    {
        PartialObject[] objects = [.. Enumerable.Range(0, Objects).Select(static i => Widget(i, i + 1))];
        Channel<PartialObject>[] channels = [.. Enumerable.Range(0, Handlers).Select(static _ => Channel.CreateUnbounded<PartialObject>(new() { SingleReader = true, SingleWriter = true }))];
        long before = GC.GetTotalAllocatedBytes(true), begin = Stopwatch.GetTimestamp();
        Task<int>[] readers = [.. channels.Select(static channel => Task.Run(async () =>
        {
            int seen = 0;
            while (await channel.Reader.WaitToReadAsync())
                while (channel.Reader.TryRead(out _)) seen++;
            return seen;
        }, CancellationToken.None))];
        for (int i = 0; i < Events; i++)
            foreach (Channel<PartialObject> channel in channels) channel.Writer.TryWrite(objects[i % Objects]);
        foreach (Channel<PartialObject> channel in channels) channel.Writer.Complete();
        if ((await Task.WhenAll(readers)).Any(static seen => seen != Events)) throw new InvalidOperationException("an event is missing");
        return (Stopwatch.GetElapsedTime(begin), GC.GetTotalAllocatedBytes(true) - before);
    }

    private static async Task<(TimeSpan Time, long Allocated)> InformerAsync(int handlers)
    {
        await using var client = new EventClient([.. Enumerable.Range(0, Events).Select(static i => Widget(i % Objects, Objects + i + 1))]);
        using var stop = new CancellationTokenSource();
        await using var manager = new ControllerManager(new() { Client = client, Seed = 1, Events = new() { ReportingController = "benchmark", ReportingInstance = "benchmark" } });
        IInformer<PartialObject> informer = manager.Cache.Informer(Widgets);
        Counter[] counters = [.. Enumerable.Range(0, handlers).Select(static _ => new Counter())];
        foreach (Counter counter in counters) informer.Subscribe(counter);
        Task run = manager.RunAsync(stop.Token);
        await Task.WhenAll(counters.Select(static counter => counter.Listed));
        long before = GC.GetTotalAllocatedBytes(true), begin = Stopwatch.GetTimestamp();
        client.Go();
        await Task.WhenAll(counters.Select(static counter => counter.Done));
        (TimeSpan, long) result = (Stopwatch.GetElapsedTime(begin), GC.GetTotalAllocatedBytes(true) - before);
        await stop.CancelAsync();
        await run;
        return result;
    }

    private static PartialObject Widget(int number, int version) => new()
    {
        Metadata = new() { Namespace = $"team-{number % 100}", Name = $"widget-{number}", Uid = $"uid-{number}", ResourceVersion = version.ToString(CultureInfo.InvariantCulture) },
    };

    private sealed class Counter : IInformerHandler<PartialObject>
    {
        private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously), _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _added, _updated;

        public Task Listed => _listed.Task;

        public Task Done => _done.Task;

        public void OnAdded(PartialObject obj, bool isInitial)
        {
            if (++_added == Objects) _listed.TrySetResult();
        }

        public void OnUpdated(PartialObject previous, PartialObject current)
        {
            if (++_updated == Events) _done.TrySetResult();
        }

        public void OnDeleted(PartialObject last) { }
    }

    /// <summary>Serves one kind whose watch brings prepared events once told to.</summary>
    private sealed class EventClient(PartialObject[] events) : IKubernetesClient
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string DefaultNamespace => "default";

        public void Go() => _go.TrySetResult();

        public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken)
        {
            var resource = new JsonObject { ["resource"] = "widgets", ["responseKind"] = new JsonObject { ["kind"] = "Widget" } };
            var group = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "example.io" },
                ["versions"] = new JsonArray(new JsonObject { ["version"] = "v1", ["resources"] = new JsonArray(resource) }),
            };
            return Task.FromResult(new ApiResult<JsonObject>(new JsonObject { ["kind"] = "APIGroupDiscoveryList", ["items"] = pathAndQuery == "/apis" ? new JsonArray(group) : [] }));
        }

        public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => Task.FromResult(new ApiResult<IWatchStream<T>>((IWatchStream<T>)(object)new EventStream(events, _go.Task)));

        public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
            throw new NotSupportedException();

        public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class EventStream(PartialObject[] events, Task go) : IWatchStream<PartialObject>
    {
        public async IAsyncEnumerator<WatchEvent<PartialObject>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            for (int i = 0; i < Objects; i++) yield return new() { Type = WatchEventType.Added, Object = Widget(i, i + 1), ResourceVersion = $"{i + 1}" };
            yield return new() { Type = WatchEventType.Bookmark, ResourceVersion = $"{Objects}", IsInitialEventsEnd = true };
            await go.WaitAsync(cancellationToken);
            foreach (PartialObject obj in events) yield return new() { Type = WatchEventType.Modified, Object = obj, ResourceVersion = obj.Metadata.ResourceVersion };
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
