namespace VWorkspace.ControllerRuntime;

/// <summary>The delayed entries of a queue as a binary heap by due time; entries know their position, so that a delay can be shortened or dropped.</summary>
internal sealed class WorkQueueDelays<T>
{
    private WorkQueueEntry<T>[] _heap = new WorkQueueEntry<T>[16];

    public int Count { get; private set; }

    public WorkQueueEntry<T>? Earliest => Count > 0 ? _heap[0] : null;

    public void Add(WorkQueueEntry<T> entry)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        Place(entry, Count++);
        Up(entry.HeapIndex);
    }

    public void Remove(WorkQueueEntry<T> entry)
    {
        int hole = entry.HeapIndex;
        WorkQueueEntry<T> last = _heap[--Count];
        _heap[Count] = null!;
        if (ReferenceEquals(last, entry)) return;
        Place(last, hole);
        Up(hole);
        Down(last.HeapIndex);
    }

    /// <summary>Call after the due time of <paramref name="entry"/> was moved forward.</summary>
    public void Shortened(WorkQueueEntry<T> entry) => Up(entry.HeapIndex);

    private void Up(int index)
    {
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (_heap[parent].Due <= _heap[index].Due) return;
            Swap(parent, index);
            index = parent;
        }
    }

    private void Down(int index)
    {
        while (true)
        {
            int least = index, left = (2 * index) + 1, right = left + 1;
            if (left < Count && _heap[left].Due < _heap[least].Due) least = left;
            if (right < Count && _heap[right].Due < _heap[least].Due) least = right;
            if (least == index) return;
            Swap(least, index);
            index = least;
        }
    }

    private void Swap(int a, int b)
    {
        (WorkQueueEntry<T> first, WorkQueueEntry<T> second) = (_heap[a], _heap[b]);
        Place(first, b);
        Place(second, a);
    }

    private void Place(WorkQueueEntry<T> entry, int index)
    {
        _heap[index] = entry;
        entry.HeapIndex = index;
    }
}
