using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Watches as a browser makes them.</summary>
[TestFixture]
public sealed class WebSocketWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private InMemoryApiServer _server = null!;
    private CancellationTokenSource _patience = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _patience = new CancellationTokenSource(Patience, TimeProvider.System);
    }

    [TearDown]
    public async Task Stop()
    {
        _patience.Dispose();
        await _server.DisposeAsync();
    }

    [TestCase(null)]
    [TestCase("binary.k8s.io")]
    public async Task Every_event_is_a_message(string? protocol)
    {
        await _server.ApplyYamlAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: first, namespace: default}}");
        using var socket = await ConnectAsync("/api/v1/namespaces/default/configmaps?watch=1", protocol);
        Assert.That(socket.SubProtocol, Is.EqualTo(protocol));
        Assert.That(await ReadAsync(socket), Is.EqualTo(("ADDED", "first")));
        await _server.ApplyYamlAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: default}}");
        Assert.That(await ReadAsync(socket), Is.EqualTo(("ADDED", "second")));

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, _patience.Token);
        Assert.That(socket.State, Is.EqualTo(WebSocketState.Closed));
    }

    [Test]
    public async Task Watch_that_is_over_closes_the_socket()
    {
        using var socket = await ConnectAsync("/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1", null);
        var end = await socket.ReceiveAsync(new byte[1024].AsMemory(), _patience.Token);
        Assert.That((end.MessageType, socket.CloseStatus), Is.EqualTo((WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure)));
    }

    [Test]
    public async Task Version_that_is_gone_is_an_error_in_a_message()
    {
        await using var small = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { HistoryPerResource = 1 });
        for (var i = 0; i < 5; i++) await small.ApplyYamlAsync($"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{i}, namespace: default}}}}");
        using var socket = await ConnectAsync("/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=1", null, small);
        Assert.That((await ReadAsync(socket)).Type, Is.EqualTo("ERROR"));
    }

    [TestCase("", "a.b")]
    [TestCase("one,two", "https://x")]
    public async Task Handshake_that_the_real_server_refuses_is_refused(string protocols, string origin)
    {
        using var client = new TestClient(_server);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default/configmaps?watch=1") { Version = new Version(1, 1) };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(new byte[16]));
        if (protocols.Length > 0)
        {
            request.Headers.Add("Sec-WebSocket-Protocol", protocols);
            request.Headers.Add("Origin", origin);
        }

        using var response = await client.Http.SendAsync(request, _patience.Token);
        Assert.That((int)response.StatusCode, Is.EqualTo(protocols.Length > 0 ? 400 : 403));
    }

    private async Task<ClientWebSocket> ConnectAsync(string path, string? protocol, InMemoryApiServer? server = null)
    {
        server ??= _server;
        using var ca = X509Certificate2.CreateFromPem(server.CaCertificatePem);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + server.Token);
        socket.Options.SetRequestHeader("Origin", "https://dashboard.example");
        if (protocol is not null) socket.Options.AddSubProtocol(protocol);
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { ca }, RevocationMode = X509RevocationMode.NoCheck } };
            return chain.Build((X509Certificate2)certificate!);
        };
        await socket.ConnectAsync(new Uri(server.Uri.ToString().Replace("https", "wss", StringComparison.Ordinal).TrimEnd('/') + path), _patience.Token);
        return socket;
    }

    private async Task<(string Type, string? Name)> ReadAsync(ClientWebSocket socket)
    {
        var (buffer, length) = (new byte[1 << 16], 0);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), _patience.Token);
            length += part.Count;
            if (!part.EndOfMessage) continue;
            Assert.That(part.MessageType, Is.EqualTo(WebSocketMessageType.Text));
            var message = JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length))!;
            return ((string)message["type"]!, (string?)message["object"]!["metadata"]!["name"]);
        }
    }
}
