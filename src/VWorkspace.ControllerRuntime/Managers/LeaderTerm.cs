using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The time in which this replica leads: acquires the lease, runs controllers and workers, and ends them, either in good order because it was told to stop
/// or at once because the lease was lost.
/// </summary>
internal sealed partial class LeaderTerm(ControllerManagerOptions options, LeaderFence fence, ManagerWorkers workers, LiveTasks tasks, Random random, ILogger logger)
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(2);

    private bool _leading;

    public bool IsLeading => Volatile.Read(ref _leading);

    /// <param name="controllers">What is run.</param>
    /// <param name="loops">Workers of the leader.</param>
    /// <param name="flush">Called in good order: after the work has ended and before the lease is given back.</param>
    /// <param name="stop">Asks for the graceful stop.</param>
    /// <param name="abort">The end of all patience.</param>
    public async Task<ManagerExit> RunAsync(
        IReadOnlyList<Controller> controllers, IReadOnlyList<ManagerWorker> loops, Func<Task> flush, CancellationToken stop, CancellationToken abort)
    {
        LeaderElector? elector = options.LeaderElection is { } election
            ? new(options.Client, election, fence, options.Clock, random, options.Logging.CreateLogger("leader-election"))
            : null;
        if (elector is not null) await elector.AcquireAsync(stop);
        Volatile.Write(ref _leading, true);
        using var holding = new CancellationTokenSource();
        Task lost = tasks.Watch(elector?.HoldAsync(holding.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, holding.Token));
        bool inGoodOrder;
        try
        {
            inGoodOrder = await WorkAsync(controllers, loops, lost, stop, abort);
            if (inGoodOrder) await flush();
        }
        finally
        {
            bool held = !lost.IsCompleted;
            Volatile.Write(ref _leading, false);
            await holding.CancelAsync();
            await Waiting.SwallowCancellationAsync(lost);
            if (elector is not null && held)
            {
                using var limit = new CancellationTokenSource(ReleaseTimeout, options.Clock);
                await elector.ReleaseAsync(limit.Token);
            }
        }

        if (inGoodOrder) return new(ManagerExitReason.Stopped);
        LeadershipLost(logger, options.LeaderElection!.Name);
        return new(ManagerExitReason.LeaderElectionLost, "leader election lost");
    }

    /// <returns>False when the lease was lost.</returns>
    private async Task<bool> WorkAsync(IReadOnlyList<Controller> controllers, IReadOnlyList<ManagerWorker> loops, Task lost, CancellationToken stop, CancellationToken abort)
    {
        using var aborted = new CancellationTokenSource();
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task work = Task.WhenAll([
            .. controllers.Select(controller => tasks.Watch(controller.RunAsync(leading.Token, aborted.Token))),
            .. loops.Select(loop => tasks.Watch(workers.RunAsync(loop, leading.Token))),
        ]);

        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration onStop = stop.Register(static source => ((TaskCompletionSource)source!).TrySetResult(), wake);
        await using CancellationTokenRegistration onAbort = abort.Register(aborted.Cancel);
        _ = WakeWhenFaultedAsync(work, wake);
        await Task.WhenAny(lost, wake.Task);
        await leading.CancelAsync();
        if (stop.IsCancellationRequested && !lost.IsCompleted)
        {
            await Waiting.AtMostAsync(Task.WhenAny(work, lost), options.GracefulStopTimeout, options.Clock, CancellationToken.None);
            if (!work.IsCompleted) NotEnded(logger, string.Join(", ", controllers.Where(static c => c.Status.Processing > 0).Select(static c => c.Name)));
        }

        bool held = !lost.IsCompleted;
        await aborted.CancelAsync();
        TimeSpan patience = held || options.LeaderElection is null ? AbortTimeout : options.LeaderElection.RetryPeriod;
        await Waiting.AtMostAsync(work, patience, options.Clock, CancellationToken.None);
        if (work.IsFaulted) await work;
        return held;
    }

    private static async Task WakeWhenFaultedAsync(Task task, TaskCompletionSource wake)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsFaulted) wake.TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "reconciles did not end in time and are cancelled")]
    private static partial void NotEnded(ILogger logger, string controllers);

    [LoggerMessage(Level = LogLevel.Error, Message = "leader election lost")]
    private static partial void LeadershipLost(ILogger logger, string lease);
}
