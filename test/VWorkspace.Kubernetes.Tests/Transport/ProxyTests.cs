using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VWorkspace.Kubernetes.Tests.Client;

namespace VWorkspace.Kubernetes.Tests.Transport;

/// <summary>The way through proxies, from a kubeconfig's <c>proxy-url</c> to a TLS server behind them.</summary>
[TestFixture]
public sealed class ProxyTests
{
    private static readonly ObjectKey Key = new("ns", "a");
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("proxy-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase(false)]
    [TestCase(true)]
    public async Task Http_proxy_is_asked_for_a_tunnel_with_the_password_of_its_url(bool closesAfter407)
    {
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using var proxy = new TunnelProxy { Password = "user:geheim", ClosesAfterChallenge = closesAfter407 };
        await using KubernetesClient client = Client(server.Address, $"http://user:geheim@127.0.0.1:{proxy.Port}");

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        Assert.That(proxy.Tunnels, Does.Contain(server.Address.Authority));
        Assert.That(server.Seen.Single().Protocol, Is.EqualTo("HTTP/2"), "what is inside the tunnel is no business of the proxy");
    }

    [Test]
    public async Task Socks5_proxy_is_asked_for_a_tunnel()
    {
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using var proxy = new TunnelProxy { Socks = true };
        await using KubernetesClient client = Client(server.Address, $"socks5://127.0.0.1:{proxy.Port}");

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        Assert.That(proxy.Tunnels, Does.Contain(server.Address.Authority));
    }

    [TestCase("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403")]
    [TestCase("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nsorry", "502")]
    [TestCase("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", "407")]
    public async Task Proxy_that_makes_no_tunnel_is_a_connect_fault_because_nothing_was_sent(string answer, string told)
    {
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using var proxy = new TunnelProxy { Refusal = answer };
        await using KubernetesClient client = Client(server.Address, $"http://user:geheim@127.0.0.1:{proxy.Port}", retries: 0);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Connect), fault.Message);
        Assert.That(fault.ToString(), Does.Contain(told).And.Not.Contain("geheim"));
        Assert.That(server.Seen, Is.Empty);
    }

    [TestCase("HTTP/1.1 200 Co")]
    [TestCase("")]
    public async Task Proxy_that_hangs_up_counts_as_ambiguous_to_be_on_the_safe_side(string answer)
    {
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using var proxy = new TunnelProxy { Refusal = answer };
        await using KubernetesClient client = Client(server.Address, $"http://user:geheim@127.0.0.1:{proxy.Port}");

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Broken));
        Assert.That(fault.ToString(), Does.Not.Contain("geheim"));
        Assert.That(server.Seen, Is.Empty);
    }

    private KubernetesClient Client(Uri server, string proxy, int retries = 3)
    {
        string ca = Path.Combine(_directory, "ca.crt"), config = Path.Combine(_directory, "config");
        File.WriteAllText(ca, TestCertificates.Authority.Pem);
        File.WriteAllText(config, $"current-context: x\ncontexts: [{{name: x, context: {{cluster: c}}}}]\nclusters: [{{name: c, cluster: {{server: '{server}', certificate-authority: ca.crt, proxy-url: '{proxy}'}}}}]\n");
        return new(KubernetesClientConfiguration.FromKubeconfigFile(config), new() { MaxRetries = retries, Random = new Random(1) });
    }

    /// <summary>Makes tunnels, as an HTTP or SOCKS proxy, or refuses to.</summary>
    private sealed class TunnelProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentBag<Task> _running = [];

        public TunnelProxy()
        {
            _listener.Start();
            _running.Add(AcceptAsync());
        }

        public bool Socks { get; init; }

        public string? Password { get; init; }

        public bool ClosesAfterChallenge { get; init; }

        public string? Refusal { get; init; }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public ConcurrentQueue<string> Tunnels { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await Task.WhenAll(_running);
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _running.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
            {
                // Stopped.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    NetworkStream stream = client.GetStream();
                    string? target = Socks ? await SocksAsync(stream) : await ConnectAsync(stream);
                    if (target is null) return;
                    Tunnels.Enqueue(target);
                    using var inner = new TcpClient();
                    await inner.ConnectAsync(IPEndPoint.Parse(target), _stop.Token);
                    NetworkStream other = inner.GetStream();
                    await Task.WhenAny(stream.CopyToAsync(other, _stop.Token), other.CopyToAsync(stream, _stop.Token));
                }
                catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
                {
                    // Somebody went.
                }
            }
        }

        private async Task<string?> ConnectAsync(NetworkStream stream)
        {
            while (true)
            {
                var head = new StringBuilder();
                byte[] one = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
                    head.Append((char)one[0]);
                }

                if (Refusal is not null)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Refusal), _stop.Token);
                    return null;
                }

                string expected = Password is null ? string.Empty : "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(Password));
                if (head.ToString().Contains(expected, StringComparison.OrdinalIgnoreCase))
                {
                    await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
                    return head.ToString().Split(' ')[1];
                }

                string connection = ClosesAfterChallenge ? "Connection: close\r\n" : string.Empty;
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n{connection}Content-Length: 0\r\n\r\n"), _stop.Token);
                if (ClosesAfterChallenge) return null;
            }
        }

        private async Task<string> SocksAsync(NetworkStream stream)
        {
            byte[] hello = new byte[2];
            await stream.ReadExactlyAsync(hello, _stop.Token);
            await stream.ReadExactlyAsync(new byte[hello[1]], _stop.Token);
            await stream.WriteAsync(new byte[] { 5, 0 }, _stop.Token);
            byte[] request = new byte[4];
            await stream.ReadExactlyAsync(request, _stop.Token);
            string host;
            if (request[3] == 1)
            {
                byte[] address = new byte[4];
                await stream.ReadExactlyAsync(address, _stop.Token);
                host = new IPAddress(address).ToString();
            }
            else
            {
                byte[] length = new byte[1];
                await stream.ReadExactlyAsync(length, _stop.Token);
                byte[] name = new byte[length[0]];
                await stream.ReadExactlyAsync(name, _stop.Token);
                host = Encoding.ASCII.GetString(name);
            }

            byte[] port = new byte[2];
            await stream.ReadExactlyAsync(port, _stop.Token);
            await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 }, _stop.Token);
            return $"{host}:{(port[0] << 8) | port[1]}";
        }
    }
}
