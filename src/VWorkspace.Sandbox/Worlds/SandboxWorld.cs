using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>
/// A whole cluster in one process: an API server, stand-ins for the controllers beside us, and the operator. Its parts know each other
/// only through the kubeconfig, and can be started and stopped one by one.
/// </summary>
public sealed class SandboxWorld : IAsyncDisposable
{
    private readonly WorldOptions _options;
    private InMemoryApiServer? _server;
    private KubernetesClient? _client;
    private FluxStandIn? _flux;
    private RunningOperator? _operator;
    private FileStream? _operatorLog;

    /// <summary>Makes a world in which nothing runs yet.</summary>
    public SandboxWorld(WorldOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>File of the kubeconfig, absolute.</summary>
    public string KubeconfigPath => Path.Combine(Path.GetFullPath(_options.Directory), "kubeconfig");

    /// <summary>File of the operator's log.</summary>
    public string OperatorLogPath => Path.Combine(Path.GetFullPath(_options.Directory), "operator.log");

    /// <summary>Charts that the stand-in for Flux finds.</summary>
    public ChartCatalogue Charts => _options.Flux.Catalogue;

    /// <summary>Address of the API server.</summary>
    /// <exception cref="InvalidOperationException">The API server does not run.</exception>
    public Uri ApiServer => Server.Uri;

    /// <summary>A client as <c>kubectl</c> would be one.</summary>
    /// <exception cref="InvalidOperationException">The API server does not run.</exception>
    public IKubernetesClient Client => _client ?? throw NotRunning();

    /// <summary>Applies and deletes through <see cref="Client"/>.</summary>
    public ClusterWriter Writer => new(Client, _options.Clock);

    /// <summary>Waits through <see cref="Client"/>.</summary>
    public ObjectFollower Follower => new(Client, _options.Clock);

    /// <summary>Ends with the operator; gives its exit code.</summary>
    /// <exception cref="InvalidOperationException">The operator does not run.</exception>
    public Task<int> OperatorExit => (_operator ?? throw new InvalidOperationException("the operator does not run")).Exit;

    private InMemoryApiServer Server => _server ?? throw NotRunning();

    /// <summary>Starts the API server and writes the kubeconfig.</summary>
    /// <exception cref="SandboxUsageException">The port is in use, or the directory cannot be written.</exception>
    public async Task StartApiServerAsync(CancellationToken cancellationToken)
    {
        _server = await ApiServerStart.StartAsync(_options.ApiPort, cancellationToken);
        await ApiServerStart.WriteKubeconfigAsync(_server, KubeconfigPath, cancellationToken);
        _client = new(KubernetesClientConfiguration.FromKubeconfigFile(KubeconfigPath), new() { UserAgent = "vworkspace-sandbox" });
    }

    /// <summary>Installs the CRDs of this repository and those of Flux, unless the options leave Flux for later.</summary>
    public async Task InstallCrdsAsync(CancellationToken cancellationToken)
    {
        await Writer.InstallCrdsAsync(Manifests.OperatorCrds, cancellationToken);
        await InstallFluxCrdsAsync(cancellationToken);
    }

    /// <summary>Installs only the CRDs of this repository.</summary>
    public Task InstallOperatorCrdsAsync(CancellationToken cancellationToken) => Writer.InstallCrdsAsync(Manifests.OperatorCrds, cancellationToken);

    /// <summary>Installs only the CRDs of Flux.</summary>
    public Task InstallFluxCrdsAsync(CancellationToken cancellationToken) =>
        Writer.InstallCrdsAsync(_options.FluxCrds.Count > 0 ? _options.FluxCrds.SelectMany(Manifests.Directory) : Manifests.FluxCrds, cancellationToken);

    /// <summary>Starts the stand-in for Flux; its CRDs have to be installed.</summary>
    public async Task StartFluxAsync(CancellationToken cancellationToken)
    {
        await FluxStandIn.InstallAsync(Writer, cancellationToken);
        _flux = new(KubeconfigPath, _options.Flux, _options.Clock);
        await _flux.StartAsync(cancellationToken);
    }

    /// <summary>Stops the stand-in for Flux; its objects stay as they are.</summary>
    public async Task StopFluxAsync()
    {
        if (_flux is not null) await _flux.DisposeAsync();
        _flux = null;
    }

    /// <summary>Starts the operator through its own composition root and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task StartOperatorAsync(CancellationToken cancellationToken)
    {
        _operatorLog ??= new(OperatorLogPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        OperatorOptions options = _options.ConfigureOperator(new OperatorOptions
        {
            KubeconfigPath = KubeconfigPath,
            HealthProbeBindAddress = BindAddress.Parse("127.0.0.1:0"),
            Metrics = new() { BindAddress = BindAddress.Parse("127.0.0.1:0") },
        });
        _operator = new(options, _operatorLog);
        await _operator.ReadyAsync(_options.Clock, cancellationToken);
    }

    /// <summary>Stops the operator as SIGTERM does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopOperatorAsync(CancellationToken cancellationToken)
    {
        if (_operator is null) return ExitCode.Success;
        int code = await _operator.StopAsync(cancellationToken);
        await _operator.DisposeAsync();
        _operator = null;
        return code;
    }

    /// <summary>Ends the operator without grace, in the middle of whatever it does.</summary>
    public async Task KillOperatorAsync()
    {
        if (_operator is not null) await _operator.DisposeAsync();
        _operator = null;
    }

    /// <summary>Stops what runs, the operator first.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillOperatorAsync();
        await StopFluxAsync();
        if (_client is not null) await _client.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (_operatorLog is not null) await _operatorLog.DisposeAsync();
    }

    private static InvalidOperationException NotRunning() => new("the API server does not run");
}
