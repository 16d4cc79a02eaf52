using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Tests.Client;

namespace VWorkspace.Kubernetes.Tests.Transport;

/// <summary>HTTP/2 and certificates against Kestrel.</summary>
[TestFixture]
public sealed class TlsTests
{
    private static readonly ObjectKey Key = new("ns", "a");

    [Test]
    public async Task Server_of_the_configured_authority_is_reached_over_http2_and_watched()
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { CertificateAuthorityData = TestCertificates.Authority.Pem });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator();
        Assert.That(await events.MoveNextAsync());
        Task<bool> pending = events.MoveNextAsync().AsTask();
        await watch.DisposeAsync();

        await Assert.ThatAsync(() => pending.WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(server.Seen.Select(s => s.Protocol), Is.All.EqualTo("HTTP/2"));
        await server.WatchAborted.Task.WaitAsync(TestClients.Patience);
    }

    [Test]
    public async Task Http1_is_spoken_when_http2_is_switched_off()
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, new() { Http2 = false, Random = new Random(1) }, c => c with { CertificateAuthorityData = TestCertificates.Authority.Pem });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        Assert.That(server.Seen.Single().Protocol, Is.EqualTo("HTTP/1.1"));
    }

    private static IEnumerable<TestCaseData> Untrusted()
    {
        yield return new TestCaseData(TestCertificates.OtherAuthority.Pem, null, "127.0.0.1").SetName("Server_of_another_authority_is_not_trusted");
        yield return new TestCaseData(TestCertificates.Authority.Pem, null, "wrong.example.com").SetName("Server_of_another_name_is_not_trusted");
        yield return new TestCaseData(null, null, "127.0.0.1").SetName("Server_of_an_authority_the_system_does_not_know_is_not_trusted");
        yield return new TestCaseData(TestCertificates.Authority.Pem, "other.example.com", "127.0.0.1").SetName("Server_without_the_tls_server_name_is_not_trusted");
    }

    [TestCaseSource(nameof(Untrusted))]
    public async Task Untrusted_server_is_a_connect_fault(string? authority, string? serverName, string certificateName)
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, certificateName));
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, Random = new Random(1) }, c => c with { CertificateAuthorityData = authority, TlsServerName = serverName });

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, Key, TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Connect));
        Assert.That(server.Seen, Is.Empty);
    }

    [Test]
    public async Task Tls_server_name_replaces_the_name_of_the_address()
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "inner.example.com"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { CertificateAuthorityData = TestCertificates.Authority.Pem, TlsServerName = "inner.example.com" });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
    }

    [Test]
    public async Task Insecure_skips_every_check()
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.OtherAuthority, "wrong.example.com"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { InsecureSkipTlsVerify = true });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
    }

    [Test]
    public async Task Intermediate_authority_alone_is_enough()
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Intermediate, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { CertificateAuthorityData = TestCertificates.Intermediate.Pem });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
    }

    [Test]
    public async Task Certificate_that_only_bears_the_name_of_our_intermediate_is_not_trusted()
    {
        TestCertificate forged = TestCertificates.MakeServer(TestCertificates.ForgedIntermediate, "127.0.0.1");
        await using var server = await TlsServer.StartAsync(forged, TestCertificates.Intermediate.Certificate);
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, Random = new Random(1) }, c => c with { CertificateAuthorityData = TestCertificates.Intermediate.Pem });

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, Key, TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Connect));
        Assert.That(server.Seen, Is.Empty);
    }

    [Test]
    public async Task Authorities_in_a_file_are_read_again_when_they_change()
    {
        string file = Path.GetTempFileName();
        try
        {
            var time = new VWorkspace.TestSupport.ManualTimeProvider();
            await File.WriteAllTextAsync(file, TestCertificates.OtherAuthority.Pem);
            await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
            await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, TimeProvider = time, Random = new Random(1) }, c => c with { CertificateAuthorityFile = file });
            await Assert.ThatAsync(() => client.GetAsync(Widget.Resource, Key, TestClients.Limit()), Throws.TypeOf<KubernetesTransportException>());

            await File.WriteAllTextAsync(file, TestCertificates.Authority.Pem);
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            time.Advance(TimeSpan.FromSeconds(31));

            Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Long_list_arrives_compressed_unless_switched_off([Values] bool disabled)
    {
        await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { CertificateAuthorityData = TestCertificates.Authority.Pem, DisableCompression = disabled });

        ObjectPage<Widget> page = (await client.ListAsync(Widget.Resource, null, new() { Limit = 100 }, TestClients.Limit())).Value;

        Assert.That(page.Items, Has.Count.EqualTo(100));
        Assert.That(server.Compressed, Is.EqualTo(!disabled));
    }

    [Test]
    public async Task Client_certificate_files_are_shown_and_their_replacement_gets_new_connections()
    {
        string directory = Directory.CreateTempSubdirectory("client-certificate-").FullName;
        try
        {
            (string certificate, string key) = (Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
            void Put(string name, DateTime written)
            {
                TestCertificate made = TestCertificates.MakeClient(name);
                File.WriteAllText(certificate, made.Pem);
                File.WriteAllText(key, made.KeyPem);
                File.SetLastWriteTimeUtc(certificate, written);
                File.SetLastWriteTimeUtc(key, written);
            }

            var time = new VWorkspace.TestSupport.ManualTimeProvider();
            Put("alice", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            await using var server = await TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
            await using KubernetesClient client = TestClients.For(server.Address, new() { TimeProvider = time, Random = new Random(1) }, c => c with
            {
                CertificateAuthorityData = TestCertificates.Authority.Pem, Credential = KubernetesCredential.ClientCertificateFiles(certificate, key),
            });

            await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
            Put("bob", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
            await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
            time.Advance(TimeSpan.FromSeconds(11));
            await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

            Assert.That(server.Seen.Select(s => s.Client), Is.EqualTo(new[] { "CN=alice", "CN=alice", "CN=bob" }));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    internal sealed class TlsServer : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private TlsServer(WebApplication app) => _app = app;

        public Uri Address { get; private set; } = null!;

        public ConcurrentQueue<(string Protocol, string? Client)> Seen { get; } = new();

        public bool Compressed { get; private set; }

        public TaskCompletionSource WatchAborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<TlsServer> StartAsync(TestCertificate certificate, X509Certificate2? chain = null)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.UseHttps(h =>
            {
                h.ServerCertificate = certificate.Certificate;
                if (chain is not null) h.ServerCertificateChain = [chain];
                h.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                h.ClientCertificateValidation = (_, _, _) => true;
            })));
            var server = new TlsServer(builder.Build());
            server._app.Run(server.AnswerAsync);
            await server._app.StartAsync();
            server.Address = new Uri(server._app.Urls.Single());
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            Seen.Enqueue((context.Request.Protocol, context.Connection.ClientCertificate?.Subject));
            if (context.Request.Query.ContainsKey("limit"))
            {
                Compressed = context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);
                byte[] list = System.Text.Encoding.UTF8.GetBytes($$$"""{"metadata":{"resourceVersion":"1"},"items":[{{{string.Join(",", Enumerable.Range(0, 100).Select(i => Widget.Json($"w{i}")))}}}]}""");
                if (Compressed) context.Response.Headers.ContentEncoding = "gzip";
                await using Stream body = Compressed ? new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true) : context.Response.Body;
                await body.WriteAsync(list);
                return;
            }

            if (!context.Request.Query.ContainsKey("watch"))
            {
                await context.Response.WriteAsync(Widget.Json("a"));
                return;
            }

            await context.Response.WriteAsync($$$"""{"type":"ADDED","object":{{{Widget.Json("a")}}}}""" + "\n");
            await context.Response.Body.FlushAsync();
            context.RequestAborted.Register(() => WatchAborted.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
    }
}
