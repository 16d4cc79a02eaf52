using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Collects the description of a controller and builds it.</summary>
internal sealed class ControllerBuilder(string name, InformerCache cache, ControllerEnvironment environment, Action<Controller> add) : IControllerBuilder
{
    private readonly List<Func<WorkQueue<ObjectKey>, ControllerSubscription>> _sources = [];
    private readonly List<Func<CancellationToken, Task>> _preparations = [];
    private readonly TriggerBuffer _triggers = new();
    private ControllerOptions _options = new();
    private KubernetesResource? _for;
    private Func<ObjectKey, IKubernetesObject?> _find = static _ => null;
    private bool _built;

    public IControllerBuilder For<T>(KubernetesResource<T> resource, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (_for is not null) throw new InvalidOperationException($"Controller '{name}' already reconciles {_for.QualifiedName}.");
        _for = resource;
        Informer<T> informer = cache.Informer(resource);
        _find = informer.Store.Get;
        Source(informer, static obj => [ObjectKey.Of(obj)], predicate);
        return this;
    }

    public IControllerBuilder Owns<T>(KubernetesResource<T> resource, InformerScope? scope = null, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        Source(cache.Informer(resource, scope, optional: true), OwnerOf, predicate);
        return this;
    }

    public IControllerBuilder Watches<T>(
        KubernetesResource<T> resource, Func<T, IEnumerable<ObjectKey>> map, InformerScope? scope = null, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(map);
        Source(cache.Informer(resource, scope, optional: true), map, predicate);
        return this;
    }

    public IControllerBuilder Watches<T>(IInformer<T> informer, Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(informer);
        ArgumentNullException.ThrowIfNull(map);
        Source(informer, map, predicate);
        return this;
    }

    public IControllerBuilder StartsAfter(Func<CancellationToken, Task> prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        _preparations.Add(prepare);
        return this;
    }

    public IControllerBuilder Triggered(out Action<ObjectKey> trigger)
    {
        trigger = _triggers.Trigger;
        return this;
    }

    public IControllerBuilder With(ControllerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options.MaxConcurrentReconciles >= 1, nameof(options.MaxConcurrentReconciles), "at least 1");
        Check(options.ReconcileTimeout >= TimeSpan.Zero && options.ReconcileTimeout <= Waiting.Longest, nameof(options.ReconcileTimeout), "zero or positive, and at most 24 days");
        Check(options.BackoffBase > TimeSpan.Zero, nameof(options.BackoffBase), "positive");
        Check(options.BackoffMax >= options.BackoffBase, nameof(options.BackoffMax), "at least BackoffBase");
        Check(options.BackoffJitter is >= 0 and <= 1, nameof(options.BackoffJitter), "between 0 and 1");
        _options = options;
        return this;

        void Check(bool holds, string setting, string rule)
        {
            if (!holds) throw new ArgumentException($"ControllerOptions.{setting} of controller '{name}' has to be {rule}.", nameof(options));
        }
    }

    public void Reconcile(IReconciler reconciler)
    {
        ArgumentNullException.ThrowIfNull(reconciler);
        if (_for is null) throw new InvalidOperationException($"Controller '{name}' does not say which kind it reconciles: For is missing.");
        if (_built) throw new InvalidOperationException($"Controller '{name}' is complete already.");
        _built = true;

        var metrics = new ControllerMetrics(environment.Metrics, name, _options.MaxConcurrentReconciles);
        // No bucket for all keys together: with many failing ones it would hold each of them up for the others. The client has its own limit.
        var limiter = new BackoffRateLimiter<ObjectKey>(_options.BackoffBase, _options.BackoffMax, _options.BackoffJitter, environment.Random);
        var queue = new WorkQueue<ObjectKey>(limiter, environment.Clock, new WorkInFlightObserver(environment.InFlight, metrics));
        (metrics.Queue, metrics.Overdue) = (queue, () => environment.Overdue.Count(name));
        _triggers.Connect(queue);

        var runner = new ReconcileRunner(name, _for.Kind, reconciler, _options,
            key => _find(key)?.Metadata.Generation, environment.Clock, environment.Logging.CreateLogger($"controller.{name}"), environment.Overdue);
        add(new(name, queue, _sources, _preparations, runner, _options.MaxConcurrentReconciles, environment.InFlight, report =>
        {
            metrics.Reconciled(report);
            environment.OnReconciled?.Invoke(report);
        }, environment.Logging.CreateLogger($"controller.{name}")));
        environment.Metrics.Add(metrics);
    }

    private void Source<T>(IInformer<T> informer, Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? predicate) where T : class, IKubernetesObject
    {
        _sources.Add(queue =>
        {
            IDisposable subscription = informer.Subscribe(new QueueingHandler<T>(queue, map, predicate));

            // The lists of many namespaces have no common end; the kind that is reconciled brings every key anyway.
            return new(subscription, informer is Informer<T> { HasSynced: true } ? ((InformerSubscription<T>)subscription).InitialDelivered : null);
        });
    }

    private IEnumerable<ObjectKey> OwnerOf<T>(T obj) where T : class, IKubernetesObject
    {
        if (_for is null || obj.Metadata.Controller is not { } owner || owner.Kind != _for.Kind.Kind) yield break;
        int slash = owner.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        if (!owner.ApiVersion.AsSpan(0, Math.Max(slash, 0)).SequenceEqual(_for.Kind.Group)) yield break;

        var key = new ObjectKey(_for.Namespaced ? obj.Metadata.Namespace ?? string.Empty : string.Empty, owner.Name);

        // A child of an earlier incarnation is no business of the present one.
        if (_find(key) is { } found && found.Metadata.Uid != owner.Uid) yield break;
        yield return key;
    }
}

/// <summary>What every controller of a manager works with.</summary>
internal sealed record ControllerEnvironment(
    RuntimeMetrics Metrics, TimeProvider Clock, Random Random, ILoggerFactory Logging, WorkInFlight InFlight, OverdueReconciles Overdue, Action<ReconcileReport>? OnReconciled);

/// <summary>Keeps keys that are triggered before the queue exists.</summary>
internal sealed class TriggerBuffer
{
    private readonly Lock _gate = new();
    private readonly HashSet<ObjectKey> _early = [];
    private WorkQueue<ObjectKey>? _queue;

    public void Trigger(ObjectKey key)
    {
        lock (_gate)
        {
            if (_queue is null)
            {
                _early.Add(key);
                return;
            }
        }

        _queue.Add(key);
    }

    public void Connect(WorkQueue<ObjectKey> queue)
    {
        lock (_gate)
        {
            _queue = queue;
            foreach (ObjectKey key in _early) queue.Add(key);
            _early.Clear();
        }
    }
}
