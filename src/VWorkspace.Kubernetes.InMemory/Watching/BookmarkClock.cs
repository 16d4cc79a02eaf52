namespace VWorkspace.Kubernetes.InMemory.Watching;

/// <summary>When a watch is due its next bookmark: at an interval, and once shortly before the watch ends.</summary>
internal sealed class BookmarkClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly DateTimeOffset _last;
    private readonly ITimer? _timer;
    private int _due;

    /// <param name="enabled">Whether the watch allows bookmarks at all.</param>
    /// <param name="time">The server's clock.</param>
    /// <param name="interval">The time between two.</param>
    /// <param name="last">When the last one is due.</param>
    /// <param name="signal">Called when one is due.</param>
    public BookmarkClock(bool enabled, TimeProvider time, TimeSpan interval, DateTimeOffset last, Action signal)
    {
        (_time, _interval, _last) = (time, interval, last);
        if (!enabled) return;
        _timer = time.CreateTimer(_ =>
        {
            Volatile.Write(ref _due, 1);
            signal();
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule();
    }

    /// <summary>True once for each bookmark that is due; the next one is scheduled.</summary>
    public bool Take()
    {
        if (Interlocked.Exchange(ref _due, 0) == 0) return false;
        Schedule();
        return true;
    }

    public void Dispose() => _timer?.Dispose();

    private void Schedule()
    {
        var now = _time.GetUtcNow();
        if (now < _last) _timer!.Change(now + _interval < _last ? _interval : _last - now, Timeout.InfiniteTimeSpan);
    }
}
