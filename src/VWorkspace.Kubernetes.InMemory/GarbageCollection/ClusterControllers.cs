using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.GarbageCollection;

/// <summary>Runs the small controllers (owner garbage collection, namespace deletion) beside the server, one change after the other, as a controller manager would.</summary>
internal sealed partial class ClusterControllers : IAsyncDisposable
{
    private readonly Channel<(string Key, StoreEvent Change)> _changes = Channel.CreateUnbounded<(string, StoreEvent)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly OwnerGraph? _owners;
    private readonly NamespaceReaper? _namespaces;
    private readonly ILogger _logger;
    private readonly Task _worker;
    private long _offered;
    private long _done;

    public ClusterControllers(ApiCore core, ILogger logger)
    {
        _logger = logger;
        _owners = core.Options.OwnerGarbageCollection ? new OwnerGraph(core) : null;
        _namespaces = core.Options.NamespaceController ? new NamespaceReaper(core) : null;
        _worker = Task.Run(() => WorkAsync(_stop.Token), _stop.Token);
    }

    /// <summary>True when every change so far has been dealt with.</summary>
    public bool IsIdle => Volatile.Read(ref _done) == Volatile.Read(ref _offered);

    public void Offer(string key, StoreEvent change)
    {
        if (_owners is null && _namespaces is null) return;
        Interlocked.Increment(ref _offered);
        _changes.Writer.TryWrite((key, change));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _worker.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The worker was told to stop.
        }

        _stop.Dispose();
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await foreach (var (key, change) in _changes.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            try
            {
                if (_owners is not null) await _owners.ObserveAsync(key, change, ct).ConfigureAwait(false);
                if (_namespaces is not null) await _namespaces.ObserveAsync(key, change, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A refused deletion (a webhook, a conflict) must not stop the others.
                if (e is not StatusException) LogFault(_logger, key, e);
            }

            Interlocked.Increment(ref _done);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A controller of the in-memory API server failed on a change of {Resource}")]
    private static partial void LogFault(ILogger logger, string resource, Exception exception);
}
