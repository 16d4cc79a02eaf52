namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class ServerSmokeTests
{
    [Test]
    public async Task Server_started_answers_create_get_list_and_delete()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);

        var (created, body) = await client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        Assert.That(created, Is.EqualTo(201));
        Assert.That((string?)body["data"]!["k"], Is.EqualTo("v"));

        var (code, list) = await client.JsonAsync("GET", "/api/v1/configmaps");
        Assert.That(code, Is.EqualTo(200));
        Assert.That(list["items"]!.AsArray(), Has.Count.EqualTo(1));

        Assert.That((await client.JsonAsync("DELETE", "/api/v1/namespaces/default/configmaps/a")).Code, Is.EqualTo(200));
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Token_unknown_is_refused()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server, "wrong");
        Assert.That((await client.JsonAsync("GET", "/api/v1/pods")).Code, Is.EqualTo(401));
    }
}
