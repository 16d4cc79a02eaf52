using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Runs controllers: starts caches, then the election, then controllers and workers, and stops them in the opposite order.
/// Waits for an API server that is away and for kinds that are not served yet.
/// </summary>
public sealed partial class ControllerManager : IControllerManager, IAsyncDisposable
{
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastCheckTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitingNotice = TimeSpan.FromSeconds(15);

    private readonly ControllerManagerOptions _options;
    private readonly Random _random;
    private readonly bool _ownsMetrics;
    private readonly LeaderFence _fence;
    private readonly KindRegistry _kinds;
    private readonly InformerCache _cache;
    private readonly EventRecorder _events;
    private readonly ControllerEnvironment _controllerEnvironment;
    private readonly ManagerWorkers _workers;
    private readonly LeaderTerm _term;
    private readonly WorkInFlight _inFlight = new();
    private readonly OverdueReconciles _overdue;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<Controller> _controllers = [];
    private readonly List<ManagerWorker> _loops = [];
    private int _started;

    /// <summary>Makes a manager; nothing runs and nothing is asked before <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public ControllerManager(ControllerManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _random = new(options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        _ownsMetrics = options.Metrics is null;
        Metrics = options.Metrics ?? new();
        _logger = options.Logging.CreateLogger("manager");
        _fence = options.LeaderElection is null ? LeaderFence.AlwaysOpen(options.Clock) : LeaderFence.Guarded(options.Clock);
        _kinds = new(options.Client, options.Clock, options.DiscoveryInterval, options.Logging.CreateLogger("discovery"));
        _cache = new(new(options.Client, _kinds, options.Reflectors, options.Clock, _random, options.Logging, _inFlight));
        Client = new ManagerClient(options.Client, _fence, _cache);
        _events = new(Client, options.Events, options.Clock, () => Metrics.EventsDropped.Add(1), _inFlight, options.Logging.CreateLogger("events"));
        _overdue = new(options.Clock);
        _controllerEnvironment = new(Metrics, options.Clock, _random, options.Logging, _inFlight, _overdue, options.OnReconciled);
        _workers = new(Metrics, options.Clock, _random, _logger);
        _term = new(options, _fence, _workers, _inFlight.Tasks, _random, _logger);
        if (options.LeaderElection is { } election) Metrics.ObserveLeadership(election.Name, () => IsLeading);
        Metrics.ObserveCache(() => _cache.All.GroupBy(static i => i.Resource.Kind).Select(static kind => new Measurement<long>(
            kind.Sum(static i => i.Count), new("group", kind.Key.Group), new("version", kind.Key.Version), new("kind", kind.Key.Kind))));
    }

    /// <inheritdoc/>
    public IKubernetesClient Client { get; }

    /// <inheritdoc/>
    public IInformerCache Cache => _cache;

    /// <inheritdoc/>
    public IKindAvailability Kinds => _kinds;

    /// <inheritdoc/>
    public IEventRecorder Events => _events;

    /// <inheritdoc/>
    public TimeProvider Clock => _options.Clock;

    /// <inheritdoc/>
    public ILoggerFactory Logging => _options.Logging;

    /// <summary>The instruments of this manager.</summary>
    public RuntimeMetrics Metrics { get; }

    /// <summary>True once every required informer has listed and controllers may start (on the leader).</summary>
    public bool CachesSynced { get; private set; }

    /// <summary>True while this replica leads for certain; without an election from the start of the controllers.</summary>
    public bool IsLeading => _term.IsLeading && _fence.IsOpen;

    /// <summary>
    /// True when every controller runs and nothing is on its way inside this process: no change waits for a handler, no key for or with a worker, no Event
    /// for being written. Keys whose time has not come do not count, nor does what the API server has not told yet.
    /// </summary>
    public bool IsIdle => _inFlight.IsIdle;

    /// <summary>
    /// Waits for a moment of <see cref="IsIdle"/>, for tests and tools that want to act between two bursts of work instead of waiting a while. Does not
    /// complete before controllers run, and therefore not on a standby.
    /// </summary>
    public Task WaitUntilIdleAsync(CancellationToken cancellationToken) => _inFlight.WhenIdleAsync(cancellationToken);

    /// <summary>
    /// Reconciles that have ignored the cancellation by their deadline for as long again, at most 30 s: a bug in a reconciler that nothing can end from outside. Their keys stay with their
    /// workers, the other workers go on, and a stop does not wait for them beyond its grace. Reported in the log and by <c>vworkspace_runtime_reconciles_overdue</c>.
    /// </summary>
    public IReadOnlyList<OverdueReconcile> OverdueReconciles => _overdue.All;

    /// <summary>A health check that fails while there are <see cref="OverdueReconciles"/> and names their objects.</summary>
    public HealthCheckResult CheckReconciles() => _overdue.All is { Count: > 0 } overdue
        ? HealthCheckResult.Failed("ReconcileOverdue", "ignore their deadline: " + string.Join(", ", overdue.Take(10).Select(static o => $"{o.Controller} {o.Key}")))
        : HealthCheckResult.Ok;

    /// <summary>Tasks of this manager that have not ended; zero when it has, unless a reconciler ignores its cancellation.</summary>
    internal int LiveTasks => _inFlight.Tasks.Count;

    /// <inheritdoc/>
    public IControllerBuilder AddController(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ControllerBuilder(name, _cache, _controllerEnvironment, controller =>
        {
            lock (_gate)
            {
                if (_started != 0) throw new InvalidOperationException($"Controller '{name}' comes too late: the manager runs already.");
                if (!_names.Add(name)) throw new InvalidOperationException($"There is already a controller '{name}'.");
                _controllers.Add(controller);

                // A controller that has not seen the initial lists is no idle one; it ends this itself.
                _inFlight.Begin();
            }
        });
    }

    /// <summary>Adds a loop that runs beside the controllers. When it throws it is started anew with back-off.</summary>
    /// <param name="name">Name for logs and metrics.</param>
    /// <param name="run">The loop; ends when its token fires.</param>
    /// <param name="leaderOnly">Run on the leader only, after caches are filled; otherwise from the start on every replica.</param>
    public void AddWorker(string name, Func<CancellationToken, Task> run, bool leaderOnly = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        lock (_gate)
        {
            if (_started != 0) throw new InvalidOperationException($"Worker '{name}' comes too late: the manager runs already.");
            _loops.Add(new(name, leaderOnly, run));
        }
    }

    /// <summary>Runs until told to stop, until the lease is lost, or until the start-up checks have failed for too long. Once only.</summary>
    /// <param name="stop">Asks for the graceful stop.</param>
    /// <param name="abort">Cancels running reconciles as well: the end of all patience.</param>
    public async Task<ManagerExit> RunAsync(CancellationToken stop, CancellationToken abort = default)
    {
        lock (_gate)
        {
            if (_started++ != 0) throw new InvalidOperationException("A manager runs only once.");
        }

        using var background = new CancellationTokenSource();
        using var eventsCut = new CancellationTokenSource();
        var running = new List<Task>();
        long start = Clock.GetTimestamp();
        Task events = _inFlight.Tasks.Watch(Waiting.SwallowCancellationAsync(_events.RunAsync(eventsCut.Token)));
        try
        {
            running.Add(_inFlight.Tasks.Watch(Waiting.SwallowCancellationAsync(_kinds.RunAsync(background.Token))));
            running.AddRange(_loops.Where(static loop => !loop.LeaderOnly).Select(loop => _inFlight.Tasks.Watch(_workers.RunAsync(loop, background.Token))));
            if (await PassStartupChecksAsync(start, stop) is { } failure) return new(ManagerExitReason.StartupFailed, failure);
            if (await StartCachesAsync(start, background.Token, stop) is { } missing) return new(ManagerExitReason.StartupFailed, $"still waiting for {missing}");
            return await _term.RunAsync(_controllers, [.. _loops.Where(static loop => loop.LeaderOnly)], () => FlushEventsAsync(events), stop, abort);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new(ManagerExitReason.Stopped);
        }
        finally
        {
            _events.Complete();
            await eventsCut.CancelAsync();
            await background.CancelAsync();
            _inFlight.Tasks.End();
            await Waiting.AtMostAsync(Task.WhenAll([.. running, events, _cache.WhenStopped()]), EndTimeout, Clock, CancellationToken.None);

            // Those of a replica that never led have not run and so have not ended.
            foreach (Controller controller in _controllers) controller.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _fence.Dispose();
        if (_ownsMetrics) Metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <returns>Why the checks failed for too long; null when they passed.</returns>
    private async Task<string?> PassStartupChecksAsync(long start, CancellationToken stop)
    {
        var backoff = new ReflectorBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2), Clock, _random);
        foreach (StartupCheck check in _options.StartupChecks)
        {
            while (await FailureOfAsync(check, start, stop) is { } failure)
            {
                if (Left(start) <= TimeSpan.Zero) return $"{check.Name}: {failure}";
                StartupCheckFailed(_logger, check.Name, failure);
                await Task.Delay(TimeSpan.FromMilliseconds(200) + backoff.Next(), Clock, stop);
            }
        }

        return null;
    }

    private async Task<string?> FailureOfAsync(StartupCheck check, long start, CancellationToken stop)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<string?>? running = null;
        try
        {
            if (_options.StartupTimeout == Timeout.InfiniteTimeSpan) return await check.Check(stop);

            // One that hangs is out of time like one that fails, whether it looks at its token or not.
            TimeSpan left = _options.StartupTimeout - Clock.GetElapsedTime(start);
            running = check.Check(given.Token);
            return await running.WaitAsync(left > LeastCheckTime ? left : LeastCheckTime, Clock, stop);
        }
        catch (TimeoutException) when (running is { IsCompleted: false })
        {
            await given.CancelAsync();
            return "it did not end in time";
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            return fault.Message;
        }
    }

    /// <returns>What did not come in time; null when everything is there.</returns>
    private async Task<string?> StartCachesAsync(long start, CancellationToken background, CancellationToken stop)
    {
        const string Discovery = "discovery of the API server";
        if (!await WaitWithNoticeAsync(_kinds.Discovered, static () => Discovery, start, stop)) return Discovery;
        _ = _cache.Informer(CustomResourceDefinition.Resource, optional: true).Subscribe(_kinds);
        _cache.Start(background);
        foreach (IInformerControl informer in _cache.All.Where(static i => !i.Optional))
            if (!await WaitWithNoticeAsync(informer.WaitForSyncAsync(stop), () => Describe(informer), start, stop)) return Describe(informer);

        // Optional kinds that are served are worth a moment, so that the first pass sees their objects; one that cannot be listed must not hold up the rest.
        Task optional = Task.WhenAll(_cache.All.Where(i => i.Optional && _kinds.IsServed(i.Resource.Kind)).Select(i => i.WaitForSyncAsync(stop)));
        await Waiting.AtMostAsync(optional, _options.OptionalSyncTimeout, Clock, stop);
        CachesSynced = true;
        return null;
    }

    private TimeSpan Left(long start) => _options.StartupTimeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : _options.StartupTimeout - Clock.GetElapsedTime(start);

    private string Describe(IInformerControl informer) =>
        _kinds.IsServed(informer.Resource.Kind)
            ? $"the list of {informer.Resource.QualifiedName}"
            : $"{informer.Resource.QualifiedName} ({informer.Resource.Kind.Version}) to be served: its CRD is missing";

    private async Task FlushEventsAsync(Task events)
    {
        _events.Complete();
        await Waiting.AtMostAsync(events, FlushTimeout, Clock, CancellationToken.None);
    }

    /// <returns>False when the start has taken too long.</returns>
    private async Task<bool> WaitWithNoticeAsync(Task condition, Func<string> what, long start, CancellationToken stop)
    {
        while (true)
        {
            TimeSpan left = Left(start);
            if (left <= TimeSpan.Zero && !condition.IsCompleted) return false;
            await Waiting.AtMostAsync(condition, left > TimeSpan.Zero && left < WaitingNotice ? left : WaitingNotice, Clock, stop);
            if (condition.IsCompleted) break;
            WaitingFor(_logger, what());
        }

        await condition;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "start-up check failed, will be retried")]
    private static partial void StartupCheckFailed(ILogger logger, string check, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waiting before controllers can start")]
    private static partial void WaitingFor(ILogger logger, string reason);
}
