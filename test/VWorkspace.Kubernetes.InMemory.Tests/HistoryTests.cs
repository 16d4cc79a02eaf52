using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class HistoryTests
{
    [Test]
    public async Task Continue_token_older_than_history_gets_410_with_a_token_that_goes_on_inconsistently()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        foreach (var name in (string[])["a", "b", "c"]) await server.CreateAsync(TestData.ConfigMap(name));
        var (_, page) = await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps?limit=1");
        var token = (string)page["metadata"]!["continue"]!;
        await server.DeleteAsync("v1", "ConfigMap", "default", "c");

        var (code, consistent) = await client.JsonAsync("GET", $"/api/v1/namespaces/default/configmaps?limit=5&continue={token}");
        Assert.That(code, Is.EqualTo(200));
        Assert.That(Names(consistent), Is.EqualTo((string[])["b", "c"]), "pages show the state of the first one");

        server.ExpireHistory();
        var (expired, status) = await client.JsonAsync("GET", $"/api/v1/namespaces/default/configmaps?limit=5&continue={token}");
        Assert.That((expired, (string?)status["reason"]), Is.EqualTo((410, "Expired")));
        var (_, rest) = await client.JsonAsync("GET", $"/api/v1/namespaces/default/configmaps?limit=5&continue={(string)status["metadata"]!["continue"]!}");
        Assert.That(Names(rest), Is.EqualTo((string[])["b"]));
    }

    [Test]
    public async Task Watch_from_before_a_compaction_ends_with_410()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        var before = server.ResourceVersion;
        await server.CreateAsync(TestData.ConfigMap("a"));
        server.ExpireHistory();
        using var response = await client.SendAsync("GET", $"/api/v1/configmaps?watch=true&resourceVersion={before}&timeoutSeconds=5");
        var line = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(((string?)line["type"], (int?)line["object"]!["code"]), Is.EqualTo(("ERROR", 410)));
    }

    [Test]
    public async Task History_is_bounded_by_its_option()
    {
        await using var server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { HistoryPerResource = 3 });
        using var client = new TestClient(server);
        var first = (string?)(await server.CreateAsync(TestData.ConfigMap("a")))["metadata"]!["resourceVersion"];
        for (var i = 0; i < 5; i++) await server.CreateAsync(TestData.ConfigMap($"b{i}"));
        var (code, status) = await client.JsonAsync("GET", $"/api/v1/configmaps?resourceVersion={first}&resourceVersionMatch=Exact");
        Assert.That((code, (string?)status["message"]), Is.EqualTo((410, "The resourceVersion for the provided list is too old.")));
    }

    [Test]
    public async Task Restart_keeping_data_keeps_objects_and_clock_but_ends_watches()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(TestData.ConfigMap("a"));
        var revision = server.ResourceVersion;
        using (await client.SendAsync("GET", "/api/v1/configmaps?watch=true")) await server.RestartAsync();
        var (code, body) = await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps/a");
        Assert.That((code, server.ResourceVersion), Is.EqualTo((200, revision)));
        Assert.That((string?)body["data"]!["k"], Is.EqualTo("v"));
    }

    [Test]
    public async Task Restart_losing_data_is_a_new_server()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await server.CreateAsync(TestData.ConfigMap("a"));
        await server.RestartAsync(keepData: false);
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps/a")).Code, Is.EqualTo(404));
        using var response = await client.SendAsync("GET", "/apis/test.example.com/v1/gadgets");
        Assert.That((int)response.StatusCode, Is.EqualTo(404));
    }

    [Test]
    public async Task Snapshot_restored_brings_objects_definitions_and_clock_back()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, Guid.NewGuid().ToString("N") + ".snapshot");
        await server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await server.ApplyYamlAsync("{apiVersion: test.example.com/v1, kind: Gadget, metadata: {name: a}, spec: {text: ü}}");
        var revision = server.ResourceVersion;
        await server.SaveAsync(file);

        await using var other = await InMemoryApiServer.StartAsync();
        await other.RestoreAsync(file);
        File.Delete(file);
        Assert.That(other.ResourceVersion, Is.EqualTo(revision));
        Assert.That((string?)other.Get("test.example.com/v1", "Gadget", "default", "a")["spec"]!["text"], Is.EqualTo("ü"));
    }

    private static IEnumerable<string> Names(JsonObject list) => list["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!);
}
