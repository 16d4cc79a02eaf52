using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Which kinds are served: discovery, corrected at once by what a watch on the CRDs sees. Asks again when a CRD changes, when a reflector finds a kind missing,
/// and at least every refresh interval.
/// </summary>
internal sealed partial class KindRegistry : IKindAvailability, IInformerHandler<CustomResourceDefinition>
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetryInterval = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly IKubernetesClient _client;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _refreshInterval;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _refreshNow = new(0, 1);
    private readonly TaskCompletionSource _discovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, IReadOnlyList<GroupVersionKind>> _byCrd = new(StringComparer.Ordinal);
    private HashSet<GroupVersionKind> _served = [];
    private Action<GroupVersionKind, bool>[] _listeners = [];
    private readonly Queue<(Action<GroupVersionKind, bool>[] Listeners, GroupVersionKind Kind, bool Served)> _untold = new();
    private bool _telling;

    public KindRegistry(IKubernetesClient client, TimeProvider clock, TimeSpan refreshInterval, ILogger logger) =>
        (_client, _clock, _refreshInterval, _logger) = (client, clock, refreshInterval, logger);

    /// <summary>Completes after the first successful discovery.</summary>
    public Task Discovered => _discovered.Task;

    public bool IsServed(GroupVersionKind kind) => Volatile.Read(ref _served).Contains(kind);

    public IDisposable OnChanged(Action<GroupVersionKind, bool> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        lock (_gate) _listeners = [.. _listeners, changed];
        return new Registration(() =>
        {
            lock (_gate) _listeners = [.. _listeners.Where(other => other != changed)];
        });
    }

    public async Task WaitUntilServedAsync(GroupVersionKind kind, CancellationToken cancellationToken)
    {
        if (IsServed(kind)) return;
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (OnChanged((changed, served) =>
        {
            if (changed == kind && served) appeared.TrySetResult();
        }))
        {
            if (!IsServed(kind)) await appeared.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A list or watch of the kind was answered with 404.</summary>
    public void ReportNotServed(GroupVersionKind kind)
    {
        Change(served => served.Remove(kind));
        RefreshSoon();
    }

    /// <summary>Asks discovery until the token fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan retry = RetryInterval;
        while (true)
        {
            bool succeeded = await RefreshAsync(cancellationToken);
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task timer = Task.Delay(succeeded ? _refreshInterval : retry, _clock, wait.Token);
            retry = succeeded ? RetryInterval : retry * 2 < LongestRetryInterval ? retry * 2 : LongestRetryInterval;
            await Task.WhenAny(timer, _refreshNow.WaitAsync(wait.Token));
            await wait.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    void IInformerHandler<CustomResourceDefinition>.OnAdded(CustomResourceDefinition obj, bool isInitial) => See(obj.Metadata.Name, [.. obj.ServedKinds]);

    void IInformerHandler<CustomResourceDefinition>.OnUpdated(CustomResourceDefinition previous, CustomResourceDefinition current) =>
        See(current.Metadata.Name, [.. current.ServedKinds]);

    void IInformerHandler<CustomResourceDefinition>.OnDeleted(CustomResourceDefinition last) => See(last.Metadata.Name, []);

    private void See(string? crd, IReadOnlyList<GroupVersionKind> kinds)
    {
        if (crd is null) return;
        IReadOnlyList<GroupVersionKind> before;
        lock (_gate)
        {
            before = _byCrd.GetValueOrDefault(crd, []);
            if (kinds.Count > 0) _byCrd[crd] = kinds;
            else _byCrd.Remove(crd);
        }

        if (before.SequenceEqual(kinds)) return;
        Change(served =>
        {
            served.ExceptWith(before);
            served.UnionWith(kinds);
        });
        RefreshSoon();
    }

    private async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            ApiResult<DiscoveredKinds> result = await Discovery.ReadAsync(_client, cancellationToken);
            if (!result.TryGet(out DiscoveredKinds? found, out KubernetesError? error))
            {
                DiscoveryFailed(_logger, error.ToString());
                return false;
            }

            Change(served =>
            {
                served.RemoveWhere(kind => !found.Unknown.Contains((kind.Group, kind.Version)));
                served.UnionWith(found.Served);
                foreach (IReadOnlyList<GroupVersionKind> kinds in _byCrd.Values) served.UnionWith(kinds);
            });
            _discovered.TrySetResult();
            return true;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, for instance a document of another shape: without this loop no kind would ever be noticed again.
            DiscoveryFailed(_logger, fault.Message);
            return false;
        }
    }

    private void Change(Action<HashSet<GroupVersionKind>> change)
    {
        lock (_gate)
        {
            HashSet<GroupVersionKind> before = _served;
            HashSet<GroupVersionKind> after = [.. before];
            change(after);
            Volatile.Write(ref _served, after);
            foreach (GroupVersionKind kind in before)
                if (!after.Contains(kind)) _untold.Enqueue((_listeners, kind, false));
            foreach (GroupVersionKind kind in after)
                if (!before.Contains(kind)) _untold.Enqueue((_listeners, kind, true));
            if (_telling) return;
            _telling = true;
        }

        Tell();
    }

    /// <summary>
    /// Tells the listeners, outside the lock, one change after the other in the order in which they happened: whoever comes while somebody tells leaves its
    /// changes to that one. Two who told at once could leave a listener with the older news.
    /// </summary>
    private void Tell()
    {
        while (true)
        {
            (Action<GroupVersionKind, bool>[] Listeners, GroupVersionKind Kind, bool Served) next;
            lock (_gate)
            {
                if (!_untold.TryDequeue(out next))
                {
                    _telling = false;
                    return;
                }
            }

            foreach (Action<GroupVersionKind, bool> listener in next.Listeners)
            {
                try
                {
                    listener(next.Kind, next.Served);
                }
                catch (Exception fault)
                {
                    // One listener must not keep the news from the others, nor end discovery.
                    ListenerFailed(_logger, fault, next.Kind.ToString());
                }
            }
        }
    }

    private void RefreshSoon()
    {
        lock (_refreshNow)
        {
            if (_refreshNow.CurrentCount == 0) _refreshNow.Release();
        }
    }

    private sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "listener to kinds failed")]
    private static partial void ListenerFailed(ILogger logger, Exception fault, string kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "discovery failed")]
    private static partial void DiscoveryFailed(ILogger logger, string error);
}
