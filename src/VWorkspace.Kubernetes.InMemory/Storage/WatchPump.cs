using System.Diagnostics;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>
/// Wakes watchers in rounds. A change after a quiet time goes out at once; while many watchers are busy, the next round waits a little, so that each write carries
/// several changes: two hundred watchers then cost a fifth of what a write for each change would. Few watchers never wait.
/// </summary>
internal sealed class WatchPump
{
    /// <summary>The time of a round for each of its watchers: fifty of them are served each millisecond at most.</summary>
    private static readonly TimeSpan ForEach = TimeSpan.FromMicroseconds(20);

    /// <summary>A pause below the resolution of timers is not worth one.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private List<StoreSubscription> _due = [];
    private List<StoreSubscription> _round = [];
    private bool _running;

    /// <summary>Has the watcher woken in the next round. Once for each round; may be called under locks.</summary>
    public void Announce(StoreSubscription subscription)
    {
        lock (_gate)
        {
            _due.Add(subscription);
            if (_running) return;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static pump => _ = pump.RunAsync(), this, preferLocal: false);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_due.Count == 0)
                {
                    _running = false;
                    return;
                }

                (_due, _round) = (_round, _due);
            }

            var start = Stopwatch.GetTimestamp();
            foreach (var subscription in _round) subscription.Release();
            var pause = (ForEach * _round.Count) - Stopwatch.GetElapsedTime(start);
            _round.Clear();
            // The machine's time, not the server's clock: this is about processors.
            if (pause >= ShortestPause) await Task.Delay(pause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
