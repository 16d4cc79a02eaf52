namespace VWorkspace.ControllerRuntime;

/// <summary>Exponential windows with full jitter that start anew after a time without failures. For one reflector; not for concurrent use.</summary>
internal sealed class ReflectorBackoff(TimeSpan baseDelay, TimeSpan maxDelay, TimeSpan reset, TimeProvider clock, Random random)
{
    private int _attempt;
    private long? _last;

    public TimeSpan Next()
    {
        long now = clock.GetTimestamp();
        if (_last is { } last && clock.GetElapsedTime(last, now) >= reset) _attempt = 0;
        _last = now;
        double window = Math.Min(maxDelay.Ticks, baseDelay.Ticks * Math.Pow(2, _attempt));
        if (_attempt < 32) _attempt++;
        double share;
        lock (random) share = random.NextDouble();
        return TimeSpan.FromTicks((long)(window * share));
    }
}
