namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class RoutingTests
{
    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
        await _server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await _server.ApplyYamlAsync("{apiVersion: test.example.com/v1, kind: Gadget, metadata: {name: a}, spec: {text: x, replicas: 1}}");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [TestCase("GET", "/apis/test.example.com/v1/gadgets", 200, "GadgetList")]
    [TestCase("GET", "/apis/test.example.com/v1/namespaces/default/gadgets/a/scale", 200, "Scale")]
    [TestCase("GET", "/apis/test.example.com/v1/namespaces/default/gadgets/a/nope", 404, "Status")]
    [TestCase("PUT", "/apis/test.example.com/v1/namespaces/default/gadgets", 400, "Status")]
    [TestCase("DELETE", "/api/v1/configmaps", 405, "Status")]
    [TestCase("PATCH", "/api/v1/namespaces/default/configmaps", 405, "Status")]
    [TestCase("GET", "/api/v1/namespaces/default/status", 200, "Namespace")]
    [TestCase("GET", "/apis/apps/v1/namespaces/default/deployments", 200, "DeploymentList")]
    [TestCase("GET", "/openapi/v3", 200, null)]
    public async Task Path_is_answered_with_a_document(string method, string path, int code, string? kind)
    {
        var (actual, body) = await _client.JsonAsync(method, path);
        Assert.That((actual, (string?)body["kind"]), Is.EqualTo((code, kind)));
    }

    [TestCase("GET", "/apis/test.example.com/v1/gadgets/a")]
    [TestCase("POST", "/apis/test.example.com/v1/gadgets")]
    [TestCase("GET", "/api/v1/configmaps/a")]
    [TestCase("GET", "/api/v1/namespaces/default/nodes")]
    [TestCase("GET", "/nowhere")]
    public async Task Path_without_a_route_is_a_plain_404(string method, string path)
    {
        using var response = await _client.SendAsync(method, path, method == "POST" ? "{}" : null);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((404, "404 page not found\n")));
    }

    [Test]
    public async Task Object_created_with_a_resource_version_is_refused()
    {
        var obj = TestData.ConfigMap("pinned");
        obj["metadata"]!["resourceVersion"] = "7";
        var (code, status) = await _client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", obj.ToJsonString());
        Assert.That((code, (string?)status["message"]), Is.EqualTo((500, "resourceVersion should not be set on objects to be created")));
    }

    [Test]
    public async Task Dry_run_leaves_no_trace()
    {
        var revision = _server.ResourceVersion;
        Assert.That((await _client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps?dryRun=All", TestData.ConfigMap("dry").ToJsonString())).Code, Is.EqualTo(201));
        Assert.That((await _client.JsonAsync("DELETE", "/apis/test.example.com/v1/namespaces/default/gadgets/a?dryRun=All")).Code, Is.EqualTo(200));
        Assert.That((await _client.JsonAsync("PATCH", "/apis/test.example.com/v1/namespaces/default/gadgets/a?dryRun=All", """{"spec":{"text":"y"}}""", "application/merge-patch+json")).Code, Is.EqualTo(200));
        Assert.That(_server.ResourceVersion, Is.EqualTo(revision));
    }

    [Test]
    public async Task Generated_names_are_unique_and_keep_their_base()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 20; i++)
        {
            var (_, body) = await _client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"generateName":"gen-"}}""");
            names.Add((string)body["metadata"]!["name"]!);
        }

        Assert.That(names, Has.Count.EqualTo(20).And.All.StartsWith("gen-"));
    }
}
