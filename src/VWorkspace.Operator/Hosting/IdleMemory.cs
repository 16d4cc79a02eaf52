namespace VWorkspace.Operator.Hosting;

/// <summary>
/// Gives memory back to the machine when the operator has nothing to do. What the first lists and a burst of work leave behind is garbage that no allocation follows, and without one the
/// collector has no reason to begin: the pages would count for the life of the process.
/// </summary>
/// <param name="isIdle">Whether nothing is on its way.</param>
/// <param name="heap">The heap that is looked after.</param>
/// <param name="clock">Paces the looks.</param>
internal sealed class IdleMemory(Func<bool> isIdle, IHeap heap, TimeProvider clock)
{
    /// <summary>Time between two looks, and how long the operator has to be at rest.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two collections.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Bytes that have to be allocated since the last collection for another one to be worth its pause.</summary>
    public const long Worthwhile = 16L << 20;

    private long _allocated;
    private long? _collectedAt;
    private bool _wasIdle;

    /// <summary>Looks until the end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken)) Look();
    }

    /// <summary>One look: collects after two looks in a row at rest, when it is worth it.</summary>
    /// <returns>Whether it collected.</returns>
    public bool Look()
    {
        (bool wasIdle, _wasIdle) = (_wasIdle, isIdle());
        if (!wasIdle || !_wasIdle) return false;
        if (_collectedAt is { } at && clock.GetElapsedTime(at) < Pause) return false;
        long allocated = heap.Allocated;
        if (allocated - _allocated < Worthwhile) return false;
        heap.GiveBack();
        (_allocated, _collectedAt) = (allocated, clock.GetTimestamp());
        return true;
    }
}

/// <summary>The heap of a process, as far as its size at rest is concerned.</summary>
internal interface IHeap
{
    /// <summary>Bytes allocated since the process began.</summary>
    long Allocated { get; }

    /// <summary>Collects everything and returns free pages to the machine.</summary>
    void GiveBack();
}

/// <summary>The heap of this process.</summary>
internal sealed class ManagedHeap : IHeap
{
    /// <inheritdoc/>
    public long Allocated => GC.GetTotalAllocatedBytes();

    /// <inheritdoc/>
    public void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
