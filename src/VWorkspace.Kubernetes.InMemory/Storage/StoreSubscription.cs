using System.Threading.Tasks.Sources;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>
/// A watcher's bounded inbox. One that does not keep up is ended, as the real watch cache ends slow watchers; what is in the inbox by then can still be read.
/// One reader; it is woken in rounds by the pump, or at once without one.
/// </summary>
internal sealed class StoreSubscription(string ns, int capacity, WatchPump? pump) : IValueTaskSource
{
    private readonly Lock _gate = new();
    private readonly Queue<StoreEvent> _inbox = new();
    private ManualResetValueTaskSourceCore<bool> _source;
    private bool _announced;
    private bool _ended;
    private bool _signalled;
    private bool _waiting;

    /// <summary>True when nothing more will come into the inbox.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate) return _ended;
        }
    }

    /// <summary>False when the inbox is full and the subscription has been ended.</summary>
    public bool Offer(StoreEvent change)
    {
        if (ns.Length > 0 && change.Object.Namespace != ns) return true;
        lock (_gate)
        {
            if (_ended) return false;
            if (_inbox.Count < capacity)
            {
                _inbox.Enqueue(change);
                if (_announced) return true;
                _announced = true;
            }
            else
            {
                _ended = true;
            }
        }

        if (_ended || pump is null) Signal();
        else pump.Announce(this);
        return !_ended;
    }

    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StoreEvent? change)
    {
        lock (_gate)
        {
            if (_inbox.TryDequeue(out change)) return true;
            if (pump is null) _announced = false;
            return false;
        }
    }

    public bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StoreEvent? change)
    {
        lock (_gate) return _inbox.TryPeek(out change);
    }

    public void End()
    {
        lock (_gate) _ended = true;
        Signal();
    }

    /// <summary>Until there is something to look at: changes, the end, or a signal of another kind.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_signalled)
            {
                _signalled = false;
                return ValueTask.CompletedTask;
            }

            _source.Reset();
            _waiting = true;
            return new ValueTask(this, _source.Version);
        }
    }

    /// <summary>Wakes the reader, on a thread of its own: the caller may hold locks.</summary>
    public void Signal() => Wake(inline: false);

    /// <summary>The pump's turn: lets the reader run on the caller's thread as far as it gets.</summary>
    public void Release()
    {
        lock (_gate) _announced = false;
        Wake(inline: true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _source.OnCompleted(continuation, state, token, flags);

    private void Wake(bool inline)
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _signalled = true;
                return;
            }

            _waiting = false;
            _source.RunContinuationsAsynchronously = !inline;
        }

        _source.SetResult(true);
    }
}
