using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class CertificateTests
{
    private string _directory = null!;

    [SetUp]
    public void SetUp() => _directory = Directory.CreateTempSubdirectory("certificates-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_directory, recursive: true);

    private string Certificate => Path.Combine(_directory, "tls.crt");

    private string Key => Path.Combine(_directory, "tls.key");

    private async Task<string> WriteAsync()
    {
        using ServingCertificate made = ServingCertificate.CreateSelfSigned(["localhost"], TimeProvider.System);
        await File.WriteAllTextAsync(Key, made.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Certificate, made.Certificate.ExportCertificatePem());
        return made.Certificate.Thumbprint;
    }

    [Test]
    public void Self_signed_certificate_is_trusted_through_its_authority_and_names_its_hosts()
    {
        using ServingCertificate made = ServingCertificate.CreateSelfSigned(["webhook-service.vworkspace-system.svc", "127.0.0.1"], TimeProvider.System);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(made.CertificateAuthorityPem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.That(chain.Build(made.Certificate), Is.True, string.Join(';', chain.ChainStatus.Select(static s => s.StatusInformation)));
        Assert.That(made.Certificate.MatchesHostname("webhook-service.vworkspace-system.svc"), Is.True);
        Assert.That(made.Certificate.MatchesHostname("127.0.0.1"), Is.True);
        Assert.That(made.Certificate.MatchesHostname("elsewhere"), Is.False);
        Assert.That(made.Certificate.HasPrivateKey, Is.True);
    }

    [Test]
    public async Task Certificate_files_are_reloaded_when_they_change_and_a_broken_pair_leaves_the_old_one()
    {
        using var metrics = new RuntimeMetrics("certificate-test");
        using var watcher = new CertificateFileWatcher(Certificate, Key, metrics, TimeProvider.System, NullLogger.Instance, TimeSpan.FromMilliseconds(100));
        Assert.That(watcher.Current, Is.Null, "files that are not there yet are no fault");
        string first = await WriteAsync();
        await Eventually.HoldsAsync(() => watcher.Current?.Thumbprint == first, "the first certificate is loaded");
        Assert.That(watcher.Current!.HasPrivateKey, Is.True);
        await File.WriteAllTextAsync(Certificate, "garbage");
        string second = await WriteAsync();
        await Eventually.HoldsAsync(() => watcher.Current?.Thumbprint == second, "the second certificate is loaded");
        await File.WriteAllTextAsync(Key, "garbage");
        using var collector = new PrometheusCollector("certificate-test");
        Assert.That(watcher.Current!.Thumbprint, Is.EqualTo(second));
        Assert.That(watcher.IsValidAt(TimeProvider.System.GetUtcNow()), Is.True);
        Assert.That(watcher.IsValidAt(TimeProvider.System.GetUtcNow().AddYears(2)), Is.False);
    }

    [Test]
    public async Task Chain_of_the_file_is_served_so_that_the_root_alone_has_to_be_known()
    {
        using Issued root = Issued.By(null, "CN=root"), intermediate = Issued.By(root, "CN=intermediate"), leaf = Issued.By(intermediate, "CN=leaf");
        await File.WriteAllTextAsync(Key, leaf.KeyPem);
        await File.WriteAllTextAsync(Certificate, leaf.Pem + "\n" + intermediate.Pem);
        using var metrics = new RuntimeMetrics("certificate-chain-test");
        using var watcher = new CertificateFileWatcher(Certificate, Key, metrics, TimeProvider.System, NullLogger.Instance, TimeSpan.FromMilliseconds(100));
        Assert.That(watcher.Current!.Subject, Is.EqualTo("CN=leaf"));
        Assert.That(watcher.Context!.IntermediateCertificates.Select(static c => c.Subject), Is.EqualTo(new[] { "CN=intermediate" }));
        await using TlsHost host = await TlsHost.StartAsync(() => watcher.Context!, static routes => routes.MapGet("/", static () => "hello"));
        using (HttpClient client = host.Client(root.Certificate)) Assert.That(await client.GetStringAsync("/"), Is.EqualTo("hello"));

        // The same leaf alone is not enough: that the handshake succeeds is due to the chain.
        await File.WriteAllTextAsync(Certificate, leaf.Pem);
        await Eventually.HoldsAsync(() => watcher.Context!.IntermediateCertificates.Count == 0, "the shorter file is loaded");
        using HttpClient strict = host.Client(root.Certificate);
        Assert.That(async () => await strict.GetStringAsync("/"), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Authority_is_put_into_every_webhook_of_a_configuration_and_only_when_it_differs()
    {
        await using var cluster = new JsonPatchRecorder();
        KubernetesResource<DynamicObject> resource = DynamicObject.Resource(new("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"), "validatingwebhookconfigurations", false);
        cluster.Put(resource, "", "hooks", static o => o["webhooks"] = new JsonArray(
            new JsonObject { ["name"] = "a", ["clientConfig"] = new JsonObject() },
            new JsonObject { ["name"] = "b", ["clientConfig"] = new JsonObject { ["caBundle"] = Convert.ToBase64String(Encoding.ASCII.GetBytes("PEM")) } }));
        var injector = new CaBundleInjector(cluster, new(["hooks", "missing"], []), "PEM", TimeProvider.System, NullLogger.Instance);
        await injector.InjectAsync(CancellationToken.None);
        Assert.That(cluster.Patches.Single(), Does.Contain("/webhooks/0/clientConfig/caBundle").And.Contain("/metadata/resourceVersion").And.Not.Contain("/webhooks/1/"));
    }

    /// <summary>A certificate with its key, signed by another one or by itself.</summary>
    private sealed record Issued(X509Certificate2 Certificate, ECDsa PrivateKey) : IDisposable
    {
        public string Pem => Certificate.ExportCertificatePem();

        public string KeyPem => PrivateKey.ExportPkcs8PrivateKeyPem();

        public static Issued By(Issued? issuer, string name)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(name != "CN=leaf", false, 0, true));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1), to = from.AddDays(30);
            if (issuer is null) return new(request.CreateSelfSigned(from, to), key);
            using X509Certificate2 signed = request.Create(issuer.Certificate, from, to, RandomNumberGenerator.GetBytes(8));
            return new(signed.CopyWithPrivateKey(key), key);
        }

        public void Dispose()
        {
            Certificate.Dispose();
            PrivateKey.Dispose();
        }
    }

    /// <summary>Takes JSON patches down instead of carrying them out.</summary>
    private sealed class JsonPatchRecorder : IKubernetesClient
    {
        private readonly FakeCluster _inner = new();

        public List<string> Patches { get; } = [];

        public string DefaultNamespace => "default";

        public void Put(KubernetesResource resource, string ns, string name, Action<JsonObject> change) => _inner.Put(resource, ns, name, change);

        public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject => _inner.GetAsync(resource, key, cancellationToken);

        public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject
        {
            Patches.Add(Encoding.UTF8.GetString(patch.Utf8Json.Span));
            return _inner.GetAsync(resource, key, cancellationToken);
        }

        public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
