using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class KindRegistryTests
{
    private static readonly GroupVersionKind Widget = Widgets.Widget.Kind;

    private FakeTime _time = null!;
    private FakeCluster _cluster = null!;
    private KindRegistry _kinds = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _cluster) = (new(), new());
        _cluster.Serve(Widgets.Widget);
        _kinds = new(_cluster, _time, TimeSpan.FromMinutes(1), NullLogger.Instance);
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    private static CustomResourceDefinition Crd(bool established) => new()
    {
        Metadata = new() { Name = "widgets.example.io" },
        Spec = new() { Group = Widget.Group, Names = new() { Kind = Widget.Kind }, Versions = [new() { Name = Widget.Version, Served = true }] },
        Status = new() { Conditions = established ? [new Condition { Type = "Established", Status = "True" }] : [] },
    };

    [Test]
    public async Task Discovery_goes_on_after_anything_that_a_request_may_end_with()
    {
        int calls = 0;
        _cluster.Before = (_, _) => Interlocked.Increment(ref calls) switch
        {
            1 => throw new InvalidOperationException("a document of another shape"),
            2 => throw new OperationCanceledException("somebody below gave up"),
            3 => Task.FromResult<KubernetesError?>(FakeCluster.Error(503, "ServiceUnavailable")),
            4 => throw new KubernetesTransportException("reset"),
            _ => Task.FromResult<KubernetesError?>(null),
        };
        using var stop = new CancellationTokenSource();
        Task run = _kinds.RunAsync(stop.Token);

        await _time.AdvanceUntilAsync(() => _kinds.IsServed(Widget), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

        Assert.That(_kinds.Discovered.IsCompletedSuccessfully);
        await stop.CancelAsync();
        await Assert.ThatAsync(() => run.WaitAsync(Eventually.Limit), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("""{"kind":5}""")]
    [TestCase("""{"kind":"APIGroupDiscoveryList","items":[{"metadata":"x","versions":[5]}]}""")]
    [TestCase("""{"versions":[{}]}""")]
    public async Task Discovery_goes_on_after_a_document_of_another_shape(string document)
    {
        await using var odd = new OddClient(_cluster, document);
        var kinds = new KindRegistry(odd, _time, TimeSpan.FromMinutes(1), NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        Task run = kinds.RunAsync(stop.Token);
        await _time.AdvanceUntilAsync(() => odd.Odd > 0, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        odd.IsOdd = false;

        await _time.AdvanceUntilAsync(() => kinds.IsServed(Widget), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

        await stop.CancelAsync();
        await Assert.ThatAsync(() => run.WaitAsync(Eventually.Limit), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Listener_that_throws_keeps_the_news_from_nobody()
    {
        var heard = new List<bool>();
        using IDisposable bad = _kinds.OnChanged(static (_, _) => throw new InvalidOperationException("a bug"));
        using IDisposable good = _kinds.OnChanged((_, served) => heard.Add(served));
        IInformerHandler<CustomResourceDefinition> crds = _kinds;

        crds.OnAdded(Crd(true), false);
        crds.OnDeleted(Crd(true));

        Assert.That(heard, Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Change_from_within_a_listener_is_told_afterwards()
    {
        var heard = new List<bool>();
        IInformerHandler<CustomResourceDefinition> crds = _kinds;
        using IDisposable first = _kinds.OnChanged((_, served) =>
        {
            if (served) _kinds.ReportNotServed(Widget);
        });
        using IDisposable second = _kinds.OnChanged((_, served) => heard.Add(served));

        crds.OnAdded(Crd(true), false);

        Assert.That(heard, Is.EqualTo(new[] { true, false }), "no listener is left with the older news");
        Assert.That(_kinds.IsServed(Widget), Is.False);
    }

    [Test]
    public async Task Listeners_end_with_the_truth_whoever_changes_it_at_once()
    {
        for (int round = 0; round < 200; round++)
        {
            var kinds = new KindRegistry(_cluster, _time, TimeSpan.FromMinutes(1), NullLogger.Instance);
            IInformerHandler<CustomResourceDefinition> crds = kinds;
            var heard = new ConcurrentQueue<bool>();
            using IDisposable listener = kinds.OnChanged((_, served) => heard.Enqueue(served));
            using var go = new Barrier(2);
            await Task.WhenAll(
                Task.Run(() =>
                {
                    go.SignalAndWait();
                    for (int i = 0; i < 20; i++) crds.OnUpdated(Crd(true), Crd(i % 2 == 0));
                }, CancellationToken.None),
                Task.Run(() =>
                {
                    go.SignalAndWait();
                    for (int i = 0; i < 20; i++) kinds.ReportNotServed(Widget);
                }, CancellationToken.None));
            Assert.That(heard.LastOrDefault(), Is.EqualTo(kinds.IsServed(Widget)), "the last news is the truth");
        }
    }

    private sealed class OddClient(FakeCluster inner, string document) : IKubernetesClient
    {
        public bool IsOdd { get; set; } = true;

        public int Odd { get; private set; }

        public string DefaultNamespace => inner.DefaultNamespace;

        public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken)
        {
            if (!IsOdd) return inner.GetRawAsync(pathAndQuery, accept, cancellationToken);
            Odd++;
            return Task.FromResult(new ApiResult<JsonObject>((JsonObject)JsonNode.Parse(document)!));
        }

        public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
