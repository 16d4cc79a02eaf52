namespace VWorkspace.Kubernetes.Transport;

/// <summary>A rate with a burst. Waiters reserve in order of arrival, so nobody is overtaken; a waiter that gives up returns what it reserved.</summary>
internal sealed class TokenBucket(double qps, int burst, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _last = timeProvider.GetTimestamp();

    /// <summary>Waits until the next request may go out.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = Reserve();
        if (wait <= TimeSpan.Zero) return;
        try
        {
            await Task.Delay(wait, timeProvider, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock) _tokens = Math.Min(burst, _tokens + 1);
            throw;
        }
    }

    /// <summary>Takes a token, into debt if need be, and tells how long it takes to pay it back.</summary>
    private TimeSpan Reserve()
    {
        lock (_lock)
        {
            long now = timeProvider.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (timeProvider.GetElapsedTime(_last, now).TotalSeconds * qps));
            _last = now;
            _tokens -= 1;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / qps);
        }
    }
}
