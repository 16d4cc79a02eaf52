namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Lets writes pass only while leadership is certain: until the renew deadline after the last renewal that the API server confirmed,
/// on the monotonic clock. Nobody else can hold the lease before that.
/// </summary>
internal sealed class LeaderFence : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly ITimer? _timer;
    private readonly CancellationTokenSource _closed = new();
    private long _openUntil;

    private LeaderFence(TimeProvider clock, bool open)
    {
        _clock = clock;
        _openUntil = open ? long.MaxValue : long.MinValue;
        if (!open) _timer = clock.CreateTimer(static fence => ((LeaderFence)fence!).CloseIfDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A fence without an election: always open.</summary>
    public static LeaderFence AlwaysOpen(TimeProvider clock) => new(clock, true);

    /// <summary>A fence that an election opens.</summary>
    public static LeaderFence Guarded(TimeProvider clock) => new(clock, false);

    /// <summary>True while writes may leave.</summary>
    public bool IsOpen => _clock.GetTimestamp() < Volatile.Read(ref _openUntil);

    /// <summary>Fires when the fence closes after it was open; cuts writes that have not been answered yet.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <exception cref="LeadershipLostException">The fence is closed.</exception>
    public void ThrowIfClosed()
    {
        if (!IsOpen) throw new LeadershipLostException();
    }

    /// <summary>Opens until a duration after a timestamp of the clock. Has no effect once the fence has closed for good.</summary>
    public void OpenUntil(long from, TimeSpan duration)
    {
        lock (_gate)
        {
            if (_closed.IsCancellationRequested) return;
            Volatile.Write(ref _openUntil, from + (long)(duration.TotalSeconds * _clock.TimestampFrequency));
            Arm();
        }
    }

    /// <summary>Closes for good.</summary>
    public void Close()
    {
        lock (_gate)
        {
            Volatile.Write(ref _openUntil, long.MinValue);
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _closed.Cancel();
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _closed.Dispose();
    }

    private void CloseIfDue()
    {
        lock (_gate)
        {
            if (IsOpen)
            {
                Arm();
                return;
            }
        }

        Close();
    }

    private void Arm()
    {
        TimeSpan left = _clock.GetElapsedTime(_clock.GetTimestamp(), _openUntil);
        _timer!.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
