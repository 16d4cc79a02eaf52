using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>The wire fails under list, watch, patch and lease traffic: nothing is lost, doubled or hung.</summary>
[TestFixture]
public sealed class WireFaultTests
{
    private const int Objects = 25;
    private static readonly KubernetesClientOptions Patient = new() { Random = new Random(3), MaxRetries = 8 };

    private static readonly KubernetesResource<PartialObject> Leases = PartialObject.Resource(new("coordination.k8s.io", "v1", "Lease"), "leases");

    private static IEnumerable<TestCaseData> Cuts() =>
        from cut in new[] { WireCut.Reset, WireCut.Close, WireCut.HalfClose }
        from at in new long[] { 0, 1, 20, 90, 120, 121, 500, 777, 1500, 3000, 5000 }
        select new TestCaseData(cut, at).SetArgDisplayNames(cut.ToString(), at.ToString(CultureInfo.InvariantCulture));

    [TestCaseSource(nameof(Cuts))]
    public async Task List_cut_anywhere_is_repeated_and_gives_every_item_once(WireCut cut, long at)
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, List()));
        await using var proxy = new WireProxy(server.Address, n => n == 0 ? new WirePlan { CutAfterResponseBytes = at, Cut = cut, PieceBytes = 113 } : WirePlan.Fine);
        await using KubernetesClient client = TestClients.For(proxy.Address, Patient);

        ObjectPage<Widget> page = (await client.ListAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;

        Assert.That(page.Items.Select(i => i.Spec!.Size), Is.EqualTo(Enumerable.Range(0, Objects)));
        Assert.That(proxy.ConnectionCount, Is.GreaterThan(1));
    }

    [TestCaseSource(nameof(Cuts))]
    public async Task Watch_resumed_after_cuts_loses_and_doubles_nothing(WireCut cut, long at)
    {
        await using var server = new RawServer(async (request, response) =>
        {
            int from = int.Parse(request.Query.Split("resourceVersion=")[1].Split('&')[0], CultureInfo.InvariantCulture);
            await response.StartAsync();
            for (int i = from; i < Objects; i++) await response.ChunkAsync($$$"""{"type":"ADDED","object":{{{Widget.Json($"größe{i}", i, $"{i + 1}")}}}}""" + "\n");
            await response.EndAsync();
        });
        await using var proxy = new WireProxy(server.Address, n => n < 4 ? new WirePlan { CutAfterResponseBytes = at + (n * 401), Cut = cut, PieceBytes = 57 } : WirePlan.Fine);
        await using KubernetesClient client = TestClients.For(proxy.Address, Patient);
        CancellationToken limit = TestClients.Limit();

        var seen = new List<int>();
        string version = "0";
        while (seen.Count < Objects)
        {
            try
            {
                await using IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, null, new() { ResourceVersion = version }, limit)).Value;
                await foreach (WatchEvent<Widget> e in watch.WithCancellation(limit))
                {
                    Assert.That(e.Type, Is.EqualTo(WatchEventType.Added));
                    seen.Add(e.Object!.Spec!.Size);
                    version = e.ResourceVersion!;
                }
            }
            catch (KubernetesTransportException e)
            {
                Assert.That(e.Fault, Is.EqualTo(TransportFault.Broken));
            }
        }

        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, Objects)));
    }

    [TestCaseSource(nameof(Cuts))]
    public async Task Patch_cut_anywhere_reaches_the_server_at_most_once_and_says_so(WireCut cut, long at)
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, List()));
        await using var proxy = new WireProxy(server.Address, n => n == 0 ? new WirePlan { CutAfterResponseBytes = at, Cut = cut } : WirePlan.Fine);
        await using KubernetesClient client = TestClients.For(proxy.Address, Patient);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() =>
            client.PatchAsync(Widget.Resource, new("ns", "a"), Patch.Merge(new JsonObject { ["x"] = 1 }), new(), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Broken));
        Assert.That(server.Requests.Count(r => r.Method == "PATCH"), Is.EqualTo(1));
    }

    [TestCase("PATCH")]
    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    public async Task Write_on_a_reused_connection_that_dies_is_never_sent_twice(string verb)
    {
        int answered = 0;
        await using var server = new RawServer((_, response) =>
        {
            if (Interlocked.Increment(ref answered) == 1) return response.JsonAsync(200, Widget.Json("a"));
            response.Reset();
            return Task.CompletedTask;
        });
        await using KubernetesClient client = TestClients.For(server.Address, Patient);
        ObjectKey key = new("ns", "a");
        await client.GetAsync(Widget.Resource, key, TestClients.Limit());

        Task Write() => verb switch
        {
            "PATCH" => client.PatchAsync(Widget.Resource, key, Patch.Merge([]), new(), TestClients.Limit()),
            "POST" => client.CreateAsync(Widget.Resource, "ns", [], new(), TestClients.Limit()),
            "PUT" => client.ReplaceAsync(Widget.Resource, key, [], new(), TestClients.Limit()),
            _ => client.DeleteAsync(Widget.Resource, key, new(), TestClients.Limit()),
        };

        await Assert.ThatAsync(Write, Throws.TypeOf<KubernetesTransportException>());
        Assert.That(server.Requests.Count(r => r.Method == verb), Is.EqualTo(1));
    }

    [Test]
    public async Task Leases_pass_while_every_general_slot_is_stalled()
    {
        await using var server = new RawServer((request, response) => request.Path.Contains("/leases/", StringComparison.Ordinal)
            ? response.JsonAsync(200, """{"metadata":{"name":"leader","namespace":"ns"}}""")
            : response.StallAsync());
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxConcurrentRequests = 2, Qps = 0.001, Burst = 2, Random = new Random(1) });
        using var end = new CancellationTokenSource();
        List<Task> stalled = Enumerable.Range(0, 10).Select(i => (Task)client.GetAsync(Widget.Resource, new("ns", $"w{i}"), end.Token)).ToList();

        for (int i = 0; i < 20; i++)
        {
            Assert.That((await client.GetAsync(Leases, new("ns", "leader"), TestClients.Limit())).IsSuccess);
            Assert.That((await client.PatchAsync(Leases, new("ns", "leader"), Patch.Merge([]), new(), TestClients.Limit())).IsSuccess);
        }

        Assert.That(stalled.All(t => !t.IsCompleted));
        await end.CancelAsync();
        foreach (Task task in stalled) await Assert.ThatAsync(() => task.WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Refused_connections_are_tried_again_for_reads_only()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using var proxy = new WireProxy(server.Address, n => n < 2 ? new WirePlan { CutAfterRequestBytes = 0 } : WirePlan.Fine) { RefuseConnections = true };
        await using KubernetesClient client = TestClients.For(proxy.Address, Patient);

        Assert.That(async () => await client.PatchAsync(Widget.Resource, new("ns", "a"), Patch.Merge([]), new(), TestClients.Limit()), Throws.TypeOf<KubernetesTransportException>());
        int afterWrite = proxy.ConnectionCount;
        Task<ApiResult<Widget>> read = client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit());
        await Until(() => proxy.ConnectionCount > afterWrite);
        proxy.RefuseConnections = false;

        Assert.That((await read).IsSuccess);
        Assert.That(afterWrite, Is.EqualTo(1));
        Assert.That(server.Requests.Count(r => r.Method == "PATCH"), Is.Zero);
    }

    [Test]
    public async Task Connection_without_a_peer_ends_in_the_request_timeout()
    {
        var time = new ManualTimeProvider();
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using var proxy = new WireProxy(server.Address, _ => new WirePlan { CutAfterResponseBytes = 40, Cut = WireCut.Stall });
        await using KubernetesClient client = TestClients.For(proxy.Address, new() { TimeProvider = time, RequestTimeout = TimeSpan.FromSeconds(30), Random = new Random(1) });

        Task<ApiResult<Widget>> get = client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit());
        await Until(() => !server.Requests.IsEmpty);
        time.Advance(TimeSpan.FromSeconds(31));

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => get.WaitAsync(TestClients.Patience));
        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Timeout));
        Assert.That(fault.Message, Does.Contain("30 s"));
    }

    [Test]
    public async Task Paused_wire_delays_but_loses_nothing_in_any_of_many_calls()
    {
        await using var server = new RawServer((request, response) => response.JsonAsync(200, Widget.Json(request.Path.Split('/')[^1])));
        await using var proxy = new WireProxy(server.Address, _ => new WirePlan { PieceBytes = 31 });
        await using KubernetesClient client = TestClients.For(proxy.Address, Patient);

        proxy.Pause();
        List<Task<ApiResult<Widget>>> calls = Enumerable.Range(0, 40).Select(i => client.GetAsync(Widget.Resource, new("ns", $"w{i}"), TestClients.Limit())).ToList();
        await Until(() => proxy.ConnectionCount >= 40);
        proxy.Resume();
        ApiResult<Widget>[] results = await Task.WhenAll(calls);

        Assert.That(results.Select(r => r.Value.Metadata.Name), Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"w{i}")));
    }

    [Test]
    public async Task Disposed_watch_lets_go_of_its_connection()
    {
        var gone = new ConcurrentQueue<string>();
        var bothOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (request, response) =>
        {
            await response.StartAsync();
            bothOpen.TrySetResult();
            try
            {
                while (true)
                {
                    await response.ChunkAsync("\n");
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, response.Stopped);
                }
            }
            catch (IOException)
            {
                gone.Enqueue(request.Path);
                throw;
            }
        });
        await using KubernetesClient client = TestClients.For(server.Address);
        IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;
        await bothOpen.Task;

        await watch.DisposeAsync();

        await Until(() => gone.Count == 1);
    }

    private static async Task Until(Func<bool> condition)
    {
        CancellationToken limit = TestClients.Limit();
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit);
    }

    private static string List() =>
        $$"""{"kind":"WidgetList","metadata":{"resourceVersion":"7"},"items":[{{string.Join(",", Enumerable.Range(0, Objects).Select(i => Widget.Json($"größe{i}", i)))}}]}""";
}
