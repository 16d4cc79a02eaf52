namespace VWorkspace.ControllerRuntime;

/// <summary>A bucket of tokens on a monotonic clock. Safe for concurrent use.</summary>
public sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly int _burst;
    private readonly long _origin;
    private TimeSpan _full;

    /// <summary>Creates a full bucket.</summary>
    /// <param name="interval">One token more every interval.</param>
    /// <param name="burst">Most tokens in the bucket.</param>
    /// <param name="clock">The clock.</param>
    public TokenBucket(TimeSpan interval, int burst, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentNullException.ThrowIfNull(clock);
        (_interval, _burst, _clock, _origin) = (interval, burst, clock, clock.GetTimestamp());
    }

    /// <summary>Takes a token, also one that is not there yet, and says after which time it is.</summary>
    public TimeSpan Reserve()
    {
        lock (_gate)
        {
            TimeSpan now = _clock.GetElapsedTime(_origin);
            if (_full < now) _full = now;
            _full += _interval;
            TimeSpan wait = _full - now - (_interval * _burst);
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }

    /// <summary>Takes a token when there is one.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            // _full is the moment at which the bucket will be full again; every token taken moves it by one interval.
            TimeSpan now = _clock.GetElapsedTime(_origin);
            TimeSpan next = (_full < now ? now : _full) + _interval;
            if (next - now > _interval * _burst) return false;
            _full = next;
            return true;
        }
    }
}
