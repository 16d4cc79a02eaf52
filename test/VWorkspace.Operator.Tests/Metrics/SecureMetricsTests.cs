using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Metrics;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;
using VWorkspace.TestSupport;

namespace VWorkspace.Operator.Tests.Metrics;

/// <summary>Metrics over HTTPS, for those whom the API server lets read them, with the roles that people apply.</summary>
public sealed class SecureMetricsTests
{
    private InMemoryApiServer _server = null!;
    private KubernetesClient _client = null!;
    private HttpClient _http = null!;
    private string _directory = "";
    private X509Certificate2? _served;

    [SetUp]
    public async Task Start()
    {
        _directory = Directory.CreateTempSubdirectory("secure-").FullName;
        _server = await InMemoryApiServer.StartAsync();
        await _server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        string kubeconfig = Path.Combine(_directory, "own");
        await File.WriteAllTextAsync(kubeconfig, _server.Kubeconfig);
        _client = new(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig));
        foreach (JsonObject manifest in KubernetesYaml.ParseObjects(await File.ReadAllTextAsync(RepositoryFiles.Path("deploy/metrics/10-secure-metrics.yaml")))) await ApplyAsync(manifest);
#pragma warning disable MA0039 // Which certificate is served is what the tests look at; nobody vouches for the self-signed one.
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => (_served = certificate) is not null };
#pragma warning restore MA0039
        _http = new(handler) { Timeout = ManagerUnderTest.Patience };
    }

    [TearDown]
    public async Task Stop()
    {
        _http.Dispose();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Only_those_who_may_read_the_metrics_get_them()
    {
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory, Secure);
        string address = (await manager.ListeningAsync()).Metrics!.ToString();
        string stranger = await TokenAsync("stranger"), prometheus = await TokenAsync("prometheus");
        await ApplyAsync(KubernetesYaml.ParseObject("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: prometheus-reads}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: vworkspace-app-operator-metrics-reader}
            subjects: [{kind: ServiceAccount, name: prometheus, namespace: default}]
            """));
        await Http.UntilAsync(await manager.HealthAsync(), "/readyz", HttpStatusCode.OK);

        Assert.That((await ScrapeAsync(address, null)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await ScrapeAsync(address, "not-a-token-canary")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await ScrapeAsync(address, stranger)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        (HttpStatusCode status, string body) = await ScrapeAsync(address, prometheus);
        Assert.That((status, body.Contains("vworkspace_operator_build_info", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.OK, true)));

        int asked = Reviews();
        for (int i = 0; i < 3; i++) Assert.That((await ScrapeAsync(address, prometheus)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ScrapeAsync(address, stranger)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(Reviews(), Is.EqualTo(asked), "answers are remembered");
        Assert.That(manager.Log, Does.Not.Contain("canary").And.Not.Contain(prometheus));
    }

    [Test]
    public async Task Server_that_cannot_be_asked_is_no_permission()
    {
        using IDisposable refusal = _server.Faults.Add(new RequestMatch { Resource = "tokenreviews" }, new Fault.Refuse(403, "Forbidden", "tokenreviews are forbidden"));
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory, Secure);
        string address = (await manager.ListeningAsync()).Metrics!.ToString();
        Assert.That((await ScrapeAsync(address, await TokenAsync("prometheus"))).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [TestCase(true, 60)]
    [TestCase(false, 10)]
    public async Task Answers_are_remembered_for_a_minute_or_ten_seconds(bool may, int seconds)
    {
        string token = await TokenAsync("prometheus");
        if (may)
        {
            await ApplyAsync(KubernetesYaml.ParseObject("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: prometheus-reads}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: vworkspace-app-operator-metrics-reader}
                subjects: [{kind: ServiceAccount, name: prometheus, namespace: default}]
                """));
        }

        var clock = new ManualTimeProvider();
        using var access = new MetricsAccess(clock, NullLogger<MetricsAccess>.Instance);
        Assert.That(await access.JudgeAsync(token, CancellationToken.None), Is.EqualTo(MetricsVerdict.Unknown), "nobody to ask yet");
        access.Connect(_client);
        MetricsVerdict expected = may ? MetricsVerdict.Allowed : MetricsVerdict.Forbidden;
        Assert.That(await access.JudgeAsync(token, CancellationToken.None), Is.EqualTo(expected));
        int asked = Reviews();
        clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.That(await access.JudgeAsync(token, CancellationToken.None), Is.EqualTo(expected));
        Assert.That(Reviews(), Is.EqualTo(asked));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await access.JudgeAsync(token, CancellationToken.None), Is.EqualTo(expected));
        Assert.That(Reviews(), Is.EqualTo(asked + 2));
    }

    [Test]
    public async Task Certificate_of_the_files_is_served()
    {
        using var certificate = ServingCertificate.CreateSelfSigned(["localhost"], TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(_directory, "m.crt"), certificate.Certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_directory, "m.key"), certificate.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(
            _server, _directory, options => Secure(options) with { Metrics = Secure(options).Metrics with { Certificate = new(_directory, "m.crt", "m.key") } });
        await ScrapeAsync((await manager.ListeningAsync()).Metrics!.ToString(), null);
        Assert.That(_served?.Thumbprint, Is.EqualTo(certificate.Certificate.Thumbprint));
    }

    private static OperatorOptions Secure(OperatorOptions options) => options with { Metrics = options.Metrics with { Secure = true } };

    private int Reviews() => _server.Requests.Count(request => request.Resource is "tokenreviews" or "subjectaccessreviews");

    private async Task<(HttpStatusCode Status, string Body)> ScrapeAsync(string address, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{address}/metrics");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<string> TokenAsync(string account)
    {
        await ApplyAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = account, ["namespace"] = "default" } });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Uri, $"/api/v1/namespaces/default/serviceaccounts/{account}/token"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token);
        request.Content = new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, Is.True, body);
        return (string)JsonNode.Parse(body)!["status"]!["token"]!;
    }

    private async Task ApplyAsync(JsonObject manifest)
    {
        string kind = (string)manifest["kind"]!, apiVersion = (string)manifest["apiVersion"]!;
        string? ns = (string?)manifest["metadata"]!["namespace"];
        KubernetesResource<PartialObject> resource = PartialObject.Resource(GroupVersionKind.Parse(apiVersion, kind), kind.ToLowerInvariant() + "s", ns is not null);
        _ = (await _client.PatchAsync(resource, new(ns ?? "", (string)manifest["metadata"]!["name"]!), Patch.Apply(manifest), new WriteOptions { FieldManager = "kubectl", Force = true }, CancellationToken.None)).Value;
    }
}
