namespace VWorkspace.ControllerRuntime;

/// <summary>Counts the tasks that a manager has started and that have not ended, so that its end can be told from its appearance.</summary>
internal sealed class LiveTasks
{
    private readonly CancellationTokenSource _over = new();
    private int _count;

    /// <summary>How many have not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Fires when the manager is over: for tasks that nobody ends one by one.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Counts a task until it has ended, however it ends.</summary>
    /// <returns>The same task.</returns>
    public Task Watch(Task task)
    {
        Interlocked.Increment(ref _count);
        _ = task.ContinueWith(static (_, self) => Interlocked.Decrement(ref ((LiveTasks)self!)._count), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    /// <summary>The manager is over.</summary>
    public void End() => _over.Cancel();
}
