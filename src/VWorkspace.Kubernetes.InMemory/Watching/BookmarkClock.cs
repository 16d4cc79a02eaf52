namespace VWorkspace.Kubernetes.InMemory.Watching;

/// <summary>When a watch is due its next bookmark: at an interval, and once shortly before the watch ends.</summary>
internal sealed class BookmarkClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly DateTimeOffset _last;
    private readonly CancellationToken _stop;
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _linked;

    public BookmarkClock(bool enabled, TimeProvider time, TimeSpan interval, DateTimeOffset last, CancellationToken stop)
    {
        (_time, _interval, _last, _stop) = (time, interval, last, stop);
        if (enabled) Schedule();
    }

    /// <summary>Fires when a bookmark is due or the watch is over; null when no bookmark will come.</summary>
    public CancellationToken? Due => _linked?.Token;

    public bool IsDue => _timer?.IsCancellationRequested == true;

    public void Sent() => Schedule();

    public void Dispose()
    {
        _linked?.Dispose();
        _timer?.Dispose();
        _linked = _timer = null;
    }

    private void Schedule()
    {
        Dispose();
        var now = _time.GetUtcNow();
        if (now >= _last) return;
        _timer = new CancellationTokenSource(now + _interval < _last ? _interval : _last - now, _time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, _stop);
    }
}
