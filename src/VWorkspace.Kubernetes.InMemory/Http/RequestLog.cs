namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>The latest requests, oldest first. Bounded.</summary>
internal sealed class RequestLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<RequestRecord> _records = new();

    public void Add(RequestRecord record)
    {
        if (capacity == 0) return;
        lock (_gate)
        {
            _records.Enqueue(record);
            if (_records.Count > capacity) _records.Dequeue();
        }
    }

    public IReadOnlyList<RequestRecord> Read()
    {
        lock (_gate) return [.. _records];
    }

    public void Clear()
    {
        lock (_gate) _records.Clear();
    }
}
