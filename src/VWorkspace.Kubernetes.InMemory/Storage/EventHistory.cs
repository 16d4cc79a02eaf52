namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>The latest changes of a table, oldest first, in a ring: found by their revision without a walk, which hundreds of watchers that resume at once would wait for.</summary>
internal sealed class EventHistory
{
    private StoreEvent?[] _ring = new StoreEvent?[16];
    private int _start;

    public int Count { get; private set; }

    public StoreEvent this[int index] => _ring[(_start + index) & (_ring.Length - 1)]!;

    public void Add(StoreEvent change)
    {
        if (Count == _ring.Length)
        {
            var larger = new StoreEvent?[_ring.Length * 2];
            for (var i = 0; i < Count; i++) larger[i] = this[i];
            (_ring, _start) = (larger, 0);
        }

        _ring[(_start + Count++) & (_ring.Length - 1)] = change;
    }

    /// <summary>Takes the oldest change out; there must be one.</summary>
    public StoreEvent RemoveOldest()
    {
        var oldest = this[0];
        _ring[_start] = null;
        _start = (_start + 1) & (_ring.Length - 1);
        Count--;
        return oldest;
    }

    public void Clear()
    {
        Array.Clear(_ring);
        (_start, Count) = (0, 0);
    }

    /// <summary>The place of the first change after a revision; <see cref="Count"/> when there is none.</summary>
    public int FirstAfter(long revision)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Revision <= revision) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
