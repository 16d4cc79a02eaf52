using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Transport;

/// <summary>Certificates and authorities that are replaced under a running client.</summary>
[TestFixture]
[Platform("Unix,Linux,MacOsX", Reason = "mounted Secrets are symbolic links")]
public sealed class RotationTests
{
    private static readonly ObjectKey Key = new("ns", "a");
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("rotation-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Authority_is_read_again_when_the_kubelet_swaps_the_link_of_the_mounted_directory()
    {
        var time = new ManualTimeProvider();
        Mount("one", ("ca.crt", TestCertificates.OtherAuthority.Pem));
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, TimeProvider = time, Random = new Random(1) }, c => c with { CertificateAuthorityFile = Path.Combine(_directory, "ca.crt") });
        await Assert.ThatAsync(() => client.GetAsync(Widget.Resource, Key, TestClients.Limit()), Throws.TypeOf<KubernetesTransportException>());

        Mount("two", ("ca.crt", TestCertificates.Authority.Pem));
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
    }

    [Test]
    public async Task Authority_file_that_is_half_written_leaves_the_one_known_so_far()
    {
        var time = new ManualTimeProvider();
        string file = Path.Combine(_directory, "ca.crt");
        await File.WriteAllTextAsync(file, TestCertificates.Authority.Pem);
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, TimeProvider = time, Random = new Random(1), Http2 = false }, c => c with { CertificateAuthorityFile = file });

        foreach (string text in (string[])["", "-----BEGIN CERTIFICATE-----\nabc", "rubbish"])
        {
            await File.WriteAllTextAsync(file, text);
            time.Advance(TimeSpan.FromSeconds(31));
            Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).IsSuccess);
        }
    }

    [Test]
    public async Task Client_certificate_is_read_again_when_the_link_of_the_mounted_directory_is_swapped()
    {
        var time = new ManualTimeProvider();
        TestCertificate alice = TestCertificates.MakeClient("alice"), bob = TestCertificates.MakeClient("bob");
        Mount("one", ("tls.crt", alice.Pem), ("tls.key", alice.KeyPem));
        KubernetesCredential credential = KubernetesCredential.ClientCertificateFiles(Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key"));
        RequestCredential first = await credential.GetAsync(time, CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(11));
        RequestCredential same = await credential.GetAsync(time, CancellationToken.None);
        Mount("two", ("tls.crt", bob.Pem), ("tls.key", bob.KeyPem));
        time.Advance(TimeSpan.FromSeconds(11));
        RequestCredential other = await credential.GetAsync(time, CancellationToken.None);

        Assert.That(same.ClientCertificate, Is.SameAs(first.ClientCertificate), "what has not changed keeps its connections");
        Assert.That(other.ClientCertificate!.TargetCertificate.Subject, Is.EqualTo("CN=bob"));
    }

    [Test]
    public async Task Requests_under_way_survive_a_change_of_the_client_certificate()
    {
        await using var server = await TlsTests.TlsServer.StartAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"));
        using var credential = new Alternating();
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, Random = new Random(1) }, c => c with
        {
            CertificateAuthorityData = TestCertificates.Authority.Pem, Credential = credential,
        });

        ApiResult<Widget>[] all = await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            ApiResult<Widget> last = default;
            for (int i = 0; i < 8; i++) last = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
            return last;
        }, CancellationToken.None)));

        Assert.That(all.Select(r => r.IsSuccess), Is.All.True);
    }

    private void Mount(string name, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(Path.Combine(_directory, name));
        foreach ((string file, string text) in files)
        {
            File.WriteAllText(Path.Combine(_directory, name, file), text);
            string link = Path.Combine(_directory, file);
            if (!File.Exists(link)) File.CreateSymbolicLink(link, Path.Combine("..data", file));
        }

        string data = Path.Combine(_directory, "..data");
        File.Delete(data);
        File.CreateSymbolicLink(data, name);
    }

    /// <summary>A worse rotation than any real one: another certificate with every request.</summary>
    private sealed class Alternating : KubernetesCredential, IDisposable
    {
        private readonly SslStreamCertificateContext[] _contexts = [.. new[] { "alice", "bob" }.Select(name => SslStreamCertificateContext.Create(TestCertificates.MakeClient(name).Certificate, null, offline: true))];
        private int _next;

        public void Dispose()
        {
            foreach (SslStreamCertificateContext context in _contexts) context.TargetCertificate.Dispose();
        }

        internal override ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken) =>
            new(new RequestCredential(null, _contexts[Interlocked.Increment(ref _next) % 2]));
    }
}
