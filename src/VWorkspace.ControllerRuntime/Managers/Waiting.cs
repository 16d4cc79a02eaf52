namespace VWorkspace.ControllerRuntime;

/// <summary>Ways of waiting that leave no timer behind.</summary>
internal static class Waiting
{
    /// <summary>What timers can be set to; settings beyond it are refused when they are made instead of failing when they are used.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>Waits for the end of a task, however it ends, but no longer than a limit.</summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public static async Task AtMostAsync(Task task, TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(task, Task.Delay(limit, clock, ended.Token));
        await ended.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for a task that may well end by cancellation.</summary>
    public static async Task SwallowCancellationAsync(Task task)
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
}
