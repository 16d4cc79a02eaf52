namespace VWorkspace.ControllerRuntime;

/// <summary>Says how long a failing item has to wait. Safe for concurrent use.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
public interface IRateLimiter<in T>
{
    /// <summary>The delay before the next try of <paramref name="item"/>; counts this failure.</summary>
    TimeSpan NextDelay(T item);

    /// <summary>Forgets the failures of <paramref name="item"/>.</summary>
    void Forget(T item);
}

/// <summary>
/// Doubles the delay of each item with each failure, with jitter. On request all items together also pass a bucket of tokens, as with client-go's
/// default controller rate limiter (5 ms to 1000 s for an item, 10 per second with a burst of 100 for all); controllers of this runtime have none.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class BackoffRateLimiter<T> : IRateLimiter<T> where T : notnull
{
    private readonly Dictionary<T, int> _failures = [];
    private readonly TimeSpan _base;
    private readonly TimeSpan _max;
    private readonly double _jitter;
    private readonly Random _random;
    private readonly TokenBucket? _bucket;

    /// <summary>Creates a limiter.</summary>
    /// <param name="baseDelay">Delay after the first failure.</param>
    /// <param name="maxDelay">Longest delay of one item, jitter excluded.</param>
    /// <param name="jitter">0 to 1; 0.1 means that a delay varies by ±10 %.</param>
    /// <param name="random">Source of the jitter; may be shared, it is locked while used.</param>
    /// <param name="bucket">Tokens shared by all items, or null.</param>
    public BackoffRateLimiter(TimeSpan baseDelay, TimeSpan maxDelay, double jitter, Random random, TokenBucket? bucket = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(baseDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay, baseDelay);
        ArgumentOutOfRangeException.ThrowIfNegative(jitter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jitter, 1);
        ArgumentNullException.ThrowIfNull(random);
        (_base, _max, _jitter, _random, _bucket) = (baseDelay, maxDelay, jitter, random, bucket);
    }

    /// <inheritdoc/>
    public TimeSpan NextDelay(T item)
    {
        TimeSpan delay;
        double share;
        lock (_random) share = _random.NextDouble();
        lock (_failures)
        {
            _failures.TryGetValue(item, out int failures);
            _failures[item] = failures + 1;
            double ticks = Math.Min(_max.Ticks, _base.Ticks * Math.Pow(2, Math.Min(failures, 62)));
            if (_jitter > 0) ticks *= 1 + (_jitter * ((2 * share) - 1));
            delay = TimeSpan.FromTicks((long)ticks);
        }

        TimeSpan shared = _bucket?.Reserve() ?? TimeSpan.Zero;
        return delay > shared ? delay : shared;
    }

    /// <inheritdoc/>
    public void Forget(T item)
    {
        lock (_failures) _failures.Remove(item);
    }
}
