using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.Applications;

/// <summary>The API server with the released CRDs of Flux, the stand-in for Flux, and the operator's controller, each with a connection of its own.</summary>
internal sealed class LoadWorld : IAsyncDisposable
{
    public const string OperatorAgent = "operator-under-load";
    public const int InstancesPerNamespace = 20;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly InMemoryApiServer _server;
    private readonly Process _flux;
    private readonly IObjectStore<ApplicationInstance> _instances;
    private Process? _operator;

    private LoadWorld(InMemoryApiServer server, TimeSpan actionTime)
    {
        _server = server;
        IObjectStore<ApplicationInstance>? instances = null;
        _flux = new(server, FluxStandIn.UserAgent, manager =>
        {
            FluxStandIn.AddTo(manager, actionTime);
            instances = manager.Cache.Informer(ApiResources.ApplicationInstances).Store;
        });
        _instances = instances!;
        Hands = Connect(server, "hands");
    }

    /// <summary>The client of the people who make and change instances.</summary>
    public KubernetesClient Hands { get; }

    /// <summary>A kubeconfig of an administrator.</summary>
    public string Kubeconfig => _server.Kubeconfig;

    /// <summary>Instances as the last watch event showed them.</summary>
    public IReadOnlyCollection<ApplicationInstance> Instances => [.. _instances.List()];

    public static async Task<LoadWorld> StartAsync(int instances, TimeSpan actionTime, CancellationToken cancellationToken)
    {
        InMemoryApiServer server = await InMemoryApiServer.StartAsync(new() { RequestLogSize = 2_000_000, WatchBuffer = 65_536, HistoryPerResource = 65_536 }, cancellationToken);
        string root = RepositoryRoot();
        await server.InstallCrdsAsync([Path.Combine(root, "crds"), Path.Combine(root, "src", "VWorkspace.Sandbox", "StandIns", "Flux", "Crds")], cancellationToken);
        for (int n = 0; n <= (instances - 1) / InstancesPerNamespace; n++)
        {
            await server.CreateAsync(new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = NamespaceOf(n * InstancesPerNamespace) } }, cancellationToken);
        }

        var world = new LoadWorld(server, actionTime);
        await world._flux.SyncedAsync(cancellationToken);
        return world;
    }

    public Task StartOperatorAsync(AppsOptions options, CancellationToken cancellationToken)
    {
        _operator = new(_server, OperatorAgent, manager => ApplicationInstanceController.AddTo(manager, options, new() { Random = new Random(7) }));
        return _operator.SyncedAsync(cancellationToken);
    }

    public async Task StopOperatorAsync()
    {
        if (_operator is null) return;
        await _operator.DisposeAsync();
        _operator = null;
    }

    public async Task CreateAsync(int number, CancellationToken cancellationToken)
    {
        ApiResult<ApplicationInstance> answer = await Hands.CreateAsync(ApiResources.ApplicationInstances, NamespaceOf(number), Instance(number), new(), cancellationToken);
        _ = answer.Value;
    }

    public async Task PatchAsync(int number, JsonObject patch, CancellationToken cancellationToken)
    {
        ApiResult<ApplicationInstance> answer = await Hands.PatchAsync(ApiResources.ApplicationInstances, KeyOf(number), Patch.Merge(patch), new(), cancellationToken);
        _ = answer.Value;
    }

    public async Task DeleteAsync(int number, CancellationToken cancellationToken) =>
        _ = (await Hands.DeleteAsync(ApiResources.ApplicationInstances, KeyOf(number), new(), cancellationToken)).Value;

    /// <summary>Waits for a state of all instances, told by the watch of the stand-in, so that waiting costs no calls.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<ApplicationInstance>, bool> state, string what, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(10));
        try
        {
            while (!state(Instances)) await Task.Delay(Poll, TimeProvider.System, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"not within ten minutes: {what}", late);
        }
    }

    /// <summary>The requests since the last call of this method, oldest first; watches left out.</summary>
    public IReadOnlyList<RequestRecord> TakeRequests()
    {
        IReadOnlyList<RequestRecord> requests = _server.Requests;
        _server.ClearRequests();
        return [.. requests.Where(r => r.Verb != "watch").OrderBy(r => r.Time)];
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await _flux.DisposeAsync();
        await Hands.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static ObjectKey KeyOf(int number) => new(NamespaceOf(number), NameOf(number));

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"app-{number:0000}");

    private static string NamespaceOf(int number) => string.Create(CultureInfo.InvariantCulture, $"org-{number / InstancesPerNamespace:000}");

    private static JsonObject Instance(int number) => new()
    {
        ["apiVersion"] = ApiResources.ApplicationInstances.Kind.ApiVersion,
        ["kind"] = ApiResources.ApplicationInstances.Kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = NameOf(number), ["namespace"] = NamespaceOf(number) },
        ["spec"] = new JsonObject
        {
            ["appRef"] = new JsonObject { ["catalogId"] = "wiki" },
            ["chart"] = new JsonObject { ["sourceType"] = "oci", ["url"] = "oci://registry.example.com/charts", ["name"] = "wiki", ["version"] = "1.2.3" },
            ["release"] = new JsonObject { ["name"] = NameOf(number), ["namespace"] = NamespaceOf(number) },
            ["values"] = new JsonObject
            {
                ["source"] = "inline",
                ["inline"] = new JsonObject
                {
                    ["replicaCount"] = 2,
                    ["image"] = new JsonObject { ["repository"] = "registry.example.com/wiki", ["tag"] = "1.2.3" },
                    ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" } },
                    ["ingress"] = new JsonObject { ["enabled"] = true, ["hosts"] = new JsonArray($"{NameOf(number)}.example.com") },
                },
            },
        },
    };

    private static KubernetesClient Connect(InMemoryApiServer server, string agent) => new(
        new KubernetesClientConfiguration { Server = server.Uri, CertificateAuthorityData = server.CaCertificatePem, Credential = KubernetesCredential.BearerToken(server.Token) },
        new() { UserAgent = agent });

    public static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "VWorkspace.sln"))) return folder.FullName;
        throw new InvalidOperationException("the load runs outside the repository");
    }

    /// <summary>A manager with a client of its own.</summary>
    private sealed class Process : IAsyncDisposable
    {
        private readonly KubernetesClient _client;
        private readonly ControllerManager _manager;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<ManagerExit> _running;

        public Process(InMemoryApiServer server, string agent, Action<IControllerManager> register)
        {
            _client = Connect(server, agent);
            _manager = new(new() { Client = _client, Events = new() { ReportingController = agent, ReportingInstance = agent }, GracefulStopTimeout = TimeSpan.FromSeconds(5), Seed = 7 });
            register(_manager);
            _running = _manager.RunAsync(_stop.Token, CancellationToken.None);
        }

        public async Task SyncedAsync(CancellationToken cancellationToken)
        {
            while (!_manager.CachesSynced)
            {
                if (_running.IsCompleted) throw new InvalidOperationException($"ended before it began: {(await _running).Message}");
                await Task.Delay(Poll, TimeProvider.System, cancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _manager.DisposeAsync();
            await _client.DisposeAsync();
            _stop.Dispose();
        }
    }
}
