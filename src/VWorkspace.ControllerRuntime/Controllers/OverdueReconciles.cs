using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>A reconcile that was cancelled by its deadline and did not end.</summary>
/// <param name="Controller">Name of the controller.</param>
/// <param name="Key">Which object. It stays with its worker: no other may work on it meanwhile.</param>
/// <param name="Running">For how long it has been running.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OverdueReconcile(string Controller, ObjectKey Key, TimeSpan Running);

/// <summary>Reconciles that ignore their deadline. Nothing can end them from outside; they are reported instead.</summary>
internal sealed class OverdueReconciles(TimeProvider clock)
{
    /// <summary>A reconcile that is asked to end may take this long, or as long as its deadline when that is shorter.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Controller, ObjectKey Key), long> _started = new();

    public IReadOnlyList<OverdueReconcile> All => [.. _started.Select(entry => new OverdueReconcile(entry.Key.Controller, entry.Key.Key, clock.GetElapsedTime(entry.Value)))];

    public int Count(string controller) => _started.Keys.Count(key => key.Controller == controller);

    /// <summary>Looks after one reconcile until it is disposed.</summary>
    /// <param name="controller">Name of the controller.</param>
    /// <param name="key">Which object.</param>
    /// <param name="deadline">Its deadline.</param>
    /// <param name="report">Called once when it has ignored the deadline for too long.</param>
    public IDisposable Watch(string controller, ObjectKey key, TimeSpan deadline, Action report) =>
        new Guard(this, (controller, key), deadline + (deadline < LongestPatience ? deadline : LongestPatience), report);

    private sealed class Guard : IDisposable
    {
        private readonly OverdueReconciles _owner;
        private readonly (string, ObjectKey) _key;
        private readonly Action _report;
        private readonly long _began;
        private readonly ITimer _timer;
        private readonly Lock _gate = new();
        private bool _ended;

        public Guard(OverdueReconciles owner, (string, ObjectKey) key, TimeSpan patience, Action report)
        {
            (_owner, _key, _report, _began) = (owner, key, report, owner.Clock.GetTimestamp());
            _timer = owner.Clock.CreateTimer(static self => ((Guard)self!).Overdue(), this, patience, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            lock (_gate)
            {
                _ended = true;
                _owner._started.TryRemove(_key, out _);
            }
        }

        private void Overdue()
        {
            lock (_gate)
            {
                if (_ended) return;
                _owner._started[_key] = _began;
            }

            _report();
        }
    }

    private TimeProvider Clock => clock;
}
