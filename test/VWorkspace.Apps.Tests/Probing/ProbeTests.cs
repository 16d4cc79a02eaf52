using System.Net;
using System.Net.Sockets;
using System.Text;
using VWorkspace.Api;
using VWorkspace.Apps.Probing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Probing;

public sealed class ProbeTests
{
    [TestCase("127.0.0.1", false)]
    [TestCase("127.8.8.8", false)]
    [TestCase("::1", false)]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("169.254.169.254", false)]
    [TestCase("::ffff:169.254.169.254", false)]
    [TestCase("fe80::1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("::", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("ff02::1", false)]
    [TestCase("10.0.0.1", true)]
    [TestCase("192.168.1.1", true)]
    [TestCase("8.8.8.8", true)]
    [TestCase("2001:db8::1", true)]
    [TestCase("fd00::1", true)]
    public void Address(string address, bool allowed) => Assert.That(ProbeAddresses.IsAllowed(IPAddress.Parse(address)), Is.EqualTo(allowed));

    [TestCase("http://localhost:1/")]
    [TestCase("http://127.0.0.1:1/")]
    [TestCase("http://[::1]:1/")]
    [TestCase("http://169.254.169.254/latest/meta-data")]
    public async Task Refused_addresses_are_refused_after_resolution(string url)
    {
        using var runner = new ProbeRunner(ProbeAddresses.IsAllowed, TimeProvider.System);
        Assert.That(await runner.RunAsync(new() { Name = "a", Type = "http", Url = url }, default), Does.Contain("is not allowed"));
    }

    [Test]
    public async Task Refused_addresses_are_refused_behind_a_redirect()
    {
        await using var server = new TinyServer("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
        using var runner = new ProbeRunner(a => IPAddress.IsLoopback(a), TimeProvider.System);
        Assert.That(await runner.RunAsync(new() { Name = "a", Type = "http", Url = server.Url }, default), Does.Contain("is not allowed"));
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "", null)]
    [TestCase("HTTP/1.1 204 No Content\r\n\r\n", "", null)]
    [TestCase("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "", "status 503")]
    [TestCase("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401", null)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "401", "status 200")]
    [TestCase("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n", "", "more than 3 redirects")]
    [TestCase("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n", "302", null)]
    [TestCase("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", "", "redirected to file")]
    public async Task Http(string answer, string expected, string? failure)
    {
        await using var server = new TinyServer(answer);
        using var runner = new ProbeRunner(static _ => true, TimeProvider.System);
        int[] codes = expected.Length == 0 ? [] : [int.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)];
        Assert.That(await runner.RunAsync(new() { Name = "a", Type = "http", Url = server.Url, ExpectedStatus = codes, TimeoutSeconds = 30 }, default), Is.EqualTo(failure));
    }

    [Test]
    public async Task Tcp_connects_and_closes()
    {
        await using var server = new TinyServer("");
        using var runner = new ProbeRunner(static _ => true, TimeProvider.System);
        Assert.That(await runner.RunAsync(new() { Name = "a", Type = "tcp", Host = "127.0.0.1", Port = server.Port, TimeoutSeconds = 30 }, default), Is.Null);
        int free = server.Port;
        await server.DisposeAsync();
        Assert.That(await runner.RunAsync(new() { Name = "a", Type = "tcp", Host = "127.0.0.1", Port = free, TimeoutSeconds = 30 }, default), Is.Not.Null);
    }

    [Test]
    public async Task Failing_check_queues_its_instance_after_the_threshold_and_one_success_clears()
    {
        await using var server = new TinyServer("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        using var runner = new ProbeRunner(static _ => true, TimeProvider.System);
        ApplicationInstance instance = Samples.Instance().WithSpec(s => s with
        {
            ReadinessChecks = [new() { Name = "web", Type = "http", Url = server.Url, FailureThreshold = 1, IntervalSeconds = 5, TimeoutSeconds = 30 }],
        });
        var changed = new SemaphoreSlim(0);
        var prober = new ReadinessProber(runner, _ => changed.Release(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        Task loop = prober.RunAsync(stop.Token);
        prober.Watch(instance, Release(instance, ReadyTrue));
        Assert.That(await changed.WaitAsync(TimeSpan.FromSeconds(40)), Is.True);
        Assert.That(prober.Failed(instance), Is.EqualTo(new[] { "web: status 503" }));
        server.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        Assert.That(await changed.WaitAsync(TimeSpan.FromSeconds(40)), Is.True);
        Assert.That(prober.Failed(instance), Is.Empty);
        prober.Watch(instance, Release(instance, Cond("Ready", "Unknown", "Progressing")));
        Assert.That(prober.Count, Is.Zero, "checks run while the release is Ready");
        await stop.CancelAsync();
        await loop.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Test]
    public void After_a_restart_what_is_stored_stands_until_the_checks_have_spoken()
    {
        using var runner = new ProbeRunner(static _ => true, TimeProvider.System);
        ApplicationInstance instance = Samples.Instance().WithSpec(s => s with { ReadinessChecks = [new() { Name = "web", Type = "tcp", Host = "h", Port = 1 }] })
            .WithStatus(("Ready", "False", "EndpointUnreachable"));
        Assert.That(new ReadinessProber(runner, static _ => { }, TimeProvider.System).Failed(instance), Is.EqualTo(new[] { "stored" }));
    }

    /// <summary>Answers every connection with the same bytes.</summary>
    private sealed class TinyServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public TinyServer(string answer)
        {
            Answer = answer;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _loop = RunAsync();
        }

        public string Answer { get; set; }

        public int Port { get; }

        public string Url => $"http://127.0.0.1:{Port}/";

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await _loop;
        }

        private async Task RunAsync()
        {
            byte[] buffer = new byte[4096];
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using TcpClient connection = await _listener.AcceptTcpClientAsync(_stop.Token);
                    NetworkStream stream = connection.GetStream();
                    if (Answer.Length == 0) continue;
                    _ = await stream.ReadAsync(buffer, _stop.Token);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer), _stop.Token);
                    connection.Client.Shutdown(SocketShutdown.Send);
                    while (await stream.ReadAsync(buffer, _stop.Token) > 0) { }
                }
                catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
                {
                    // The client went away, or the test is over.
                }
            }
        }
    }
}
