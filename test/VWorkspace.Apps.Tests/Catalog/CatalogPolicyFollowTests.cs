using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.TestSupport;

namespace VWorkspace.Apps.Tests.Catalog;

/// <summary>What is looked at anew while the policy is not known yet, and when it comes to be known.</summary>
public sealed class CatalogPolicyFollowTests
{
    private const string Namespace = "vworkspace-system";

    [TestCase(null)]
    [TestCase("version: 1\nentries: [{catalogId: shop}]")]
    public async Task Policy_whose_first_list_comes_late_is_missed_until_then_and_no_longer(string? content)
    {
        var manager = new Manager();
        CatalogPolicy policy = CatalogPolicy.Open(manager, Namespace);
        var instances = new Store<ApplicationInstance>(Samples.Instance());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var judged = new TaskCompletionSource<ObjectKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        var unread = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int calls = 0;
        Task following = policy.FollowAsync(
            instances,
            key =>
            {
                if (Interlocked.Increment(ref calls) == 1) unread.SetResult();
                else judged.TrySetResult(key);
            },
            stop.Token);

        // Nobody knows: that counts as unavailable, and the instance is told so.
        await unread.Task.WaitAsync(stop.Token);

        // The handler hears of the content before the list is complete, and of an empty list it hears nothing.
        var metadata = new ObjectMeta { Namespace = Namespace, Name = CatalogPolicy.ConfigMapName };
        if (content is not null) manager.Policies.Add(new DataObject { Metadata = metadata, Data = new Dictionary<string, string> { [CatalogPolicy.Key] = content } });
        await manager.Clock.WaitForTimerAsync(TimeSpan.FromHours(2), stop.Token);
        manager.Policies.Complete();
        Assert.That(await judged.Task.WaitAsync(stop.Token), Is.EqualTo(ObjectKey.Of(instances.List()[0])));
        Assert.That(manager.Told, Is.Empty, "nothing was wrong with the content");
        await stop.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class Manager : IControllerManager, IInformerCache, IEventRecorder
    {
        public Informer Policies { get; } = new();

        public List<string> Told { get; } = [];

        public ManualTimeProvider Clock { get; } = new();

        TimeProvider IControllerManager.Clock => Clock;

        public IKubernetesClient Client => throw new NotSupportedException();

        public IInformerCache Cache => this;

        public IKindAvailability Kinds => throw new NotSupportedException();

        public IEventRecorder Events => this;

        public ILoggerFactory Logging => NullLoggerFactory.Instance;

        public IControllerBuilder AddController(string name) => throw new NotSupportedException();

        public void AddWorker(string name, Func<CancellationToken, Task> run, bool leaderOnly = true) => throw new NotSupportedException();

        public IInformer<T> Informer<T>(KubernetesResource<T> resource, InformerScope? scope = null, bool optional = false) where T : class, IKubernetesObject => (IInformer<T>)(object)Policies;

        public INamespacedInformer<T> NamespacedInformer<T>(KubernetesResource<T> resource, string? labelSelector = null) where T : class, IKubernetesObject => throw new NotSupportedException();

        public void Record(ObjectReference regarding, EventType type, string reason, string message) => Told.Add(reason);
    }

    private sealed class Informer : IInformer<DataObject>
    {
        private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Store<DataObject> _store = new();
        private IInformerHandler<DataObject>? _handler;

        public IObjectStore<DataObject> Store => _store;

        public bool HasSynced => _synced.Task.IsCompleted;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

        public void AddIndex(string name, Func<DataObject, IEnumerable<string>> values) => throw new NotSupportedException();

        public IDisposable Subscribe(IInformerHandler<DataObject> handler)
        {
            _handler = handler;
            return new CancellationTokenSource();
        }

        public void Add(DataObject map)
        {
            _store.Objects.Add(map);
            _handler!.OnAdded(map, true);
        }

        public void Complete() => _synced.SetResult();
    }

    private sealed class Store<T>(params T[] objects) : IObjectStore<T> where T : class, IKubernetesObject
    {
        public List<T> Objects { get; } = [.. objects];

        public int Count => Objects.Count;

        public T? Get(ObjectKey key) => Objects.Find(o => ObjectKey.Of(o) == key);

        public IReadOnlyList<T> List(string? @namespace = null) => Objects;

        public IReadOnlyList<T> ByIndex(string index, string value) => throw new NotSupportedException();
    }
}
