using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Settings;
using VWorkspace.Sandbox.StandIns.Flux;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.EndToEnd.Tests;

/// <summary>A world for one test, at a fast pace, and what the tests do with it. Nothing sleeps: every wait follows a watch.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string Namespace = "org-test";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("vworkspace-e2e-").FullName;

    private Cluster(IReadOnlyList<string> fluxCrds) => World = new(new()
    {
        Directory = _directory,
        FluxCrds = fluxCrds,
        Flux = new()
        {
            FetchDuration = TimeSpan.FromMilliseconds(20),
            ReleaseDuration = TimeSpan.FromMilliseconds(50),
            UninstallDuration = TimeSpan.FromMilliseconds(50),
            MinRetryDelay = TimeSpan.FromMilliseconds(50),
            MaxRetryDelay = TimeSpan.FromMilliseconds(500),
        },
        ConfigureOperator = options => options with { Applications = options.Applications with { BlockedRecheckInterval = TimeSpan.FromSeconds(1) } },
    });

    public SandboxWorld World { get; }

    /// <summary>An API server with all CRDs, Flux and the operator.</summary>
    public static async Task<Cluster> StartAsync(params IReadOnlyList<string> fluxCrds)
    {
        Cluster cluster = await StartServerAsync(fluxCrds);
        await cluster.WithinAsync("CRDs, Flux and operator to start", async token =>
        {
            await cluster.World.InstallCrdsAsync(token);
            await cluster.World.StartFluxAsync(token);
            await cluster.World.StartOperatorAsync(token);
        });
        return cluster;
    }

    /// <summary>Only the API server.</summary>
    public static async Task<Cluster> StartServerAsync(params IReadOnlyList<string> fluxCrds)
    {
        var cluster = new Cluster(fluxCrds);
        await cluster.WithinAsync("the API server to start", async token =>
        {
            await cluster.World.StartApiServerAsync(token);
            await cluster.ApplyAsync(new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Namespace } });
        });
        return cluster;
    }

    public static ObjectKey Key(string name) => new(Namespace, name);

    /// <summary>An ApplicationInstance with an OCI chart and inline values.</summary>
    public static JsonObject Instance(string name, string version, JsonObject? values = null) => new()
    {
        ["apiVersion"] = "apps.vworkspace.io/v1alpha1",
        ["kind"] = "ApplicationInstance",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["spec"] = new JsonObject
        {
            ["appRef"] = new JsonObject { ["catalogId"] = "wiki" },
            ["chart"] = new JsonObject { ["sourceType"] = "oci", ["url"] = "oci://registry.example.com/charts", ["name"] = "wiki", ["version"] = version },
            ["release"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
            ["values"] = new JsonObject { ["source"] = "inline", ["inline"] = values ?? new JsonObject { ["replicaCount"] = 1 } },
        },
    };

    public Task<DynamicObject> ApplyAsync(JsonObject manifest) =>
        WithinAsync("a manifest to be applied", token => World.Writer.ApplyAsync(new("test", manifest), token));

    public Task DeleteAsync(KubernetesResource kind, string name) => WithinAsync("a delete", token => World.Writer.DeleteAsync(kind, Key(name), token));

    public Task<DynamicObject> PatchAsync(KubernetesResource<DynamicObject> kind, string name, string json) =>
        WithinAsync("a patch", token => World.Writer.MergeAsync(kind, Key(name), JsonNode.Parse(json)!.AsObject(), token));

    public Task<DynamicObject> SetVersionAsync(string name, string version) =>
        PatchAsync(Kinds.ApplicationInstances, name, $$$$"""{"spec":{"chart":{"version":"{{{{version}}}}"}}}""");

    public async Task<DynamicObject?> GetAsync(KubernetesResource<DynamicObject> kind, string name)
    {
        ApiResult<DynamicObject> read = await World.Client.GetAsync(kind, Key(name), CancellationToken.None);
        return read.TryGet(out DynamicObject? found, out KubernetesError? error) ? found : error.IsNotFound ? null : throw new KubernetesApiException(error);
    }

    /// <summary>Waits for a state of an object; a wait in vain fails with what was there instead.</summary>
    public async Task<DynamicObject?> UntilAsync(KubernetesResource<DynamicObject> kind, string name, string expectation, Func<DynamicObject?, bool> reached)
    {
        DynamicObject? last = null;
        try
        {
            return await WithinAsync(expectation, token => World.Follower.UntilAsync(kind, Key(name), state => reached(last = state), token));
        }
        catch (TimeoutException)
        {
            string instead = string.Join("\n  ", last.Lines());
            string around = string.Join("\n  ", await AroundAsync(name));
            Assert.Fail($"expected {kind.Kind.Kind} {name}: {expectation}\ninstead:\n  {instead}\naround it:\n  {around}\nlog of the operator:\n{LogTail()}");
            throw;
        }
    }

    /// <summary>Waits for a condition of the ApplicationInstance, computed for its present generation.</summary>
    public Task<DynamicObject?> UntilAsync(string name, params string[] conditions) => UntilAsync(
        Kinds.ApplicationInstances, name, string.Join(", ", conditions),
        instance => instance is not null && conditions.All(wanted => instance.Conditions().Any(condition => condition.Short() == wanted && condition.ObservedGeneration == instance.Metadata.Generation)));

    public Task<DynamicObject?> UntilReadyAsync(string name) => UntilAsync(name, "Ready=True/HelmReleaseReady", "Reconciling=False/Stable");

    /// <summary>Waits until a version runs and the instance says that it is ready.</summary>
    public async Task<DynamicObject?> UntilRunsAsync(string name, string version)
    {
        await UntilAsync(Kinds.HelmReleases, name, $"runs {version}", release =>
            release?.Json["status"]?["history"]?[0] is { } newest && (string?)newest["status"] == "deployed" && ((string?)newest["chartVersion"])?.Split('+')[0] == version);
        return await UntilReadyAsync(name);
    }

    public Task UntilGoneAsync(KubernetesResource<DynamicObject> kind, string name) => UntilAsync(kind, name, "gone", state => state is null);

    /// <summary>Reasons of the Events about an object, oldest first.</summary>
    public async Task<IReadOnlyList<string>> EventReasonsAsync(string kind, string name)
    {
        ApiResult<ObjectPage<DynamicObject>> events = await World.Client.ListAsync(Kinds.Events, Namespace, new(), CancellationToken.None);
        return
        [
            .. events.Value.Items
                .Where(item => (string?)item.Json["involvedObject"]?["kind"] == kind && (string?)item.Json["involvedObject"]?["name"] == name)
                .OrderBy(item => long.Parse(item.Metadata.ResourceVersion!, CultureInfo.InvariantCulture))
                .Select(item => (string?)item.Json["reason"] ?? string.Empty),
        ];
    }

    public string OperatorLog()
    {
        if (!File.Exists(World.OperatorLogPath)) return string.Empty;
        using var reader = new StreamReader(new FileStream(World.OperatorLogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public async Task WithinAsync(string expectation, Func<CancellationToken, Task> action) => await WithinAsync(expectation, async token =>
    {
        await action(token);
        return true;
    });

    public async Task<T> WithinAsync<T>(string expectation, Func<CancellationToken, Task<T>> action)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            return await action(patience.Token);
        }
        catch (OperationCanceledException late) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"waited {Patience.TotalSeconds} s for {expectation}\n{LogTail()}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<IEnumerable<string>> AroundAsync(string name)
    {
        List<string> lines = [];
        foreach ((KubernetesResource<DynamicObject> kind, string key) in new[]
            {
                (Kinds.ApplicationInstances, name), (Kinds.HelmReleases, name), (Kinds.OciRepositories, $"{name}-source"), (Kinds.HelmRepositories, $"{name}-source"),
            })
            if (await GetAsync(kind, key) is { } found) lines.AddRange(found.Lines().Select(line => $"{kind.Kind.Kind}: {line}"));
        return lines;
    }

    private string LogTail() => string.Join('\n', OperatorLog().Split('\n').TakeLast(15));
}
