using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>An API server, the controller on it, and hands that do what people and Flux do.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string Namespace = "org-blue";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly InMemoryApiServer _server;
    private CancellationTokenSource? _stop;
    private Task<ManagerExit>? _running;
    private ControllerManager? _manager;

    private World(InMemoryApiServer server)
    {
        _server = server;
        Hands = Connect();
    }

    /// <summary>The client of people and of Flux.</summary>
    public IKubernetesClient Hands { get; }

    /// <summary>The client of the operator that runs now.</summary>
    public TapClient Operator { get; private set; } = null!;

    public List<StateReport> Reports { get; } = [];

    public AppsOptions Options { get; set; } = new() { SourceSyncingNotice = TimeSpan.FromSeconds(30) };

    public ApplicationInstanceServices Services { get; set; } = new();

    /// <summary>Where the policy of the catalog is looked for; null for no policy.</summary>
    public string? CatalogPolicyNamespace { get; set; }

    public ILoggerFactory Logging { get; set; } = NullLoggerFactory.Instance;

    public static async Task<World> StartAsync(string? fluxCrds = null, bool withFlux = true)
    {
        InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(Repository.Crds);
        var world = new World(server);
        if (withFlux) await world.InstallAsync(fluxCrds ?? FluxCrds.Flux);
        await world.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {Namespace}}}}}");
        return world;
    }

    public Task InstallAsync(string yaml) => _server.InstallCrdYamlAsync(yaml);

    public Task InstallFromAsync(params string[] folders) => _server.InstallCrdsAsync(folders);

    public void StartOperator(Action<TapClient>? with = null)
    {
        Operator = new TapClient(Connect());
        with?.Invoke(Operator);
        _manager = new(new()
        {
            Client = Operator,
            Events = new() { ReportingController = "vworkspace-app-operator", ReportingInstance = "test" },
            Logging = Logging,
            Seed = 7,
        });
        ApplicationInstanceServices services = CatalogPolicyNamespace is { } home ? Services with { VersionPolicy = CatalogPolicy.Open(_manager, home) } : Services;
        ApplicationInstanceController.AddTo(_manager, Options, services with { Sink = new Collector(Reports), Random = new Random(7) });
        _stop = new();
        _running = _manager.RunAsync(_stop.Token, _stop.Token);
    }

    public async Task StopOperatorAsync()
    {
        if (_stop is null) return;
        await _stop.CancelAsync();
        await _running!.WaitAsync(Patience);
        await _manager!.DisposeAsync();
        await Operator.DisposeAsync();
        _stop.Dispose();
        _stop = null;
    }

    public async Task ApplyAsync(string yaml)
    {
        JsonObject body = KubernetesYaml.ParseObject(yaml);
        KubernetesResource<DynamicObject> resource = Resource((string)body["apiVersion"]!, (string)body["kind"]!);
        var key = new ObjectKey((string?)body["metadata"]!["namespace"] ?? string.Empty, (string)body["metadata"]!["name"]!);
        ApiResult<DynamicObject> answer = await Hands.PatchAsync(resource, key, Patch.Apply(body), new() { FieldManager = "kubectl", Force = true }, default);
        _ = answer.Value;
    }

    public async Task PatchAsync(KubernetesResource resource, string name, string yaml, string? subresource = null)
    {
        var dynamic = new KubernetesResource<DynamicObject>(resource.Kind, resource.Plural, resource.Namespaced, KubernetesJson.Default.DynamicObject);
        var key = new ObjectKey(resource.Namespaced ? Namespace : string.Empty, name);
        ApiResult<DynamicObject> answer = await Hands.PatchAsync(dynamic, key, Patch.Merge(KubernetesYaml.ParseObject(yaml)), new() { FieldManager = "hands", Subresource = subresource }, default);
        _ = answer.Value;
    }

    public Task AnnotateAsync(string name, string key, string? value) =>
        PatchAsync(ApiResources.ApplicationInstances, name, $"{{metadata: {{annotations: {{\"{key}\": {(value is null ? "null" : $"\"{value}\"")}}}}}}}");

    public async Task DeleteAsync(KubernetesResource resource, string name, string @namespace = Namespace) =>
        _ = (await Hands.DeleteAsync(resource, new(resource.Namespaced ? @namespace : string.Empty, name), new(), default)).Value;

    public async Task<T?> FindAsync<T>(KubernetesResource<T> resource, string name) where T : class, IKubernetesObject =>
        (await Hands.GetAsync(resource, new(resource.Namespaced ? Namespace : string.Empty, name), default)).ValueOrNullIfNotFound();

    public async Task<DynamicObject?> FindRawAsync(KubernetesResource resource, string name) =>
        await FindAsync(new KubernetesResource<DynamicObject>(resource.Kind, resource.Plural, resource.Namespaced, KubernetesJson.Default.DynamicObject), name);

    /// <summary>Waits until an instance shows conditions such as <c>Ready=True/HelmReleaseReady</c>.</summary>
    public async Task<ApplicationInstance> ShowsAsync(string name, params string[] conditions)
    {
        string[] seen = [];
        ApplicationInstance? found = null;
        await UntilAsync(
            async () =>
            {
                found = await FindAsync(ApiResources.ApplicationInstances, name);
                seen = found is null ? [] : [.. found.Status.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason}")];
                return conditions.All(c => seen.Contains(c, StringComparer.Ordinal));
            },
            () => $"{name} shows {string.Join(", ", conditions)}; it shows {string.Join(", ", found?.Status.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason} ({c.Message})") ?? [])}");
        return found!;
    }

    public async Task<T> ExistsAsync<T>(KubernetesResource<T> resource, string name, Func<T, bool>? that = null) where T : class, IKubernetesObject
    {
        T? found = null;
        await UntilAsync(async () => (found = await FindAsync(resource, name)) is not null && (that?.Invoke(found) ?? true), () => $"{resource.QualifiedName} {name} is as expected");
        return found!;
    }

    public Task GoneAsync(KubernetesResource resource, string name) =>
        UntilAsync(async () => await FindRawAsync(resource, name) is null, () => $"{resource.QualifiedName} {name} is gone");

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Patience) Assert.Fail($"not within {Patience.TotalSeconds} s: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Waits until nothing has been written for a moment.</summary>
    public async Task<int> QuietAsync()
    {
        int writes = Operator.Writes.Count;
        var since = Stopwatch.StartNew();
        while (since.Elapsed < TimeSpan.FromMilliseconds(700))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            if (Operator.Writes.Count == writes) continue;
            writes = Operator.Writes.Count;
            since.Restart();
        }

        return writes;
    }

    /// <summary>What Flux writes into the status of a release.</summary>
    public async Task FluxSaysAsync(string release, string conditions, string history = "[]")
    {
        HelmRelease found = await ExistsAsync(FluxResources.HelmReleases, release);
        long generation = found.Metadata.Generation;
        // Like helm-controller: which artifact of a registry was tried.
        string? revision = (await FindAsync(FluxResources.OciRepositories, release + "-source"))?.Status.Artifact?.Revision;
        string digest = revision is null ? "null" : revision[(revision.IndexOf('@', StringComparison.Ordinal) + 1)..];
        await PatchAsync(FluxResources.HelmReleases, release,
            $"{{status: {{observedGeneration: {generation}, lastAttemptedRevisionDigest: {digest}, history: {history}, conditions: {Stamp(conditions, generation)}}}}}", "status");
    }

    /// <summary>What Flux writes into the status of a source.</summary>
    public async Task SourceSaysAsync(KubernetesResource<ChartSource> resource, string name, string conditions)
    {
        ChartSource found = await ExistsAsync(resource, name);
        long generation = found.Metadata.Generation;
        string artifact = resource == FluxResources.OciRepositories && conditions.Contains("Succeeded", StringComparison.Ordinal)
            ? $"{{revision: {found.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString()}@sha256:{generation}}}"
            : "null";
        await PatchAsync(resource, name, $"{{status: {{observedGeneration: {generation}, artifact: {artifact}, conditions: {Stamp(conditions, generation)}}}}}", "status");
    }

    public async Task InstalledAsync(string release = "wiki", string chart = "1.2.3", int revision = 1)
    {
        await SourceSaysAsync(FluxResources.OciRepositories, release + "-source", "[{type: Ready, status: \"True\", reason: Succeeded, message: stored}]");
        await FluxSaysAsync(release, "[{type: Ready, status: \"True\", reason: InstallSucceeded, message: installed}]", $"[{{version: {revision}, status: deployed, chartVersion: {chart}}}]");
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await Hands.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static string Stamp(string conditions, long generation)
    {
        JsonNode list = KubernetesYaml.Parse(conditions)[0];
        foreach (JsonNode? item in list.AsArray())
        {
            item!["observedGeneration"] ??= generation;
            item["lastTransitionTime"] ??= KubernetesTimeConverter.ToText(TimeProvider.System.GetUtcNow());
            item["message"] ??= string.Empty;
        }

        return list.ToJsonString();
    }

    private IKubernetesClient Connect() => new KubernetesClient(new()
    {
        Server = _server.Uri,
        CertificateAuthorityData = _server.CaCertificatePem,
        Credential = KubernetesCredential.BearerToken(_server.Token),
    });

    private static KubernetesResource<DynamicObject> Resource(string apiVersion, string kind) => DynamicObject.Resource(
        GroupVersionKind.Parse(apiVersion, kind),
        kind switch
        {
            "HelmRepository" => "helmrepositories",
            "OCIRepository" => "ocirepositories",
            "Ingress" => "ingresses",
            _ => kind.ToLowerInvariant() + "s",
        },
        kind != "Namespace");

    private sealed class Collector(List<StateReport> reports) : IEventSink
    {
        public void Report(StateReport report)
        {
            lock (reports) reports.Add(report);
        }
    }
}
