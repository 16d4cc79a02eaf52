using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns;

/// <summary>One controller process of a cluster: a connection with a name of its own, and a manager on it.</summary>
internal sealed class StandInManager : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly KubernetesClient _client;
    private readonly ControllerManager _manager;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private Task<ManagerExit>? _run;

    /// <summary>Makes a process; nothing runs before <see cref="StartAsync"/>.</summary>
    /// <param name="name">User agent, and reporter of its Events.</param>
    /// <param name="kubeconfig">File of its kubeconfig.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="register">Registers its controllers.</param>
    public StandInManager(string name, string kubeconfig, TimeProvider clock, Action<IControllerManager> register)
    {
        _clock = clock;
        _client = new(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig), new() { UserAgent = name });
        _manager = new(new()
        {
            Client = _client,
            Events = new() { ReportingController = name, ReportingInstance = name },
            Clock = clock,
            GracefulStopTimeout = TimeSpan.FromSeconds(2),
        });
        register(_manager);
    }

    /// <summary>Starts it and waits until its caches are filled.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _run = Task.Run(() => _manager.RunAsync(_stop.Token), cancellationToken);
        while (!_manager.CachesSynced)
        {
            if (_run.IsCompleted) throw new InvalidOperationException($"a stand-in ended: {(await _run).Message}");
            await Task.Delay(Poll, _clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_run is not null) await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _manager.DisposeAsync();
        await _client.DisposeAsync();
        _stop.Dispose();
    }
}
