using System.Collections.Concurrent;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>An informer for each namespace of a set, behind one face.</summary>
internal sealed class NamespacedInformer<T> : INamespacedInformer<T>, IInformerControl where T : class, IKubernetesObject
{
    private readonly KubernetesResource<T> _resource;
    private readonly InformerEnvironment _environment;
    private readonly Func<IInformerControl, CancellationToken, Task> _run;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly List<(string Name, Func<T, IEnumerable<string>> Values)> _indexes = [];
    private readonly HashSet<Task> _running = [];
    private readonly IObjectStore<T> _empty;
    private InformerSubscription<T>[] _subscriptions = [];
    private CancellationToken? _token;

    /// <param name="resource">The kind.</param>
    /// <param name="labelSelector">Label selector in text form, or null.</param>
    /// <param name="environment">What every informer works with.</param>
    /// <param name="run">Runs an informer and starts it anew when it fails.</param>
    public NamespacedInformer(KubernetesResource<T> resource, string? labelSelector, InformerEnvironment environment, Func<IInformerControl, CancellationToken, Task> run)
    {
        (_resource, _environment, _run) = (resource, environment, run);
        Scope = new(LabelSelector: labelSelector);
        _empty = new ObjectStore<T>(environment.Clock);
        Store = new UnionStore<T>(() => _watched.Values.Select(static watched => watched.Informer.Store), StoreOf);
    }

    public KubernetesResource Resource => _resource;

    public InformerScope Scope { get; }

    public bool Optional { get => true; set { } }

    public IObjectStore<T> Store { get; }

    public int Count => _watched.Values.Sum(static watched => watched.Informer.Count);

    public int Unsynced => _watched.Values.Count(static watched => !watched.Informer.HasSynced);

    public bool HasSynced => Unsynced == 0;

    public bool HasSyncedIn(string @namespace) => _watched.TryGetValue(@namespace, out Watched? watched) && watched.Informer.HasSynced;

    public IObjectStore<T> StoreOf(string @namespace) => _watched.TryGetValue(@namespace, out Watched? watched) ? watched.Informer.Store : _empty;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_watched.Values.Select(watched => watched.Informer.WaitForSyncAsync(cancellationToken)));

    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_gate)
        {
            if (!_watched.IsEmpty) throw new InvalidOperationException($"The informer of {_resource.QualifiedName} watches namespaces already; index '{name}' comes too late.");
            ((ObjectStore<T>)_empty).AddIndex(name, values);
            _indexes.Add((name, values));
        }
    }

    public IDisposable Watch(string @namespace)
    {
        ArgumentException.ThrowIfNullOrEmpty(@namespace);
        lock (_gate)
        {
            if (!_watched.TryGetValue(@namespace, out Watched? watched)) watched = Open(@namespace);
            watched.Users++;
            return new Handle(() => Leave(watched));
        }
    }

    public IDisposable Subscribe(IInformerHandler<T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new InformerSubscription<T>(handler, Unsubscribe, _environment.InFlight, _environment.Logging.CreateLogger("informer"));
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
            foreach (Watched watched in _watched.Values) watched.Informer.Attach(subscription);
        }

        return subscription;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _token = cancellationToken;
            foreach (Watched watched in _watched.Values) Start(watched, cancellationToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _environment.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] running;
        lock (_gate) running = [.. _running];
        await Task.WhenAll(running);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Wrote(ObjectKey key, IWrittenObject written)
    {
        if (_watched.TryGetValue(key.Namespace, out Watched? watched)) watched.Informer.Wrote(key, written);
    }

    public void Deleted(ObjectKey key, string? uid)
    {
        if (_watched.TryGetValue(key.Namespace, out Watched? watched)) watched.Informer.Deleted(key, uid);
    }

    private Watched Open(string @namespace)
    {
        var watched = new Watched(new(_resource, Scope with { Namespace = @namespace }, _environment) { Optional = true });
        foreach ((string name, Func<T, IEnumerable<string>> values) in _indexes) watched.Informer.AddIndex(name, values);
        foreach (InformerSubscription<T> subscription in _subscriptions) watched.Informer.Attach(subscription);
        _watched[@namespace] = watched;
        if (_token is { } token) Start(watched, token);
        return watched;
    }

    private void Start(Watched watched, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        watched.Stop = stop;
        Task task = _run(watched.Informer, stop.Token);
        _running.Add(task);
        _ = ForgetAsync(task, stop);
    }

    private async Task ForgetAsync(Task task, CancellationTokenSource stop)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _running.Remove(task);
            stop.Dispose();
        }
    }

    private void Leave(Watched watched)
    {
        lock (_gate)
        {
            if (--watched.Users > 0) return;
            _watched.TryRemove(watched.Informer.Scope.Namespace!, out _);
            foreach (InformerSubscription<T> subscription in _subscriptions) watched.Informer.Detach(subscription);
            // A source that was disposed belongs to a watch that has ended with the manager.
            if (watched.Stop is { } stop && _token is { IsCancellationRequested: false }) stop.Cancel();
        }
    }

    private void Unsubscribe(InformerSubscription<T> subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => !ReferenceEquals(other, subscription))];
            foreach (Watched watched in _watched.Values) watched.Informer.Detach(subscription);
        }
    }

    private sealed class Watched(Informer<T> informer)
    {
        public Informer<T> Informer { get; } = informer;

        public int Users { get; set; }

        public CancellationTokenSource? Stop { get; set; }
    }

    private sealed class Handle(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
