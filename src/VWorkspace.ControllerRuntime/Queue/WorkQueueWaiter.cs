using System.Threading.Tasks.Sources;

namespace VWorkspace.ControllerRuntime;

/// <summary>A worker that waits for an item. Reused by the queue; continuations run on the pool and never under the queue's lock.</summary>
internal sealed class WorkQueueWaiter<T>(Action<WorkQueueWaiter<T>> recycle) : IValueTaskSource<WorkItem<T>?>
{
    private ManualResetValueTaskSourceCore<WorkItem<T>?> _core = new() { RunContinuationsAsynchronously = true };

    public ValueTask<WorkItem<T>?> Task => new(this, _core.Version);

    public void Complete(WorkItem<T>? item) => _core.SetResult(item);

    public WorkItem<T>? GetResult(short token)
    {
        WorkItem<T>? item = _core.GetResult(token);
        _core.Reset();
        recycle(this);
        return item;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
