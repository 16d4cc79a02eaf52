using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Probing;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.TestSupport;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>
/// A namespace on an API server, the controller on it, and hands that do what people and Flux do. The operator's clock stands still until
/// <see cref="AdvanceAsync"/>; nothing waits for real time: everything waits until the operator has come to rest.
/// </summary>
internal sealed partial class World : IAsyncDisposable
{
    /// <summary>The namespace in the texts of the tests. In a world on a shared server it stands for <see cref="Own"/>.</summary>
    public const string Namespace = "org-blue";

    /// <summary>Real time after which a test is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServerConnection _connection;
    private readonly bool _ownsServer;
    private CancellationTokenSource? _stop;
    private Task<ManagerExit>? _running;
    private ControllerManager? _manager;
    private ReadinessProber? _prober;
    private CatalogPolicy? _policy;
    private TestPort? _port;

    private World(ServerConnection connection, string own, bool ownsServer)
    {
        (_connection, Own, _ownsServer) = (connection, own, ownsServer);
        Logging = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        History = new(Hands, Own, () => Clock.GetUtcNow());
        Flux = new(this);
    }

    /// <summary>The namespace of this world.</summary>
    public string Own { get; }

    public InMemoryApiServer Server => _connection.Server;

    /// <summary>The client of people and of Flux.</summary>
    public IKubernetesClient Hands => _connection.Client;

    /// <summary>The client of the operator that runs now, or ran last.</summary>
    public TapClient Operator { get; private set; } = null!;

    public bool IsRunning => _stop is not null;

    /// <summary>The clock of the operator that runs now. Each has its own, which goes on from where the last one stopped.</summary>
    public ManualTimeProvider Clock { get; private set; } = At(Samples.Now);

    public CollectingLog Log { get; } = new();

    public StatusHistory History { get; }

    public FluxStandIn Flux { get; }

    /// <summary>A port of the application that readiness checks look at; made when it is first asked for, and open then.</summary>
    public TestPort Port => _port ??= new();

    /// <summary>True when <see cref="Port"/> was asked for.</summary>
    public bool HasPort => _port is not null;

    public List<StateReport> Reports { get; } = [];

    public AppsOptions Options { get; set; } = new() { SourceSyncingNotice = TimeSpan.FromSeconds(30) };

    public ApplicationInstanceServices Services { get; set; } = new();

    /// <summary>Where the policy of the catalog is looked for; null for no policy.</summary>
    public string? CatalogPolicyNamespace { get; set; }

    private ILoggerFactory Logging { get; }

    /// <summary>A world with a server of its own.</summary>
    public static async Task<World> StartAsync(string? fluxCrds = null, bool withFlux = true)
    {
        ServerConnection connection = await Servers.StartAsync(withFlux ? [fluxCrds ?? FluxCrds.Flux] : []);
        return await BeginAsync(new(connection, Namespace, ownsServer: true));
    }

    /// <summary>A world in a namespace of the shared server, with Flux, cert-manager and external-secrets.</summary>
    public static async Task<World> ShareAsync() => await BeginAsync(new(await Servers.SharedAsync(), Servers.NextNamespace(), ownsServer: false));

    public Task InstallAsync(string yaml) => Server.InstallCrdYamlAsync(yaml);

    public Task InstallFromAsync(params string[] folders) => Server.InstallCrdsAsync(folders);

    public void StartOperator(Action<TapClient>? with = null)
    {
        Clock = At(Clock.GetUtcNow());
        Operator = new TapClient(Hands, Own);
        with?.Invoke(Operator);
        _manager = new(new()
        {
            Client = Operator,
            // Generous, so that every Event can be counted.
            Events = new() { ReportingController = "vworkspace-app-operator", ReportingInstance = "test", Burst = 10_000, SimilarEvents = 10_000 },
            // The clock moves in leaps; a watch is not dead because of that.
            Reflectors = new() { IdleTimeout = TimeSpan.FromDays(20), InitialStreamIdleTimeout = TimeSpan.FromDays(20), WatchTimeout = TimeSpan.FromMinutes(30) },
            Logging = Logging,
            Clock = Clock,
            Seed = 7,
        });
        _policy = CatalogPolicyNamespace is { } home ? CatalogPolicy.Open(_manager, home) : null;
        ApplicationInstanceController.AddTo(_manager, Options with { MaxConcurrentReconciles = 1 }, Services with
        {
            VersionPolicy = _policy ?? Services.VersionPolicy,
            Sink = new Collector(Reports),
            Random = new Random(7),
            OnProber = prober => _prober = prober,
        });
        _stop = new();
        _running = _manager.RunAsync(_stop.Token, _stop.Token);
    }

    public async Task StopOperatorAsync()
    {
        if (_stop is null) return;
        ManualTimeProvider its = Clock;
        Clock = At(its.GetUtcNow());
        await _stop.CancelAsync();

        using var limit = new CancellationTokenSource(Patience);
        while (Operator.IsDead && !_running!.IsCompleted)
        {
            // What a dead one still waits for, such as the next try of an Event, does not hold anybody up.
            limit.Token.ThrowIfCancellationRequested();
            its.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await _running!.WaitAsync(limit.Token);
        await _manager!.DisposeAsync();
        _stop.Dispose();
        _stop = null;
    }

    /// <summary>
    /// Waits until the operator has nothing to do at this moment of its clock: it has seen all that the server has, its queue is empty, its Events
    /// are written, and the watch of the tests has caught up too.
    /// </summary>
    /// <returns>False when the operator died before.</returns>
    public async Task<bool> SettleAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        TapClient? tap = _stop is null ? null : Operator;
        try
        {
            while (true)
            {
                if (tap is not null && !await IsIdleOrDeadAsync(tap, limit.Token)) return false;
                Task changes = Task.WhenAny(History.Activity.Next, tap?.Activity.Next ?? History.Activity.Next);
                long? beats = tap?.Activity.Beats;
                await Server.SettleAsync(limit.Token);
                bool current = History.IsCurrent(Server) && (tap is null || tap.IsCurrent(Server, Matters));
                if (!current) await changes.WaitAsync(limit.Token);
                else if (tap is null || (_manager!.IsIdle && tap.Activity.Beats == beats)) return tap is null or { IsDead: false };
            }
        }
        catch (OperationCanceledException fault) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"not at rest within {Patience.TotalSeconds} s: idle {_manager?.IsIdle}; {tap?.Describe()}", fault);
        }
    }

    private async Task<bool> IsIdleOrDeadAsync(TapClient tap, CancellationToken cancellationToken)
    {
        Task ended = await Task.WhenAny(_manager!.WaitUntilIdleAsync(cancellationToken), tap.Died, _running!);
        await ended;
        if (ended == _running) Assert.Fail($"the operator ended: {(await _running).Message}");
        while (_prober?.Rests() == false || _policy is { IsResting: false })
        {
            if (tap.IsDead) break;
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return !tap.IsDead;
    }

    /// <summary>Lets time pass on the clock of the operator and waits for rest, before and after.</summary>
    public async Task<bool> AdvanceAsync(TimeSpan by)
    {
        if (!await SettleAsync()) return false;
        Clock.Advance(by);
        return await SettleAsync();
    }

    /// <summary>Waits until something holds: looks whenever the operator has come to rest, and lets a second pass on its clock in between.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? within = null)
    {
        TimeSpan limit = within ?? TimeSpan.FromMinutes(6);
        for (TimeSpan passed = TimeSpan.Zero; passed <= limit; passed += TimeSpan.FromSeconds(1))
        {
            await SettleAsync();
            if (await condition()) return;
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Fail($"not within {limit.TotalSeconds} s of the operator's clock: {what()}");
    }

    /// <summary>Waits for rest; the number of writes until then.</summary>
    public async Task<int> QuietAsync()
    {
        await SettleAsync();
        return Operator.Writes.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await History.DisposeAsync();
        Logging.Dispose();
        _port?.Dispose();
        if (_ownsServer) await _connection.DisposeAsync();
    }

    private static ManualTimeProvider At(DateTimeOffset now)
    {
        var clock = new ManualTimeProvider();
        clock.Advance(now - clock.GetUtcNow());
        return clock;
    }

    // The CRDs of the shared server do not change, and they are large.
    private bool Matters(WatchMirror mirror) => _ownsServer || mirror.Kind.Kind != "CustomResourceDefinition";

    private static async Task<World> BeginAsync(World world)
    {
        await world.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {Namespace}}}}}");
        return world;
    }

    private sealed class Collector(List<StateReport> reports) : IEventSink
    {
        public void Report(StateReport report)
        {
            lock (reports) reports.Add(report);
        }
    }
}
