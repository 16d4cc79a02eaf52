namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A clock that moves only when a test moves it. Timers fire on the thread that moves it, in the order of their due times.</summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _wall = new(2026, 5, 28, 12, 0, 0, TimeSpan.Zero);
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _wall;
    }

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public int ActiveTimers
    {
        get
        {
            lock (_gate) return _timers.Count;
        }
    }

    /// <summary>The wall clock is set; monotonic time does not notice.</summary>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_gate) _wall += by;
    }

    public void Advance(TimeSpan by)
    {
        long target = Volatile.Read(ref _ticks) + by.Ticks;
        while (true)
        {
            FakeTimer? next;
            lock (_gate)
            {
                next = _timers.Where(t => t.Due <= target).MinBy(static t => t.Due);
                long to = next is null ? target : Math.Max(next.Due, _ticks);
                _wall += TimeSpan.FromTicks(to - _ticks);
                Volatile.Write(ref _ticks, to);
                if (next is not null) next.Fired();
            }

            if (next is null) return;
            next.Invoke();
        }
    }

    /// <summary>Moves the clock step by step until a condition holds; the pool gets time to run what became due.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step, TimeSpan most)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed <= most; passed += step)
        {
            if (await SettlesAsync(condition)) return;
            Advance(step);
        }

        Assert.That(await SettlesAsync(condition), Is.True, $"the condition does not hold after {most} of virtual time");
    }

    /// <summary>Gives the pool the time to run whatever became due, and more of it when the machine is busy.</summary>
    private static async Task<bool> SettlesAsync(Func<bool> condition)
    {
        for (int quiet = 0; quiet < 4;)
        {
            if (condition()) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(1), System, CancellationToken.None);
            quiet = ThreadPool.PendingWorkItemCount == 0 ? quiet + 1 : 0;
        }

        return condition();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _disposed;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool now = false;
            lock (time._gate)
            {
                if (_disposed) return false;
                time._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._ticks + dueTime.Ticks;
                now = dueTime == TimeSpan.Zero;
                if (!now || period > TimeSpan.Zero) time._timers.Add(this);
            }

            if (now) ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Invoke(), this, preferLocal: false);
            return true;
        }

        public void Fired()
        {
            if (_period > TimeSpan.Zero) Due += _period.Ticks;
            else time._timers.Remove(this);
        }

        public void Invoke() => callback(state);

        public void Dispose() => Remove();

        public ValueTask DisposeAsync()
        {
            Remove();
            return ValueTask.CompletedTask;
        }

        private void Remove()
        {
            lock (time._gate)
            {
                _disposed = true;
                time._timers.Remove(this);
            }
        }
    }
}
