using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>
/// A manager on an in-memory API server, with a wire between them that can fail. Its controller copies the annotation <c>want</c> of every ConfigMap to <c>have</c>
/// under an optimistic lock, so that the end of a scenario shows whether every change was followed by a reconcile that began later.
/// </summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    public static readonly KubernetesResource<PartialObject> ConfigMap = PartialObject.Resource(new("", "v1", "ConfigMap"), "configmaps");

    private const string Token = "fault-tests";
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly ConcurrentDictionary<ObjectKey, int> _running = new();
    private readonly CancellationTokenSource _stop = new();
    private Task<ManagerExit> _run = Task.FromResult(new ManagerExit(ManagerExitReason.Stopped));

    private FaultWorld() { }

    public InMemoryApiServer Server { get; private set; } = null!;

    public WireProxy Wire { get; private set; } = null!;

    public FaultyClient Faulty { get; private set; } = null!;

    /// <summary>The way of everybody else: straight to the server.</summary>
    public KubernetesClient Admin { get; private set; } = null!;

    public ControllerManager Manager { get; private set; } = null!;

    public IObjectStore<PartialObject> Store { get; private set; } = null!;

    public RecordingLogs Logs { get; } = new();

    public CountingTime Clock { get; } = new();

    public bool KeyRanTwiceAtOnce { get; private set; }

    public int Reconciles;

    public Func<ObjectKey, CancellationToken, Task> BeforeReconcile { get; set; } = static (_, _) => Task.CompletedTask;

    public static async Task<FaultWorld> StartAsync(
        InMemoryApiServerOptions? options = null, bool streaming = true, bool run = true, TimeSpan? reconcileTimeout = null, TimeSpan? grace = null)
    {
        var world = new FaultWorld();
        world.Server = await InMemoryApiServer.StartAsync((options ?? new()) with { Token = Token });
        world.Wire = new(world.Server.Uri);
        world.Admin = Connect(world.Server, world.Server.Uri.Authority);
        world.Faulty = new(Connect(world.Server, world.Wire.Authority, requestSeconds: 4));
        world.Manager = new(new()
        {
            Client = world.Faulty,
            Clock = world.Clock,
            Events = Widgets.Events,
            Logging = world.Logs,
            Seed = 1,
            GracefulStopTimeout = grace ?? TimeSpan.FromSeconds(5),
            Metrics = new($"fault-world-{Guid.NewGuid()}"),
            Reflectors = new()
            {
                StreamInitialLists = streaming,
                PageSize = 7,
                BackoffBase = TimeSpan.FromMilliseconds(20),
                BackoffMax = TimeSpan.FromMilliseconds(500),
                IdleTimeout = TimeSpan.FromSeconds(3),
                InitialStreamIdleTimeout = TimeSpan.FromSeconds(2),
            },
        });
        world.Store = world.Manager.Cache.Informer(ConfigMap).Store;
        world.Manager.AddController("copier").For(ConfigMap).With(new()
        {
            BackoffBase = TimeSpan.FromMilliseconds(5), BackoffMax = TimeSpan.FromMilliseconds(200), ReconcileTimeout = reconcileTimeout ?? TimeSpan.FromSeconds(5),
        }).Reconcile(new FuncReconciler(world.ReconcileAsync));
        if (run) world.Run();
        return world;
    }

    /// <summary>A client for a server, through some address; the certificate is not checked because a scenario may exchange the server behind it.</summary>
    public static KubernetesClient Connect(InMemoryApiServer server, string authority, double requestSeconds = 30)
    {
        string file = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(file, server.Kubeconfig.Replace(server.Uri.Authority, authority, StringComparison.Ordinal));
            KubernetesClientConfiguration configuration = KubernetesClientConfiguration.FromKubeconfigFile(file) with
            {
                CertificateAuthorityData = null, CertificateAuthorityFile = null, InsecureSkipTlsVerify = true,
            };
            return new(configuration, new()
            {
                MaxRetries = 0, RequestTimeout = TimeSpan.FromSeconds(requestSeconds), ConnectTimeout = TimeSpan.FromSeconds(2),
                KeepAlivePingDelay = TimeSpan.FromSeconds(5), KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    public void Run() => _run = Manager.RunAsync(_stop.Token);

    public async Task<ManagerExit> StopAsync()
    {
        await _stop.CancelAsync();
        return await Eventually.EndsAsync(_run, "the manager stops");
    }

    /// <summary>The fourth question, when the manager has stopped: is any task or timer left?</summary>
    public async Task<ManagerExit> EndsCleanAsync()
    {
        ManagerExit exit = await StopAsync();
        await Eventually.HoldsAsync(() => Manager.LiveTasks == 0, "no task is left");
        await Eventually.HoldsAsync(() => Clock.ActiveTimers == 0, "no timer is left");
        return exit;
    }

    /// <summary>Somebody writes <c>want</c>; creates the object when there is none.</summary>
    public async Task WantAsync(string name, int value, KubernetesClient? through = null, string? note = null)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["annotations"] = new JsonObject { ["want"] = value.ToString(CultureInfo.InvariantCulture) } },
        };
        if (note is not null) body["metadata"]!["annotations"]!["note"] = note;
        ApiResult<PartialObject> result = await (through ?? Admin).PatchAsync(ConfigMap, new("default", name), Patch.Apply(body), new() { FieldManager = "somebody", Force = true }, CancellationToken.None);
        Assert.That(result.Error?.ToString(), Is.Null);
    }

    public async Task DeleteAsync(string name) => await Admin.DeleteAsync(ConfigMap, new("default", name), new(), CancellationToken.None);

    /// <summary>
    /// The end of every scenario: the store equals the server, every change was followed by a reconcile that began later (every object has what was wanted last), no key ran twice at once,
    /// and when the manager has stopped, no task or timer is left.
    /// </summary>
    public async Task EndsWellAsync(KubernetesClient? truth = null)
    {
        await SettlesAsync(truth);
        Assert.That((await EndsCleanAsync()).Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    /// <summary>The first three of these, while the manager goes on.</summary>
    public async Task SettlesAsync(KubernetesClient? truth = null)
    {
        string difference = "";
        long end = Environment.TickCount64 + (long)Eventually.Limit.TotalMilliseconds;
        while (true)
        {
            difference = await DifferenceAsync(truth ?? Admin);
            if (difference.Length == 0) break;
            if (Environment.TickCount64 > end)
                Assert.Fail($"{difference}; log: {string.Join(" | ", Logs.Lines.TakeLast(15).Select(static l => l.Message + " " + l.Fields.GetValueOrDefault("error")))}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        Assert.That(KeyRanTwiceAtOnce, Is.False);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Manager.DisposeAsync();
        Manager.Metrics.Dispose();
        foreach (IAsyncDisposable owned in (IAsyncDisposable[])[.. _owned, Faulty, Admin, Wire, Server]) await owned.DisposeAsync();
        Logs.Dispose();
        _stop.Dispose();
    }

    private async Task<string> DifferenceAsync(KubernetesClient truth)
    {
        ApiResult<ObjectPage<PartialObject>> listed = await truth.ListAsync(ConfigMap, null, new(), CancellationToken.None);
        Dictionary<ObjectKey, PartialObject> server = listed.Value.Items.ToDictionary(ObjectKey.Of);
        Dictionary<ObjectKey, PartialObject> store = Store.List().ToDictionary(ObjectKey.Of);
        foreach ((ObjectKey key, PartialObject obj) in server)
        {
            if (!store.TryGetValue(key, out PartialObject? known)) return $"{key} is missing in the store";
            if (known.Metadata.ResourceVersion != obj.Metadata.ResourceVersion) return $"{key} is {known.Metadata.ResourceVersion} in the store and {obj.Metadata.ResourceVersion} on the server";
            if (obj.Metadata.Annotations.TryGetValue("want", out string? want) && obj.Metadata.Annotations.GetValueOrDefault("have") != want)
                return $"{key} wants {want} and has {obj.Metadata.Annotations.GetValueOrDefault("have")}";
        }

        return store.Keys.FirstOrDefault(key => !server.ContainsKey(key)) is { Name: not null } ghost ? $"{ghost} is a ghost in the store" : "";
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_running.AddOrUpdate(key, 1, static (_, n) => n + 1) > 1) KeyRanTwiceAtOnce = true;
        try
        {
            Interlocked.Increment(ref Reconciles);
            await BeforeReconcile(key, cancellationToken);
            if (Store.Get(key) is not { } obj || !obj.Metadata.Annotations.TryGetValue("want", out string? want)) return ReconcileResult.Done;
            if (obj.Metadata.Annotations.GetValueOrDefault("have") == want) return ReconcileResult.Done;
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = obj.Metadata.ResourceVersion, ["annotations"] = new JsonObject { ["have"] = want } },
            };
            ApiResult<PartialObject> written = await Manager.Client.PatchAsync(ConfigMap, key, Patch.Merge(patch), new(), cancellationToken);
            if (written.IsSuccess || written.Error!.IsNotFound) return ReconcileResult.Done;
            return written.Error.IsConflict ? ReconcileResult.Requeue : ReconcileResult.Failed(new KubernetesApiException(written.Error), written.Error.RetryAfter ?? default);
        }
        finally
        {
            _running.AddOrUpdate(key, 0, static (_, n) => n - 1);
        }
    }
}
