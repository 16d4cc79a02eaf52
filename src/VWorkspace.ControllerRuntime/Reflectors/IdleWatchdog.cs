namespace VWorkspace.ControllerRuntime;

/// <summary>Cancels a stream that has been silent for too long. A sign of life costs one reading of the clock.</summary>
internal sealed class IdleWatchdog : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long _lastLine;
    private long _limitTicks;

    public IdleWatchdog(TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        (_clock, _limitTicks, _lastLine) = (clock, limit.Ticks, clock.GetTimestamp());
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _timer = clock.CreateTimer(static self => ((IdleWatchdog)self!).Check(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    public bool Expired { get; private set; }

    public void Reset() => Volatile.Write(ref _lastLine, _clock.GetTimestamp());

    public void Use(TimeSpan limit)
    {
        Volatile.Write(ref _limitTicks, limit.Ticks);
        Reset();
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Check()
    {
        TimeSpan left = TimeSpan.FromTicks(Volatile.Read(ref _limitTicks)) - _clock.GetElapsedTime(Volatile.Read(ref _lastLine));
        try
        {
            if (left <= TimeSpan.Zero)
            {
                Expired = true;
                _source.Cancel();
                return;
            }

            _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The stream ended while the timer fired.
        }
    }
}
