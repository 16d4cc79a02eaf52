using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Discovery;

/// <summary>The APIServices of what the server handles itself, and content that it cannot answer in.</summary>
[TestFixture]
public sealed class ApiServiceTests
{
    private const string Path = "/apis/apiregistration.k8s.io/v1/apiservices";
    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Every_served_version_has_an_available_local_service()
    {
        const string crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.x.io}, spec: {group: x.io, scope: Namespaced, names: {plural: things, singular: thing, kind: Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}";
        await _server.InstallCrdYamlAsync(crd);
        var before = await ListAsync();
        Assert.That(before.Keys, Is.SupersetOf(new[] { "v1.", "v1.apps", "v2.autoscaling", "v1.autoscaling", "v1.x.io" }).And.Not.Contains("v1.apiregistration.k8s.io"));
        Assert.That(before.Values.Select(s => (string?)s["status"]!["conditions"]![0]!["reason"]), Is.All.EqualTo("Local"));
        Assert.That((long)before["v2.autoscaling"]["spec"]!["versionPriority"]!, Is.GreaterThan((long)before["v1.autoscaling"]["spec"]!["versionPriority"]!));

        await _client.JsonAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.x.io");
        Assert.That((await ListAsync()).Keys, Does.Not.Contain("v1.x.io"));
    }

    [Test]
    public async Task Answer_in_protobuf_alone_is_not_acceptable()
    {
        using var response = await _client.SendAsync("GET", "/api/v1/namespaces", headers: [new("Accept", "application/vnd.kubernetes.protobuf")]);
        Assert.That((int)response.StatusCode, Is.EqualTo(406));
        using var either = await _client.SendAsync("GET", "/api/v1/namespaces", headers: [new("Accept", "application/vnd.kubernetes.protobuf,application/json")]);
        Assert.That(((int)either.StatusCode, either.Content.Headers.ContentType!.MediaType), Is.EqualTo((200, "application/json")));
    }

    private async Task<Dictionary<string, JsonObject>> ListAsync()
    {
        var (code, list) = await _client.JsonAsync("GET", Path);
        Assert.That(code, Is.EqualTo(200));
        return list["items"]!.AsArray().OfType<JsonObject>().ToDictionary(s => (string)s["metadata"]!["name"]!, StringComparer.Ordinal);
    }
}
