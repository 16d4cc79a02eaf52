using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What the cache and the manager need from an informer whatever its type.</summary>
internal interface IInformerControl
{
    KubernetesResource Resource { get; }

    InformerScope Scope { get; }

    bool Optional { get; set; }

    bool HasSynced { get; }

    int Count { get; }

    /// <summary>Runs until the token fires; starts and stops with the kind.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Completes when the initial list is in the store.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>This process wrote an object of the kind.</summary>
    void Wrote(ObjectKey key, IWrittenObject written);

    /// <summary>This process deleted an object of the kind and it is gone.</summary>
    void Deleted(ObjectKey key, string? uid);
}

/// <summary>The answer to a write, readable as any type.</summary>
internal interface IWrittenObject
{
    /// <summary>The object as <typeparamref name="T"/>, or null when it cannot be read as that.</summary>
    T? Read<T>(KubernetesResource<T> resource) where T : class, IKubernetesObject;
}

/// <summary>One watch of one kind and scope: takes what its reflector learns into the store and tells the handlers.</summary>
internal sealed class Informer<T> : IInformer<T>, IInformerControl, IReflectorSink<T> where T : class, IKubernetesObject
{
    private const int ChangesShownAtOnce = 500;

    private readonly KubernetesResource<T> _resource;
    private readonly InformerEnvironment _environment;
    private readonly Lock _gate = new();
    private readonly ObjectStore<T> _store;
    private readonly ScopeFilter _filter;
    private readonly ILogger _logger;
    private InformerSubscription<T>[] _subscriptions = [];
    private TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;

    /// <summary>The last list came from another history and was refused; touched by the reflector only.</summary>
    private bool _versionsMayLie;

    public Informer(KubernetesResource<T> resource, InformerScope scope, InformerEnvironment environment)
    {
        (_resource, Scope, _environment) = (resource, scope, environment);
        _store = new(environment.Clock);
        _filter = new(scope);
        _logger = environment.Logging.CreateLogger("informer");
    }

    public InformerScope Scope { get; }

    public KubernetesResource Resource => _resource;

    public bool Optional { get; set; }

    public IObjectStore<T> Store => _store;

    public int Count => _store.Seen.Objects.Count;

    public bool HasSynced => Volatile.Read(ref _synced).Task.IsCompletedSuccessfully;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => Volatile.Read(ref _synced).Task.WaitAsync(cancellationToken);

    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        lock (_gate)
        {
            if (_started) throw new InvalidOperationException($"The informer of {_resource.QualifiedName} runs already; index '{name}' comes too late.");
            _store.AddIndex(name, values);
        }
    }

    IDisposable IInformer<T>.Subscribe(IInformerHandler<T> handler) => Subscribe(handler);

    public InformerSubscription<T> Subscribe(IInformerHandler<T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new InformerSubscription<T>(handler, Detach, _environment.InFlight, _logger);
        Attach(subscription);
        return subscription;
    }

    /// <summary>Feeds a subscription that may be fed by other informers too.</summary>
    public void Attach(InformerSubscription<T> subscription)
    {
        lock (_gate)
        {
            foreach (T obj in _store.Seen.Objects.Values) subscription.Notify(new(null, obj, true));
            if (HasSynced) subscription.Notify(default);
            _subscriptions = [.. _subscriptions, subscription];
        }
    }

    /// <summary>Stops feeding a subscription.</summary>
    public void Detach(InformerSubscription<T> subscription)
    {
        lock (_gate) _subscriptions = [.. _subscriptions.Where(other => !ReferenceEquals(other, subscription))];
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_gate) _started = true;
        ReflectorOptions options = _environment.Options;
        var pause = new ReflectorBackoff(options.BackoffBase, options.BackoffMax, options.BackoffReset, _environment.Clock, _environment.Random);
        while (true)
        {
            await _environment.Kinds.WaitUntilServedAsync(_resource.Kind, cancellationToken);
            var reflector = new Reflector<T>(
                _environment.Client, _resource, Scope, this, _environment.Options, _environment.Clock, _environment.Random, _environment.Logging.CreateLogger("reflector"));
            using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            using (_environment.Kinds.OnChanged((kind, served) =>
            {
                if (kind == _resource.Kind && !served) CancelUnlessEnded(stop);
            }))
            {
                try
                {
                    await reflector.RunUntilNotServedAsync(stop.Token);
                    _environment.Kinds.ReportNotServed(_resource.Kind);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The kind went.
                }
            }

            Forget();

            // Discovery may not have noticed yet that the kind is gone; without a pause this would ask again at once.
            await Task.Delay(pause.Next(), _environment.Clock, cancellationToken);
        }
    }

    public void Wrote(ObjectKey key, IWrittenObject written)
    {
        T? obj = written.Read(_resource);
        if (obj is null) return;
        lock (_gate)
        {
            // What cannot be told from the projection is taken as it was: shown when it was shown, and newer.
            bool inScope = _filter.Matches(obj) ?? _store.Get(key) is not null;
            if (inScope) _store.Wrote(key, obj);
            else _store.Left(key, obj);
        }
    }

    public void Deleted(ObjectKey key, string? uid)
    {
        if (Scope.Namespace is not null && Scope.Namespace != key.Namespace) return;
        lock (_gate) _store.Deleted(key, uid);
    }

    IReflectorList<T> IReflectorSink<T>.BeginList() => new List(this, _store.BeginListing(reuse: !_versionsMayLie));

    /// <summary>Shows a part of a list over what was there before; the first list of all shows itself only as a whole.</summary>
    private void TakeSome(StoreListing<T> listing)
    {
        lock (_gate)
        {
            (StoreSnapshot<T> snapshot, IReadOnlyList<StoreChange<T>> changes) = listing.SoFar();
            _store.SeeSome(snapshot);
            NotifyAll(changes, initial: false);
        }
    }

    private bool Take(StoreListing<T> listing, string resourceVersion)
    {
        lock (_gate)
        {
            // In another history the same version may stand for something else: what was taken to be unchanged has to be read.
            _versionsMayLie = listing.HasReused && _store.IsOtherHistory(resourceVersion);
            if (_versionsMayLie) return false;
            (StoreSnapshot<T> snapshot, IReadOnlyList<StoreChange<T>> changes) = listing.Complete();
            bool initial = !HasSynced;
            _store.SeeAll(snapshot, resourceVersion);
            NotifyAll(changes, initial);
            if (!initial) return true;
            Notify(default);
            _synced.TrySetResult();
            return true;
        }
    }

    void IReflectorSink<T>.Upsert(T obj, string? resourceVersion)
    {
        ObjectKey key = ObjectKey.Of(obj);
        lock (_gate)
        {
            T? previous = _store.Seen.Objects.GetValueOrDefault(key);
            _store.See(key, previous, obj, resourceVersion);
            NotifyChange(previous, obj, false);
        }
    }

    void IReflectorSink<T>.Delete(ObjectKey key, T? last, string? resourceVersion)
    {
        lock (_gate)
        {
            T? previous = _store.Seen.Objects.GetValueOrDefault(key);
            _store.See(key, previous, null, resourceVersion);
            if (previous is not null) Notify(new(last ?? previous, null, false));
        }
    }

    void IReflectorSink<T>.Bookmark(string resourceVersion)
    {
        lock (_gate) _store.SeeVersion(resourceVersion);
    }

    /// <summary>The registry may be about to tell of the kind when the reflector has ended by itself.</summary>
    private static void CancelUnlessEnded(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            StoreSnapshot<T> before = _store.Seen;
            _store.Forget();
            foreach (T last in before.Objects.Values) Notify(new(last, null, false));
            if (HasSynced) _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void NotifyAll(IReadOnlyList<StoreChange<T>> changes, bool initial)
    {
        foreach ((T? previous, T? current) in changes)
        {
            if (current is not null) NotifyChange(previous, current, initial);
            else Notify(new(previous, null, false));
        }
    }

    private void NotifyChange(T? previous, T current, bool initial)
    {
        if (previous is null)
        {
            Notify(new(null, current, initial));
        }
        else if (!previous.Metadata.HasSameUid(current.Metadata))
        {
            // Deleted and recreated while nobody looked: two objects that happen to share a name.
            Notify(new(previous, null, false));
            Notify(new(null, current, initial));
        }
        else if (!ReferenceEquals(previous, current) && !previous.Metadata.HasSameVersion(current.Metadata))
        {
            Notify(new(previous, current, false));
        }
    }

    private void Notify(Notification<T> notification)
    {
        foreach (InformerSubscription<T> subscription in _subscriptions) subscription.Notify(notification);
    }

    /// <summary>A list on its way into the store.</summary>
    private sealed class List(Informer<T> informer, StoreListing<T> listing) : IReflectorList<T>
    {
        public void Add(T obj)
        {
            listing.Add(obj);
            if (listing.Pending >= ChangesShownAtOnce && informer.HasSynced) informer.TakeSome(listing);
        }

        public void Remove(ObjectKey key) => listing.Remove(key);

        public void Keep(ObjectKey key) => listing.Keep(key);

        public bool Complete(string resourceVersion) => informer.Take(listing, resourceVersion);
    }
}
