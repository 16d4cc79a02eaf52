namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The queue between event sources and workers, with the semantics of client-go's workqueue: an item waits at most once, is worked on by at most one worker,
/// and is worked on again when it was added meanwhile. Adding a waiting item again keeps the higher priority and the earlier time.
/// In steady state it allocates nothing.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class WorkQueue<T> : IDisposable where T : notnull
{
    /// <summary>After so many items of higher priority were preferred to a waiting item of lower priority, one of the lower priority is taken.</summary>
    public const int FairnessInterval = 16;

    private const int PoolSize = 4096;
    private static readonly long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly IRateLimiter<T> _limiter;
    private readonly IWorkQueueObserver? _observer;
    private readonly ITimer _timer;
    private readonly Dictionary<T, WorkQueueEntry<T>> _entries = [];
    private readonly Stack<WorkQueueEntry<T>> _pool = new();
    private readonly WorkQueueList<T>[] _ready = [new(), new(), new()];
    private readonly int[] _passedOver = new int[3];
    private readonly WorkQueueList<T> _processing = new();
    private readonly WorkQueueDelays<T> _delays = new();
    private readonly Queue<WorkQueueWaiter<T>> _waiting = new();
    private readonly Stack<WorkQueueWaiter<T>> _idleWaiters = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _timerDue = Never;
    private int _dirty;
    private bool _shutDown;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="limiter">Delays of <see cref="AddRateLimited"/>.</param>
    /// <param name="clock">The clock; only its monotonic timestamps and timers are used.</param>
    /// <param name="observer">Told what happens, or null.</param>
    public WorkQueue(IRateLimiter<T> limiter, TimeProvider clock, IWorkQueueObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(clock);
        (_limiter, _clock, _observer) = (limiter, clock, observer);
        _timer = clock.CreateTimer(static queue => ((WorkQueue<T>)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets an item be worked on as soon as a worker is free. Ignored after <see cref="ShutDown"/>.</summary>
    public void Add(T item, WorkPriority priority = WorkPriority.Normal)
    {
        lock (_gate)
        {
            if (_shutDown || !MakeReady(Entry(item), priority)) return;

            // Told before a worker can take it, so that an observer never hears of an end before the beginning.
            _observer?.Added();
            if (_waiting.Count > 0) ServeWaiters();
        }
    }

    /// <summary>Lets an item be worked on after <paramref name="delay"/>, or earlier when it waits for an earlier time already.</summary>
    public void AddAfter(T item, TimeSpan delay, WorkPriority priority = WorkPriority.Normal)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(item, priority);
            return;
        }

        lock (_gate)
        {
            if (_shutDown) return;
            WorkQueueEntry<T> entry = Entry(item);
            long due = DueAfter(delay);
            switch (entry.Place)
            {
                case WaitingPlace.None:
                    (entry.Place, entry.Priority, entry.Due) = (WaitingPlace.Delayed, priority, due);
                    _delays.Add(entry);
                    break;
                case WaitingPlace.Delayed:
                    if (priority > entry.Priority) entry.Priority = priority;
                    if (due < entry.Due)
                    {
                        entry.Due = due;
                        _delays.Shortened(entry);
                    }

                    break;
                default:
                    Raise(entry, priority);
                    break;
            }

            ArmTimer();
        }
    }

    /// <summary>Lets a failed item be worked on again after the delay of the rate limiter, but not before <paramref name="notBefore"/>
    /// and, unless that asks for it, not later than <paramref name="atLatest"/>.</summary>
    /// <returns>The delay.</returns>
    public TimeSpan AddRateLimited(T item, WorkPriority priority = WorkPriority.Normal, TimeSpan notBefore = default, TimeSpan? atLatest = null)
    {
        TimeSpan delay = _limiter.NextDelay(item);
        if (delay > atLatest) delay = atLatest.Value;
        if (delay < notBefore) delay = notBefore;
        AddAfter(item, delay, priority);
        _observer?.Retried();
        return delay;
    }

    /// <summary>Forgets the failures of an item.</summary>
    public void Forget(T item) => _limiter.Forget(item);

    /// <summary>Waits for an item; the caller owes a <see cref="Done"/> for it.</summary>
    /// <returns>Null once the queue is shut down.</returns>
    public ValueTask<WorkItem<T>?> GetAsync()
    {
        WorkItem<T> item;
        TimeSpan waited;
        lock (_gate)
        {
            if (_shutDown) return new((WorkItem<T>?)null);
            if (!TryTake(out WorkQueueEntry<T>? entry))
            {
                if (!_idleWaiters.TryPop(out WorkQueueWaiter<T>? waiter)) waiter = new(Recycle);
                _waiting.Enqueue(waiter);
                return waiter.Task;
            }

            item = new(entry.Item, entry.Priority);
            waited = _clock.GetElapsedTime(entry.AddedAt, entry.StartedAt);
        }

        _observer?.Taken(waited);
        return new(item);
    }

    /// <summary>Ends the work on an item. When it was added meanwhile it waits again at once.</summary>
    public void Done(T item)
    {
        TimeSpan worked;
        lock (_gate)
        {
            if (!_entries.TryGetValue(item, out WorkQueueEntry<T>? entry) || !entry.Processing) return;
            worked = _clock.GetElapsedTime(entry.StartedAt);
            entry.Processing = false;
            _processing.Remove(entry);
            if (entry.Place == WaitingPlace.Dirty)
            {
                _dirty--;
                Enqueue(entry);
                if (_waiting.Count > 0) ServeWaiters();
            }
            else if (entry.Place == WaitingPlace.None)
            {
                Free(entry);
            }

            if (_shutDown && _processing.Count == 0) _drained.TrySetResult();
        }

        _observer?.Finished(worked);
    }

    /// <summary>Stops: adds are ignored, waiting and future <see cref="GetAsync"/> calls get null. Items being worked on stay so until they are done.</summary>
    /// <returns>Completes when no item is being worked on any more.</returns>
    public Task ShutDown()
    {
        lock (_gate)
        {
            if (_shutDown) return _drained.Task;
            _shutDown = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            while (_waiting.TryDequeue(out WorkQueueWaiter<T>? waiter)) waiter.Complete(null);
            if (_processing.Count == 0) _drained.TrySetResult();
            return _drained.Task;
        }
    }

    /// <summary>The state at this moment.</summary>
    public WorkQueueStatus Status
    {
        get
        {
            lock (_gate)
            {
                TimeSpan sum = TimeSpan.Zero, longest = TimeSpan.Zero;
                for (WorkQueueEntry<T>? entry = _processing.First; entry is not null; entry = entry.Next)
                {
                    TimeSpan running = _clock.GetElapsedTime(entry.StartedAt);
                    sum += running;
                    if (running > longest) longest = running;
                }

                return new(ReadyCount + _dirty, _delays.Count, _processing.Count, sum, longest);
            }
        }
    }

    /// <summary>Shuts down without waiting for items being worked on.</summary>
    public void Dispose()
    {
        _ = ShutDown();
        _timer.Dispose();
    }

    private int ReadyCount => _ready[0].Count + _ready[1].Count + _ready[2].Count;

    private bool MakeReady(WorkQueueEntry<T> entry, WorkPriority priority)
    {
        switch (entry.Place)
        {
            case WaitingPlace.Delayed:
                _delays.Remove(entry);
                if (entry.Priority > priority) priority = entry.Priority;
                break;
            case WaitingPlace.Ready or WaitingPlace.Dirty:
                Raise(entry, priority);
                return false;
        }

        (entry.Priority, entry.AddedAt) = (priority, _clock.GetTimestamp());
        if (entry.Processing)
        {
            entry.Place = WaitingPlace.Dirty;
            _dirty++;
        }
        else
        {
            Enqueue(entry);
        }

        return true;
    }

    private void Raise(WorkQueueEntry<T> entry, WorkPriority priority)
    {
        if (priority <= entry.Priority) return;
        if (entry.Place == WaitingPlace.Ready) _ready[(int)entry.Priority].Remove(entry);
        entry.Priority = priority;
        if (entry.Place == WaitingPlace.Ready) _ready[(int)priority].Append(entry);
    }

    private void Enqueue(WorkQueueEntry<T> entry)
    {
        entry.Place = WaitingPlace.Ready;
        _ready[(int)entry.Priority].Append(entry);
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WorkQueueEntry<T>? entry)
    {
        entry = null;
        int chosen = -1;
        for (int level = 0; level < _ready.Length; level++)
        {
            if (_ready[level].Count == 0) continue;
            chosen = level;
            if (_passedOver[level] >= FairnessInterval) break;
        }

        if (chosen < 0) return false;
        _passedOver[chosen] = 0;
        for (int level = 0; level < chosen; level++) _passedOver[level] = _ready[level].Count > 0 ? _passedOver[level] + 1 : 0;

        entry = _ready[chosen].First!;
        _ready[chosen].Remove(entry);
        (entry.Place, entry.Processing, entry.StartedAt) = (WaitingPlace.None, true, _clock.GetTimestamp());
        _processing.Append(entry);
        return true;
    }

    private void ServeWaiters()
    {
        while (_waiting.Count > 0 && TryTake(out WorkQueueEntry<T>? entry))
        {
            _observer?.Taken(_clock.GetElapsedTime(entry.AddedAt, entry.StartedAt));
            _waiting.Dequeue().Complete(new WorkItem<T>(entry.Item, entry.Priority));
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = Never;
            if (_shutDown) return;
            long now = _clock.GetTimestamp();
            while (_delays.Earliest is { } entry && entry.Due <= now)
                if (MakeReady(entry, entry.Priority)) _observer?.Added();
            ServeWaiters();
            ArmTimer();
        }
    }

    private void ArmTimer()
    {
        if (_delays.Earliest is not { } earliest || earliest.Due >= _timerDue) return;
        _timerDue = earliest.Due;

        // A timer may be early by a fraction of a millisecond; rounding up spares a second round.
        TimeSpan wait = _clock.GetElapsedTime(_clock.GetTimestamp(), earliest.Due);
        double milliseconds = Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    /// <summary>A delay beyond the range of the clock means never, not at once.</summary>
    private long DueAfter(TimeSpan delay)
    {
        long now = _clock.GetTimestamp();
        double ticks = delay.TotalSeconds * _clock.TimestampFrequency;
        return ticks >= Never - (double)Math.Max(now, 0) ? Never : now + (long)ticks;
    }

    private WorkQueueEntry<T> Entry(T item)
    {
        ref WorkQueueEntry<T>? slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_entries, item, out bool exists);
        if (exists) return slot!;
        if (!_pool.TryPop(out WorkQueueEntry<T>? entry)) entry = new();
        entry.Item = item;
        slot = entry;
        return entry;
    }

    private void Free(WorkQueueEntry<T> entry)
    {
        _entries.Remove(entry.Item);
        entry.Item = default!;
        if (_pool.Count < PoolSize) _pool.Push(entry);
    }

    private void Recycle(WorkQueueWaiter<T> waiter)
    {
        lock (_gate) _idleWaiters.Push(waiter);
    }
}
