using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Build;
using VWorkspace.Operator.CommandLine;
using VWorkspace.Operator.Health;
using VWorkspace.Operator.Logging;
using VWorkspace.Operator.Metrics;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Webhooks;

namespace VWorkspace.Operator.Hosting;

/// <summary>One run of the operator, from the first log line to the last, in the order of the handbook.</summary>
internal sealed class OperatorRun(OperatorOptions options, OperatorSurroundings surroundings, LogIdentity identity, ILoggerFactory logging, ILogger logger)
{
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(10);
    private static readonly KubernetesResource<PartialObject> Namespaces = PartialObject.Resource(new("", "v1", "Namespace"), "namespaces", namespaced: false);

    // The room of applications counts condition transitions under its own name.
    private const string AppsMeter = "VWorkspace.Apps";

    // What an Event takes as its reporting instance; names of pods may be longer.
    private const int MaxInstanceName = 128;

    private readonly Readiness _readiness = new();

    /// <summary>Runs to the end.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        BuildInfo build = BuildInfo.Current;
        Describe(build);

        using var collector = new PrometheusCollector(MeterNames());
        using var process = new ProcessMetrics();
        using var runtimeMetrics = new RuntimeMetrics(RuntimeMetrics.DefaultMeterName + surroundings.MeterSuffix);
        using var metrics = new OperatorMetrics(OperatorMetrics.DefaultMeterName + surroundings.MeterSuffix, build, options.Channel);
        metrics.Initialise(collector);

        await using WebhookServer? webhooks = options.Webhooks.Enabled ? new WebhookServer(options, runtimeMetrics, surroundings, logging) : null;
        if (webhooks is not null)
        {
            _readiness.ObserveWebhook(webhooks.Check);
            metrics.ObserveCertificate(() => webhooks.CertificateExpiry);
        }

        using SecureMetrics? secure = options.Metrics.Secure ? new SecureMetrics(options, runtimeMetrics, surroundings.Clock, logging) : null;
        await using Listeners? listeners = await ListenAsync(collector, secure, stop);
        if (listeners is null) return ExitCode.Failure;

        if (Configuration() is not { } configuration) return ExitCode.Failure;
        await using var client = new KubernetesClient(configuration, ClientOptions(build));
        secure?.Connect(client);
        await using var manager = new ControllerManager(ManagerOptions(client, runtimeMetrics, metrics));
        var services = new ApplicationInstanceServices { VersionPolicy = CatalogPolicy.Open(manager, options.OperatorNamespace), Random = surroundings.Seed is { } seed ? new Random(seed) : null };
        Compose(client, manager, metrics, services);
        if (webhooks is not null && !await webhooks.StartAsync(manager, services, stop)) return ExitCode.Failure;

        long stopping = 0;
        await using CancellationTokenRegistration onStop = stop.Register(() =>
        {
            stopping = surroundings.Clock.GetTimestamp();
            _readiness.Stopping();
            HostLog.ShutdownStarted(logger, surroundings.StopReason());
        });
        ManagerExit exit = await manager.RunAsync(stop, surroundings.Abort);
        if (webhooks is not null && stop.IsCancellationRequested) await webhooks.LingerAsync(stopping, surroundings.Abort);
        if (stop.IsCancellationRequested) HostLog.ShutdownFinished(logger, (long)surroundings.Clock.GetElapsedTime(stopping).TotalMilliseconds);
        if (exit.Reason == ManagerExitReason.StartupFailed) HostLog.StartFailed(logger, exit.Message ?? "the start-up checks did not pass");
        return exit.Reason == ManagerExitReason.Stopped ? ExitCode.Success : ExitCode.Failure;
    }

    private void Compose(IKubernetesClient client, ControllerManager manager, OperatorMetrics metrics, ApplicationInstanceServices services)
    {
        IInformer<ApplicationInstance> applications = manager.Cache.Informer(ApiResources.ApplicationInstances);
        IInformer<Operation> operations = manager.Cache.Informer(ApiResources.Operations);
        // Their names and whether they can be listed is what matters in this build, so only their metadata is kept.
        IInformer<PartialObject> clusters = manager.Cache.Informer(ApiResources.Clusters.As(KubernetesJson.Default.PartialObject));
        clusters.Subscribe(new ActiveClusterName(clusters.Store, options.OperatorNamespace, identity));
        IInformer<PartialObject> namespaces = manager.Cache.Informer(Namespaces);
        metrics.Observe(namespaces.Store, applications.Store);
        LeaderElectionSettings election = options.LeaderElection;
        var permissions = new PermissionWatch(
            client, options.OperatorNamespace, election.Enabled ? election.LeaseNamespace ?? options.OperatorNamespace : null, surroundings.Clock, options.Runtime.RecheckInterval, logging.CreateLogger<PermissionWatch>());
        manager.AddWorker("permission-watch", permissions.RunAsync, leaderOnly: false);
        _readiness.Observe(manager.Kinds, () => permissions.Result, () => applications.HasSynced, () => operations.HasSynced, () => clusters.HasSynced, () => namespaces.HasSynced);
        var crds = new CrdWatch(_readiness, manager.Kinds, surroundings.Clock, options.Runtime.RecheckInterval, logging.CreateLogger<CrdWatch>());
        manager.AddWorker("crd-watch", crds.RunAsync, leaderOnly: false);
        manager.AddWorker("idle-memory", new IdleMemory(() => manager.IsIdle, new ManagedHeap(), surroundings.Clock).RunAsync, leaderOnly: false);
        ApplicationInstanceController.AddTo(manager, AppsComposition.Options(options), services);
    }

    private ControllerManagerOptions ManagerOptions(IKubernetesClient client, RuntimeMetrics runtimeMetrics, OperatorMetrics metrics) => new()
    {
        Client = client,
        Metrics = runtimeMetrics,
        OnReconciled = metrics.Reconciled,
        Logging = logging,
        Clock = surroundings.Clock,
        Seed = surroundings.Seed,
        DiscoveryInterval = options.Runtime.RecheckInterval,
        GracefulStopTimeout = options.Runtime.GracefulShutdownTimeout,
        StartupTimeout = options.Runtime.StartupTimeout,
        StartupChecks = [new StartupCheck("api-server", cancellationToken => ApiServerAnswersAsync(client, cancellationToken))],
        Events = new EventRecorderOptions
        {
            ReportingController = "vworkspace-app-operator",
            ReportingInstance = options.PodName.Length <= MaxInstanceName ? options.PodName : options.PodName[..MaxInstanceName],
            ClusterScopedNamespace = options.OperatorNamespace,
            Redact = Redactor.Text,
        },
        LeaderElection = options.LeaderElection is { Enabled: true } election
            ? new LeaderElectionOptions
            {
                Namespace = election.LeaseNamespace ?? options.OperatorNamespace,
                Name = election.LeaseName,
                Identity = $"{options.PodName}_{Guid.NewGuid()}",
                LeaseDuration = election.LeaseDuration,
                RenewDeadline = election.RenewDeadline,
                RetryPeriod = election.RetryPeriod,
            }
            : null,
    };

    private KubernetesClientOptions ClientOptions(BuildInfo build) => new()
    {
        TimeProvider = surroundings.Clock,
        Random = surroundings.Seed is { } seed ? new Random(seed) : null,
        UserAgent = $"vworkspace-app-operator/{build.Version} ({build.Platform})",
        Qps = options.Runtime.KubeApiQps,
        Burst = options.Runtime.KubeApiBurst,
    };

    private KubernetesClientConfiguration? Configuration()
    {
        try
        {
            var configuration = KubernetesClientConfiguration.Load(options.KubeconfigPath, options.KubeconfigContext);
            HostLog.Cluster(logger, configuration.Source, configuration.Server.GetLeftPart(UriPartial.Authority));
            return configuration;
        }
        catch (KubernetesConfigurationException refusal)
        {
            HostLog.NoConfiguration(logger, refusal.Message);
            return null;
        }
    }

    private async Task<string?> ApiServerAnswersAsync(IKubernetesClient client, CancellationToken stop)
    {
        // Shorter than the client's own patience: each attempt is told.
        using var limit = new CancellationTokenSource(CheckTime, surroundings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return (await client.GetRawAsync("/version", null, either.Token)).Error?.ToString();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return "the API server did not answer in time";
        }
        catch (KubernetesTransportException fault)
        {
            return fault.Message;
        }
    }

    private async Task<Listeners?> ListenAsync(PrometheusCollector collector, SecureMetrics? secure, CancellationToken stop)
    {
        HealthChecks ready = _readiness.Checks(surroundings.Clock);
        var live = new HealthChecks(surroundings.Clock);
        live.Add("ping", HealthChecks.PingAsync);
        HttpListener? health = null, metrics = null;
        try
        {
            health = await HttpListener.StartAsync(options.HealthProbeBindAddress, routes =>
            {
                routes.MapHealth("/healthz", live);
                routes.MapHealth("/readyz", ready);
            }, logging, null, stop);
            metrics = await HttpListener.StartAsync(options.Metrics.BindAddress, routes =>
            {
                IEndpointConventionBuilder endpoint = routes.MapMetrics(collector);
                secure?.Guard(endpoint);
            }, logging, secure?.Tls, stop);
        }
        catch (IOException fault)
        {
            HostLog.CannotListen(logger, options.HealthProbeBindAddress.ToString(), options.Metrics.BindAddress.ToString(), fault.Message);
            if (health is not null) await health.DisposeAsync();
            return null;
        }
        HostLog.Listening(logger, health?.EndPoint.ToString() ?? "off", metrics?.EndPoint.ToString() ?? "off");
        surroundings.OnListening?.Invoke(new ListeningAddresses(health?.EndPoint, metrics?.EndPoint));
        return new Listeners(health, metrics);
    }

    private void Describe(BuildInfo build)
    {
        foreach (FlagWarning warning in surroundings.IgnoredFlags)
        {
            if (warning.IsObsolete) HostLog.ObsoleteFlag(logger, warning.Flag);
            else HostLog.FlagWithoutEffect(logger, warning.Flag);
        }
        HostLog.Configuration(
            logger, build.Version, build.Commit, options.Channel, options.PodName, options.OperatorNamespace, options.LeaderElection.Enabled,
            options.Metrics.BindAddress.ToString(), options.HealthProbeBindAddress.ToString(), options.Runtime.MaxConcurrentReconciles.ToString(), options.Log.Level.ToString());
    }

    private string[] MeterNames() =>
    [
        OperatorMetrics.DefaultMeterName + surroundings.MeterSuffix,
        RuntimeMetrics.DefaultMeterName + surroundings.MeterSuffix,
        AppsMeter,
        KubernetesTelemetry.Name,
        ProcessMetrics.MeterName,
        ProcessMetrics.DotnetMeterName,
    ];

    private sealed class Listeners(HttpListener? health, HttpListener? metrics) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (metrics is not null) await metrics.DisposeAsync();
            if (health is not null) await health.DisposeAsync();
        }
    }
}
