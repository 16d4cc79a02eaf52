using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>Breaking things on purpose, and keeping state.</summary>
public sealed partial class InMemoryApiServer
{
    /// <summary>Faults that wait for their requests.</summary>
    public FaultPlan Faults => _core.Faults;

    /// <summary>The latest requests, oldest first; see <see cref="InMemoryApiServerOptions.RequestLogSize"/>.</summary>
    public IReadOnlyList<RequestRecord> Requests => _core.Requests.Read();

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests() => _core.Requests.Clear();

    /// <summary>The resource version of the latest change.</summary>
    public long ResourceVersion => _core.Store.Revision;

    /// <summary>Compacts: watches and continued lists from before now get 410, as after a real compaction.</summary>
    public void ExpireHistory() => _core.Store.Compact();

    /// <summary>Ends all connections and listens again on the same port. With <paramref name="keepData"/> objects and the clock survive but history does not; without it the server is as new.</summary>
    public async Task RestartAsync(bool keepData = true, CancellationToken ct = default)
    {
        var port = _listener.Port;
        await _listener.StopAsync(ct).ConfigureAwait(false);
        if (keepData) Restore(StoreSnapshot.Take(_core.Store));
        else
        {
            Restore(new StoreSnapshot(1, []));
            await _core.BootstrapAsync(ct).ConfigureAwait(false);
        }

        await _listener.StartAsync(port, ct).ConfigureAwait(false);
    }

    /// <summary>Stops listening, as an API server that is down; <see cref="ResumeAsync"/> brings it back on the same port.</summary>
    public async Task PauseAsync(CancellationToken ct = default)
    {
        _pausedPort = _listener.Port;
        await _listener.StopAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Listens again after <see cref="PauseAsync"/>.</summary>
    public Task ResumeAsync(CancellationToken ct = default) => _listener.StartAsync(_pausedPort, ct);

    /// <summary>Writes objects and clock to a file.</summary>
    public async Task SaveAsync(string path, CancellationToken ct = default)
    {
        var file = File.Create(path);
        await using (file.ConfigureAwait(false)) await StoreSnapshot.Take(_core.Store).WriteAsync(file, ct).ConfigureAwait(false);
    }

    /// <summary>Puts back what <see cref="SaveAsync"/> wrote, the clock included: to clients of a later state the server has gone back in time.</summary>
    public async Task RestoreAsync(string path, CancellationToken ct = default)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false)) Restore(await StoreSnapshot.ReadAsync(file, ct).ConfigureAwait(false));
    }

    private void Restore(StoreSnapshot snapshot)
    {
        _core.Store.Restore(snapshot.Revision, snapshot.Objects);
        _core.Crds.ServeAll();
    }
}
