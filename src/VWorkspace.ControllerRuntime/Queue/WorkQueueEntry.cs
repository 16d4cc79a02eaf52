namespace VWorkspace.ControllerRuntime;

/// <summary>Where an item waits. Being worked on is a separate flag: an item can be worked on and wait at once.</summary>
internal enum WaitingPlace
{
    /// <summary>It does not wait.</summary>
    None,

    /// <summary>A worker may take it.</summary>
    Ready,

    /// <summary>It is being worked on and has to be worked on again afterwards.</summary>
    Dirty,

    /// <summary>Its time has not come.</summary>
    Delayed,
}

/// <summary>What a queue knows about one item. Entries are pooled, so that a queue in steady state allocates nothing.</summary>
internal sealed class WorkQueueEntry<T>
{
    public T Item = default!;
    public WorkPriority Priority;
    public WaitingPlace Place;
    public bool Processing;

    /// <summary>Clock timestamps: since when it waits, since when it is worked on, when its delay ends.</summary>
    public long AddedAt, StartedAt, Due;

    /// <summary>Position in the heap while delayed.</summary>
    public int HeapIndex;

    /// <summary>Neighbours in the ready list, or in the list of items being worked on; an entry is never in both.</summary>
    public WorkQueueEntry<T>? Previous, Next;
}

/// <summary>A list of entries that knows its length and takes an entry out from anywhere in constant time.</summary>
internal sealed class WorkQueueList<T>
{
    public WorkQueueEntry<T>? First { get; private set; }

    private WorkQueueEntry<T>? _last;

    public int Count { get; private set; }

    public void Append(WorkQueueEntry<T> entry)
    {
        (entry.Previous, entry.Next) = (_last, null);
        if (_last is null) First = entry;
        else _last.Next = entry;
        _last = entry;
        Count++;
    }

    public void Remove(WorkQueueEntry<T> entry)
    {
        if (entry.Previous is null) First = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is null) _last = entry.Previous;
        else entry.Next.Previous = entry.Previous;
        (entry.Previous, entry.Next) = (null, null);
        Count--;
    }
}
