namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Counts what is on its way inside a manager: changes not yet delivered to a handler, keys that wait for or are with a worker, Events not yet
/// written. Whoever hands something on begins the next thing before it ends its own, so that zero means that nothing is left.
/// </summary>
internal sealed class WorkInFlight
{
    private int _count;
    private TaskCompletionSource? _waiter;

    /// <summary>The tasks that do the work.</summary>
    public LiveTasks Tasks { get; } = new();

    /// <summary>True when nothing is on its way at this moment.</summary>
    public bool IsIdle => Volatile.Read(ref _count) == 0;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0) Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
    }

    /// <summary>Completes at a moment at which nothing is on its way.</summary>
    public async Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource waiter = Interlocked.CompareExchange(ref _waiter, null, null) ?? New();

            // Looked at after the waiter was put down: an end that comes in between finds it.
            if (IsIdle) return;
            await waiter.Task.WaitAsync(cancellationToken);
        }
    }

    private TaskCompletionSource New()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _waiter, mine, null) ?? mine;
    }
}

/// <summary>Keeps the count of a queue beside what another observer does.</summary>
internal sealed class WorkInFlightObserver(WorkInFlight inFlight, IWorkQueueObserver inner) : IWorkQueueObserver
{
    public void Added()
    {
        inFlight.Begin();
        inner.Added();
    }

    public void Taken(TimeSpan waited) => inner.Taken(waited);

    public void Finished(TimeSpan worked)
    {
        inner.Finished(worked);
        inFlight.End();
    }

    public void Retried() => inner.Retried();
}
