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
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(2);
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
        _cache = new(new(options.Client, _kinds, options.Reflectors, options.Clock, _random, options.Logging));
        Client = new ManagerClient(options.Client, _fence, _cache);
        _events = new(Client, options.Events, options.Clock, () => Metrics.EventsDropped.Add(1), options.Logging.CreateLogger("events"));
        _controllerEnvironment = new(Metrics, options.Clock, _random, options.Logging, options.OnReconciled);
        _workers = new(Metrics, options.Clock, _random, _logger);
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
    public bool IsLeading => Volatile.Read(ref _leading) && _fence.IsOpen;

    private bool _leading;

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
        Task events = SwallowCancellation(_events.RunAsync(eventsCut.Token));
        try
        {
            running.Add(SwallowCancellation(_kinds.RunAsync(background.Token)));
            running.AddRange(_loops.Where(static loop => !loop.LeaderOnly).Select(loop => _workers.RunAsync(loop, background.Token)));
            if (await PassStartupChecksAsync(stop) is { } failure) return new(ManagerExitReason.StartupFailed, failure);
            await StartCachesAsync(background.Token, stop);
            return await LeadAsync(events, eventsCut, stop, abort);
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
            await WaitAtMostAsync(Task.WhenAll([.. running, events, _cache.WhenStopped()]), AbortTimeout);
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
    private async Task<string?> PassStartupChecksAsync(CancellationToken stop)
    {
        long start = Clock.GetTimestamp();
        var backoff = new ReflectorBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2), Clock, _random);
        foreach (StartupCheck check in _options.StartupChecks)
        {
            while (await FailureOfAsync(check, stop) is { } failure)
            {
                if (_options.StartupTimeout != Timeout.InfiniteTimeSpan && Clock.GetElapsedTime(start) >= _options.StartupTimeout) return $"{check.Name}: {failure}";
                StartupCheckFailed(_logger, check.Name, failure);
                await Task.Delay(TimeSpan.FromMilliseconds(200) + backoff.Next(), Clock, stop);
            }
        }

        return null;
    }

    private static async Task<string?> FailureOfAsync(StartupCheck check, CancellationToken stop)
    {
        try
        {
            return await check.Check(stop);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            return fault.Message;
        }
    }

    private async Task StartCachesAsync(CancellationToken background, CancellationToken stop)
    {
        await WaitWithNoticeAsync(_kinds.Discovered, static () => "discovery of the API server", stop);
        _ = _cache.Informer(CustomResourceDefinition.Resource, optional: true).Subscribe(_kinds);
        _cache.Start(background);
        foreach (IInformerControl informer in _cache.All.Where(static i => !i.Optional))
            await WaitWithNoticeAsync(informer.WaitForSyncAsync(stop), () => Describe(informer), stop);

        // Optional kinds that are served are worth a moment, so that the first pass sees their objects; one that cannot be listed must not hold up the rest.
        Task optional = Task.WhenAll(_cache.All.Where(i => i.Optional && _kinds.IsServed(i.Resource.Kind)).Select(i => i.WaitForSyncAsync(stop)));
        await WaitAtMostAsync(optional, _options.OptionalSyncTimeout);
        stop.ThrowIfCancellationRequested();
        CachesSynced = true;
    }

    private string Describe(IInformerControl informer) =>
        _kinds.IsServed(informer.Resource.Kind)
            ? $"the list of {informer.Resource.QualifiedName}"
            : $"{informer.Resource.QualifiedName} ({informer.Resource.Kind.Version}) to be served: its CRD is missing";

    private async Task<ManagerExit> LeadAsync(Task events, CancellationTokenSource eventsCut, CancellationToken stop, CancellationToken abort)
    {
        LeaderElector? elector = _options.LeaderElection is { } election
            ? new(_options.Client, election, _fence, Clock, _random, _options.Logging.CreateLogger("leader-election"))
            : null;
        if (elector is not null) await elector.AcquireAsync(stop);
        Volatile.Write(ref _leading, true);
        using var stopped = new CancellationTokenSource();
        using var aborted = new CancellationTokenSource();
        Task lost = elector?.HoldAsync(stopped.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, Clock, stopped.Token);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task work = Task.WhenAll([
            .. _controllers.Select(controller => controller.RunAsync(leading.Token, aborted.Token)),
            .. _loops.Where(static loop => loop.LeaderOnly).Select(loop => _workers.RunAsync(loop, leading.Token)),
        ]);

        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration onStop = stop.Register(static source => ((TaskCompletionSource)source!).TrySetResult(), wake);
        await using CancellationTokenRegistration onAbort = abort.Register(aborted.Cancel);
        _ = WakeWhenFaultedAsync(work, wake);
        await Task.WhenAny(lost, wake.Task);
        await leading.CancelAsync();
        if (stop.IsCancellationRequested && !lost.IsCompleted)
        {
            await WaitAtMostAsync(Task.WhenAny(work, lost), _options.GracefulStopTimeout);
            if (!work.IsCompleted) NotEnded(_logger, [.. _controllers.Where(static c => c.Status.Processing > 0).Select(static c => c.Name)]);
        }

        bool electionLost = elector is not null && lost.IsCompleted;
        await aborted.CancelAsync();
        await WaitAtMostAsync(work, electionLost && _options.LeaderElection is { } e ? e.RetryPeriod : AbortTimeout);
        if (work.IsFaulted) await work;
        if (electionLost)
        {
            Volatile.Write(ref _leading, false);
            LeadershipLost(_logger, _options.LeaderElection!.Name);
            return new(ManagerExitReason.LeaderElectionLost, "leader election lost");
        }

        _events.Complete();
        await WaitAtMostAsync(events, FlushTimeout);
        await eventsCut.CancelAsync();
        await stopped.CancelAsync();
        await SwallowCancellation(lost);
        Volatile.Write(ref _leading, false);
        if (elector is not null)
        {
            using var limit = new CancellationTokenSource(ReleaseTimeout, Clock);
            await elector.ReleaseAsync(limit.Token);
        }

        return new(ManagerExitReason.Stopped);
    }

    private async Task WaitWithNoticeAsync(Task condition, Func<string> what, CancellationToken stop)
    {
        while (true)
        {
            await WaitAtMostAsync(condition, WaitingNotice, stop);
            if (condition.IsCompleted) break;
            Waiting(_logger, what());
        }

        await condition;
    }

    private async Task WaitAtMostAsync(Task task, TimeSpan limit, CancellationToken stop = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(task, Task.Delay(limit, Clock, ended.Token));
        await ended.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    private static async Task WakeWhenFaultedAsync(Task task, TaskCompletionSource wake)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsFaulted) wake.TrySetResult();
    }

    private static async Task SwallowCancellation(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That is how these tasks end.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "start-up check failed, will be retried")]
    private static partial void StartupCheckFailed(ILogger logger, string check, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waiting before controllers can start")]
    private static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "reconciles did not end in time and are cancelled")]
    private static partial void NotEnded(ILogger logger, string[] controllers);

    [LoggerMessage(Level = LogLevel.Error, Message = "leader election lost")]
    private static partial void LeadershipLost(ILogger logger, string lease);
}
