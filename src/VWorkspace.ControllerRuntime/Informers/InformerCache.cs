using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>The informers of a manager. Runs each of them from the start of the manager, or from its creation when that comes later.</summary>
internal sealed partial class InformerCache(InformerEnvironment environment) : IInformerCache
{
    private readonly Lock _gate = new();
    private readonly ILogger _logger = environment.Logging.CreateLogger("informer");
    private readonly Dictionary<(GroupVersionKind Kind, Type Type, InformerScope Scope), IInformerControl> _informers = [];
    private readonly Dictionary<(GroupVersionKind Kind, Type Type, string? LabelSelector), IInformerControl> _namespaced = [];
    private readonly List<Task> _running = [];
    private IInformerControl[] _all = [];
    private CancellationToken? _token;

    /// <summary>All informers there are now.</summary>
    public IReadOnlyList<IInformerControl> All => Volatile.Read(ref _all);

    IInformer<T> IInformerCache.Informer<T>(KubernetesResource<T> resource, InformerScope? scope, bool optional) => Informer(resource, scope, optional);

    public Informer<T> Informer<T>(KubernetesResource<T> resource, InformerScope? scope = null, bool optional = false) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        scope ??= InformerScope.All;
        lock (_gate)
        {
            if (_informers.TryGetValue((resource.Kind, typeof(T), scope), out IInformerControl? known))
            {
                known.Optional &= optional;
                return (Informer<T>)known;
            }

            var informer = new Informer<T>(resource, scope, environment) { Optional = optional };
            _informers[(resource.Kind, typeof(T), scope)] = informer;
            Volatile.Write(ref _all, [.. _all, informer]);
            if (_token is { } token) _running.Add(RunAsync(informer, token));
            return informer;
        }
    }

    INamespacedInformer<T> IInformerCache.NamespacedInformer<T>(KubernetesResource<T> resource, string? labelSelector) => NamespacedInformer(resource, labelSelector);

    public NamespacedInformer<T> NamespacedInformer<T>(KubernetesResource<T> resource, string? labelSelector) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        lock (_gate)
        {
            if (_namespaced.TryGetValue((resource.Kind, typeof(T), labelSelector), out IInformerControl? known)) return (NamespacedInformer<T>)known;
            var informer = new NamespacedInformer<T>(resource, labelSelector, environment, RunAsync);
            _namespaced[(resource.Kind, typeof(T), labelSelector)] = informer;
            Volatile.Write(ref _all, [.. _all, informer]);
            if (_token is { } token) _running.Add(RunAsync(informer, token));
            return informer;
        }
    }

    /// <summary>Starts all informers.</summary>
    public void Start(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _token = cancellationToken;
            foreach (IInformerControl informer in _all) _running.Add(RunAsync(informer, cancellationToken));
        }
    }

    /// <summary>Completes when all informers have ended after the token of <see cref="Start"/> fired.</summary>
    public Task WhenStopped()
    {
        lock (_gate) return Task.WhenAll(_running);
    }

    private Task RunAsync(IInformerControl informer, CancellationToken cancellationToken) => environment.InFlight.Tasks.Watch(RunUntilStoppedAsync(informer, cancellationToken));

    private async Task RunUntilStoppedAsync(IInformerControl informer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (true)
        {
            try
            {
                await informer.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // For instance an index function that throws. Starting anew after a pause keeps the others alive and the fault visible.
                InformerFailed(_logger, fault, informer.Resource.QualifiedName);
                await Task.Delay(environment.Options.BackoffMax, environment.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "informer failed")]
    private static partial void InformerFailed(ILogger logger, Exception fault, string resource);
}
