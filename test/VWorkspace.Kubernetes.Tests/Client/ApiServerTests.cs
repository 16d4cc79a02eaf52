using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Discovery;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Client;

/// <summary>The client against a whole API server, over TLS and HTTP/2.</summary>
[TestFixture]
public sealed class ApiServerTests
{
    private static readonly KubernetesResource<DynamicObject> ConfigMaps = DynamicObject.Resource(new("", "v1", "ConfigMap"), "configmaps");
    private static readonly KubernetesResource<PartialObject> Metadata = PartialObject.Resource(new("", "v1", "ConfigMap"), "configmaps");

    [Test]
    public async Task Object_lives_through_create_get_replace_conflict_patch_and_delete()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using KubernetesClient client = await ClientOf(server);
        ObjectKey key = new("default", "a");
        CancellationToken limit = TestClients.Limit();

        DynamicObject created = (await client.CreateAsync(ConfigMaps, "default", ConfigMap("a", "1"), new(), limit)).Value;
        KubernetesError twice = (await client.CreateAsync(ConfigMaps, "default", ConfigMap("a", "1"), new(), limit)).Error!;
        DynamicObject patched = (await client.PatchAsync(ConfigMaps, key, Patch.Merge(new() { ["data"] = new JsonObject { ["k"] = "2" } }), new(), limit)).Value;
        KubernetesError stale = (await client.ReplaceAsync(ConfigMaps, key, created.Json, new(), limit)).Error!;
        KubernetesError wrongUid = (await client.DeleteAsync(ConfigMaps, key, new() { Uid = "other" }, limit)).Error!;
        ApiResult<JsonObject> deleted = await client.DeleteAsync(ConfigMaps, key, new() { Uid = patched.Metadata.Uid, ResourceVersion = patched.Metadata.ResourceVersion }, limit);

        Assert.That(twice.IsAlreadyExists);
        Assert.That((string?)patched.Json["data"]!["k"], Is.EqualTo("2"));
        Assert.That(stale.IsConflict);
        Assert.That(wrongUid.Code, Is.EqualTo(409));
        Assert.That(deleted.IsSuccess);
        Assert.That((await client.GetAsync(ConfigMaps, key, limit)).ValueOrNullIfNotFound(), Is.Null);
    }

    [Test]
    public async Task Initial_events_end_with_their_bookmark_and_live_events_follow()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using KubernetesClient client = await ClientOf(server);
        CancellationToken limit = TestClients.Limit();
        await client.CreateAsync(ConfigMaps, "default", ConfigMap("a", "1"), new(), limit);

        await using IWatchStream<PartialObject> watch = (await client.WatchAsync(Metadata, "default", new() { SendInitialEvents = true }, limit)).Value;
        var seen = new List<string>();
        await foreach (WatchEvent<PartialObject> e in watch.WithCancellation(limit))
        {
            if (e.Object?.Metadata.Name is "kube-root-ca.crt") continue;
            seen.Add($"{e.Type} {e.Key?.Name} {e.IsInitialEventsEnd}".Trim());
            if (e.IsInitialEventsEnd) await client.CreateAsync(ConfigMaps, "default", ConfigMap("b", "1"), new(), limit);
            if (e.Key?.Name == "b") break;
        }

        Assert.That(seen, Is.EqualTo(new[] { "Added a False", "Bookmark  True", "Added b False" }));
    }

    [Test]
    public async Task Pages_cover_all_objects_and_discovery_finds_their_kind()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using KubernetesClient client = await ClientOf(server);
        CancellationToken limit = TestClients.Limit();
        for (int i = 0; i < 7; i++) await client.CreateAsync(ConfigMaps, "default", ConfigMap($"c{i}", "1"), new(), limit);
        using var discovery = new DiscoveryClient(client);

        DiscoveredResource found = (await discovery.FindResourceAsync(ConfigMaps.Kind, limit))!;
        List<string?> names = [];
        await foreach (PartialObject item in client.ListAllAsync(found.AsMetadata(), "default", new() { Limit = 2 }, null, limit)) names.Add(item.Metadata.Name);

        Assert.That(found.Can("watch"));
        Assert.That(names.Where(n => n!.StartsWith('c')), Is.EqualTo(Enumerable.Range(0, 7).Select(i => $"c{i}")));
        Assert.That(await discovery.IsServedAsync(new("none.example.com", "v1", "Thing"), limit), Is.False);
    }

    /// <summary>Every connection is cut again and again while a writer writes and a reader watches over HTTP/2.</summary>
    [TestCase(WireCut.Reset, 1)]
    [TestCase(WireCut.Close, 2)]
    [TestCase(WireCut.Reset, 3)]
    public async Task Writer_and_watcher_survive_a_wire_that_is_cut_all_the_time(WireCut cut, int seed)
    {
        const int Count = 60;
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        var random = new Random(seed);
        await using var proxy = new WireProxy(server.Uri, n => new WirePlan { PieceBytes = 700, Cut = cut, CutAfterResponseBytes = n % 4 == 3 ? null : 3000 + ((n * 1777) % 9000) });
        await using KubernetesClient direct = await ClientOf(server);
        await using KubernetesClient client = await ClientOf(server, proxy.Address);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestClients.Limit());
        string start = (await direct.ListAsync(Metadata, "default", new(), stop.Token)).Value.ResourceVersion;

        Task<List<string>> watching = WatchAsync(client, start, Count, stop.Token);
        for (int i = 0; i < Count; i++)
        {
            if (random.Next(10) == 0) proxy.CutAll(cut);
            await CreateOnceAsync(client, $"w{i:00}", stop.Token);
        }

        List<string> seen = await watching;
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, Count).Select(i => $"w{i:00}")), "each creation exactly once and in order");
        Assert.That(proxy.ConnectionCount, Is.GreaterThan(3));
    }

    private static async Task CreateOnceAsync(KubernetesClient client, string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                ApiResult<PartialObject> result = await client.CreateAsync(Metadata, "default", ConfigMap(name, "1"), new(), cancellationToken);
                // The write before the fault may have been carried out: that is what the fault says.
                if (result.IsSuccess || result.Error!.IsAlreadyExists) return;
            }
            catch (KubernetesTransportException)
            {
                // Again.
            }
        }
    }

    private static async Task<List<string>> WatchAsync(KubernetesClient client, string version, int count, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        while (seen.Count < count)
        {
            try
            {
                await using IWatchStream<PartialObject> watch = (await client.WatchAsync(Metadata, "default", new() { ResourceVersion = version }, cancellationToken)).Value;
                await foreach (WatchEvent<PartialObject> e in watch.WithCancellation(cancellationToken))
                {
                    version = e.ResourceVersion ?? throw new InvalidOperationException(e.Error?.ToString() ?? e.DecodeError);
                    if (e.Type == WatchEventType.Added && e.Key!.Value.Name.StartsWith('w')) seen.Add(e.Key.Value.Name);
                    if (seen.Count == count) break;
                }
            }
            catch (KubernetesTransportException)
            {
                // Resumed from the last version.
            }
        }

        return seen;
    }

    [Test]
    public async Task Disposed_client_ends_calls_and_watches_at_once()
    {
        await using var server = new Tests.Wire.RawServer((request, response) => request.Query.Contains("watch", StringComparison.Ordinal) ? response.StartAsync() : response.StallAsync());
        KubernetesClient client = TestClients.For(server.Address, new() { MaxConcurrentRequests = 2, Random = new Random(1) });
        IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator();
        Task reading = events.MoveNextAsync().AsTask();
        List<Task> calls = Enumerable.Range(0, 5).Select(i => (Task)client.GetAsync(Widget.Resource, new("ns", $"w{i}"), CancellationToken.None)).ToList();

        await client.DisposeAsync();

        await Assert.ThatAsync(() => reading.WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
        foreach (Task call in calls) await Assert.ThatAsync(() => call.WaitAsync(TestClients.Patience), Throws.TypeOf<ObjectDisposedException>());
        await Assert.ThatAsync(() => client.GetAsync(Widget.Resource, new("ns", "a"), CancellationToken.None), Throws.TypeOf<ObjectDisposedException>());
    }

    private static JsonObject ConfigMap(string name, string value) => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name }, ["data"] = new JsonObject { ["k"] = value },
    };

    private static async Task<KubernetesClient> ClientOf(InMemoryApiServer server, Uri? through = null)
    {
        string file = Path.GetTempFileName();
        try
        {
            await server.WriteKubeconfigAsync(file);
            KubernetesClientConfiguration configuration = KubernetesClientConfiguration.FromKubeconfigFile(file);
            return new(through is null ? configuration : configuration with { Server = through }, new KubernetesClientOptions { Random = new Random(11), MaxRetries = 10 });
        }
        finally
        {
            File.Delete(file);
        }
    }
}
