using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Impersonating;

/// <summary>Several groups and several values of an extra key leave the process as several header lines.</summary>
[TestFixture]
public sealed class ImpersonationLineTests
{
    private static readonly ObjectKey Key = new("ns", "a");
    private static readonly KubernetesResource<DynamicObject> ConfigMaps = DynamicObject.Resource(new("", "v1", "ConfigMap"), "configmaps");
    private static readonly KubernetesResource<DynamicObject> Reviews = DynamicObject.Resource(new("authentication.k8s.io", "v1", "SelfSubjectReview"), "selfsubjectreviews", namespaced: false);
    private static readonly string[] Groups = ["team a, b", "büro", "readers"];

    private const string Rights = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: write}
        rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, create, patch]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: write}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: write}
        subjects: [{kind: Group, name: büro}]
        """;

    [Test]
    public async Task Each_value_has_a_line_of_its_own_on_one_reused_connection_and_bodies_stay_as_they_are()
    {
        const string Trap = "x\r\n\r\nGET / HTTP/1.1\r\nImpersonate-Group: nobody\r\n\r\n";
        await using var server = new RawServer((request, response) => request.Query.Contains("watch", StringComparison.Ordinal)
            ? response.TextAsync(200, "application/json", $$"""{"type":"ADDED","object":{{Widget.Json("a")}}}""" + "\n")
            : response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Impersonation = Three() });
        var trap = new JsonObject { ["data"] = Trap };

        await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
        await client.PatchAsync(Widget.Resource, Key, Patch.Merge((JsonObject)trap.DeepClone()), new(), TestClients.Limit());
        await client.PatchAsync(Widget.Resource, Key, Patch.Merge(new() { ["long"] = new string('y', 200_000) }), new(), TestClients.Limit());
        await using (IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, "ns", new(), TestClients.Limit())).Value)
        {
            await foreach (WatchEvent<Widget> e in watch.WithCancellation(TestClients.Limit())) Assert.That(e.Key, Is.EqualTo(Key));
        }

        await client.CreateAsync(Widget.Resource, "ns", trap, new(), TestClients.Limit());

        RawRequest[] requests = [.. server.Requests];
        Assert.That(requests.Select(r => r.Method), Is.EqualTo(new[] { "GET", "PATCH", "PATCH", "GET", "POST" }));
        foreach (RawRequest request in requests)
        {
            Assert.That(Lines(request, "Impersonate-Group"), Is.EqualTo(Groups), request.Method);
            Assert.That(Lines(request, "Impersonate-Extra-reason"), Is.EqualTo(new[] { "one", "two, three" }), request.Method);
            Assert.That(Lines(request, "Impersonate-Extra-single"), Is.EqualTo(new[] { "s" }), request.Method);
            Assert.That(Lines(request, "Impersonate-User"), Is.EqualTo(new[] { "jörg" }), request.Method);
        }

        Assert.That((string?)JsonNode.Parse(requests[1].Body)!["data"], Is.EqualTo(Trap));
        Assert.That(((string?)JsonNode.Parse(requests[2].Body)!["long"])!, Has.Length.EqualTo(200_000));
        Assert.That((string?)JsonNode.Parse(requests[4].Body)!["data"], Is.EqualTo(Trap));
        Assert.That(server.ConnectionCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Keys_that_differ_in_case_alone_are_one_header_of_several_lines()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with
        {
            Impersonation = new() { User = "x", Extra = new Dictionary<string, IReadOnlyList<string>> { ["Reason"] = ["1"], ["reason"] = ["2"], ["none"] = [] } },
        });

        await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(Lines(server.Requests.Single(), "Impersonate-Extra-reason"), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(Lines(server.Requests.Single(), "Impersonate-Extra-none"), Is.Empty);
    }

    [Test]
    public async Task Groups_and_extra_of_a_kubeconfig_reach_an_api_server_one_by_one([Values] bool http2)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using KubernetesClient client = new(Kubeconfig(server), new() { Http2 = http2, Random = new Random(3) });

        DynamicObject review = (await client.CreateAsync(Reviews, null, new() { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" }, new(), TestClients.Limit())).Value;

        JsonNode user = review.Json["status"]!["userInfo"]!;
        Assert.That((string?)user["username"], Is.EqualTo("jörg"));
        Assert.That(user["groups"]!.AsArray().Select(g => (string?)g), Is.EqualTo(Groups.Append("system:authenticated")));
        Assert.That(user["extra"]!["reason"]!.AsArray().Select(g => (string?)g), Is.EqualTo(new[] { "one", "two, three" }));
    }

    [Test]
    public async Task Role_of_the_second_group_alone_lets_create_patch_and_watch([Values] bool http2)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.ApplyYamlAsync(Rights);
        await using KubernetesClient client = new(Kubeconfig(server), new() { Http2 = http2, Random = new Random(3) });
        await using KubernetesClient joined = new(Kubeconfig(server) with { Impersonation = new() { User = "jörg", Groups = [string.Join(", ", Groups)] } }, new() { Http2 = http2, Random = new Random(3) });
        CancellationToken limit = TestClients.Limit();

        await using IWatchStream<DynamicObject> watch = (await client.WatchAsync(ConfigMaps, "default", new() { SendInitialEvents = true }, limit)).Value;
        Task<List<string>> watching = WatchAsync(watch, 40, limit);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            string name = $"w{i:00}";
            JsonObject body = new() { ["metadata"] = new JsonObject { ["name"] = name }, ["data"] = new JsonObject { ["k"] = new string('z', i * 3000) } };
            Assert.That((await client.CreateAsync(ConfigMaps, "default", body, new(), limit)).IsSuccess, name);
            Assert.That((await client.PatchAsync(ConfigMaps, new("default", name), Patch.Merge(new() { ["data"] = new JsonObject { ["k"] = name } }), new(), limit)).IsSuccess, name);
        }));

        Assert.That(await watching, Is.EquivalentTo(Enumerable.Range(0, 20).SelectMany(i => new[] { $"Added w{i:00} {i * 3000}", $"Modified w{i:00} 3" })));
        Assert.That((await client.ListAsync(ConfigMaps, "kube-system", new(), limit)).Error!.Code, Is.EqualTo(403));
        Assert.That((await joined.ListAsync(ConfigMaps, "default", new(), limit)).Error!.Code, Is.EqualTo(403), "one group of the joined name is nobody's");
    }

    /// <summary>More than a frame: the block goes on in CONTINUATION frames.</summary>
    [Test]
    public async Task Header_block_longer_than_a_frame_arrives_whole([Values] bool http2)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        string[] many = [.. Enumerable.Range(0, 60).Select(i => $"group-{i}-{new string('g', 280)}")];
        await using KubernetesClient client = new(Kubeconfig(server) with { Impersonation = new() { User = "x", Groups = many } }, new() { Http2 = http2, Random = new Random(3) });

        for (int i = 0; i < 3; i++)
        {
            DynamicObject review = (await client.CreateAsync(Reviews, null, new() { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" }, new(), TestClients.Limit())).Value;
            Assert.That(review.Json["status"]!["userInfo"]!["groups"]!.AsArray().Select(g => (string?)g), Is.EqualTo(many.Append("system:authenticated")));
        }
    }

    [Test]
    public async Task Lines_arrive_through_a_proxy_too([Values] bool http2)
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.ApplyYamlAsync(Rights);
        await using var proxy = new ConnectProxy();
        await using KubernetesClient client = new(Kubeconfig(server) with { Proxy = new WebProxy(proxy.Address) }, new() { Http2 = http2, Random = new Random(3) });

        Assert.That((await client.ListAsync(ConfigMaps, "default", new(), TestClients.Limit())).IsSuccess);
        Assert.That(proxy.Heads.Single(), Does.StartWith("CONNECT ").And.Not.Contain("mpersonate"));
    }

    private static Impersonation Three() => new()
    {
        User = "jörg",
        Groups = Groups,
        Extra = new Dictionary<string, IReadOnlyList<string>> { ["Reason"] = ["one", "two, three"], ["single"] = ["s"] },
    };

    private static KubernetesClientConfiguration Kubeconfig(InMemoryApiServer server)
    {
        string file = Path.GetTempFileName();
        string authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(server.CaCertificatePem));
        try
        {
            File.WriteAllText(file, $$"""
                current-context: dev
                contexts: [{name: dev, context: {cluster: c, user: u, namespace: default} }]
                clusters:
                - name: c
                  cluster: {server: "{{server.Uri}}", certificate-authority-data: {{authority}} }
                users:
                - name: u
                  user: {token: {{server.Token}}, as: jörg, as-groups: ["team a, b", büro, readers], as-user-extra: {Reason: [one, "two, three"]} }
                """);
            return KubernetesClientConfiguration.FromKubeconfigFile(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<List<string>> WatchAsync(IWatchStream<DynamicObject> watch, int count, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        await foreach (WatchEvent<DynamicObject> e in watch.WithCancellation(cancellationToken))
        {
            if (e.Key is not { Name: var name } || !name.StartsWith('w')) continue;
            seen.Add($"{e.Type} {name} {((string)e.Object!.Json["data"]!["k"]!).Length}");
            if (seen.Count == count) break;
        }

        return seen;
    }

    private static List<string> Lines(RawRequest request, string name) =>
        [.. request.Headers.Where(h => h.Key.Equals(name, StringComparison.Ordinal)).Select(h => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(h.Value)))];

    /// <summary>A proxy that makes tunnels.</summary>
    private sealed class ConnectProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public ConnectProxy()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public System.Collections.Concurrent.ConcurrentQueue<string> Heads { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await _serving;
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            List<Task> tunnels = [];
            try
            {
                while (true) tunnels.Add(TunnelAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                await Task.WhenAll(tunnels);
            }
        }

        private async Task TunnelAsync(TcpClient near)
        {
            using (near)
            {
                try
                {
                    await using NetworkStream stream = near.GetStream();
                    RawRequest request = (await RawRequest.ReadAsync(stream, _stop.Token))!;
                    Heads.Enqueue($"{request.Method} {request.Target} {string.Join(" ", request.Headers.Select(h => h.Key))}");
                    using var far = new TcpClient();
                    await far.ConnectAsync(IPEndPoint.Parse(request.Target), _stop.Token);
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _stop.Token);
                    await Task.WhenAny(stream.CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(stream, _stop.Token));
                }
                catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
                {
                    // Over.
                }
            }
        }
    }
}
