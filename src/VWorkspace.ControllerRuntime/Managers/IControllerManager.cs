using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What a room needs to register its controllers with the manager that runs them.</summary>
public interface IControllerManager
{
    /// <summary>
    /// The client for reconcilers: counted in metrics, fenced by leadership, and coupled with <see cref="Cache"/> so that a store
    /// never shows something older than a successful write through it.
    /// </summary>
    IKubernetesClient Client { get; }

    /// <summary>Shared informers.</summary>
    IInformerCache Cache { get; }

    /// <summary>Which kinds are served now.</summary>
    IKindAvailability Kinds { get; }

    /// <summary>Emits Events.</summary>
    IEventRecorder Events { get; }

    /// <summary>The clock.</summary>
    TimeProvider Clock { get; }

    /// <summary>Loggers.</summary>
    ILoggerFactory Logging { get; }

    /// <summary>Starts the description of a controller.</summary>
    /// <param name="name">Lower-case name, used in metrics and logs, unique in the manager.</param>
    IControllerBuilder AddController(string name);

    /// <summary>Adds a loop that runs beside the controllers. When it throws it is started anew with back-off.</summary>
    /// <param name="name">Name for logs and metrics.</param>
    /// <param name="run">The loop; ends when its token fires.</param>
    /// <param name="leaderOnly">Run on the leader only, after caches are filled; otherwise from the start on every replica.</param>
    void AddWorker(string name, Func<CancellationToken, Task> run, bool leaderOnly = true);
}

/// <summary>Describes one controller: what it reconciles, what it watches, how it works.</summary>
public interface IControllerBuilder
{
    /// <summary>The kind that is reconciled; its own changes queue its key. Required, once.</summary>
    /// <param name="resource">The kind.</param>
    /// <param name="predicate">Given (previous, current): does this change queue the object? Previous is null for additions, current for deletions. Null means every change.</param>
    IControllerBuilder For<T>(KubernetesResource<T> resource, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject;

    /// <summary>Children whose controller owner reference (UID included) names an object of the For kind.</summary>
    IControllerBuilder Owns<T>(KubernetesResource<T> resource, InformerScope? scope = null, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject;

    /// <summary>Any other kind, with a function from an object to the keys to queue.</summary>
    IControllerBuilder Watches<T>(KubernetesResource<T> resource, Func<T, IEnumerable<ObjectKey>> map, InformerScope? scope = null, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject;

    /// <summary>An informer that was opened elsewhere, for instance one for a changing set of namespaces.</summary>
    /// <param name="informer">The informer, from <see cref="IControllerManager.Cache"/>.</param>
    /// <param name="map">From an object to the keys to queue.</param>
    /// <param name="predicate">As for <see cref="For"/>.</param>
    IControllerBuilder Watches<T>(IInformer<T> informer, Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? predicate = null) where T : class, IKubernetesObject;

    /// <summary>Something that has to be done on the leader between the initial lists and the first reconcile. The controller waits for it; a fault of it ends the manager.</summary>
    IControllerBuilder StartsAfter(Func<CancellationToken, Task> prepare);

    /// <summary>Queues keys from outside, for instance from probes. The returned action may be called from any thread at any time.</summary>
    IControllerBuilder Triggered(out Action<ObjectKey> trigger);

    /// <summary>How many at once, time-out, back-off.</summary>
    IControllerBuilder With(ControllerOptions options);

    /// <summary>Completes the description; the manager runs the controller once it leads and its informers have synced.</summary>
    /// <exception cref="InvalidOperationException">For is missing, or the name is taken.</exception>
    void Reconcile(IReconciler reconciler);
}

/// <summary>How a controller works.</summary>
public sealed record ControllerOptions
{
    /// <summary>Workers. Default 4, at least 1.</summary>
    public int MaxConcurrentReconciles { get; init; } = 4;

    /// <summary>Deadline of one reconcile; zero for none. Default 5 min.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>First delay after a failure. Default 5 ms.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest delay after failures. Default 1000 s.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(1000);

    /// <summary>Jitter of the delay as a fraction, 0 to 1. Default 0; 0.1 means ±10 %.</summary>
    public double BackoffJitter { get; init; }

    /// <summary>A field that every log line of a reconcile carries beside those of controller-runtime, for instance the name under a word that people search for. Default: none.</summary>
    public Func<ObjectKey, KeyValuePair<string, object?>>? LogField { get; init; }
}
