using System.Runtime.InteropServices;

namespace VWorkspace.ControllerRuntime;

/// <summary>Told what a queue does, partly under its lock; has to return at once and must not call the queue.</summary>
public interface IWorkQueueObserver
{
    /// <summary>An item began to wait; adds that merge into a waiting item do not count.</summary>
    void Added();

    /// <summary>A worker took an item that had waited for <paramref name="waited"/>.</summary>
    void Taken(TimeSpan waited);

    /// <summary>A worker is done with an item after <paramref name="worked"/>.</summary>
    void Finished(TimeSpan worked);

    /// <summary>An item was added through the rate limiter.</summary>
    void Retried();
}

/// <summary>A queue at one moment.</summary>
/// <param name="Depth">Items that a worker could take now, or as soon as their present pass is done.</param>
/// <param name="Delayed">Items whose time has not come.</param>
/// <param name="Processing">Items being worked on.</param>
/// <param name="UnfinishedWork">Sum of the running times of the items being worked on.</param>
/// <param name="LongestRunning">The longest of these running times; zero when there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WorkQueueStatus(int Depth, int Delayed, int Processing, TimeSpan UnfinishedWork, TimeSpan LongestRunning);

/// <summary>An item handed to a worker, who owes a <see cref="WorkQueue{T}.Done"/>.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="Priority">With which priority it waited; pass it on when the item is added again.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WorkItem<T>(T Item, WorkPriority Priority);
