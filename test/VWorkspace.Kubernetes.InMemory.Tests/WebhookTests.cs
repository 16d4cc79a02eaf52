using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class WebhookTests
{
    private const string Path = "/api/v1/namespaces/default/configmaps";

    [Test]
    public async Task Mutating_webhook_changes_the_object()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow("""[{"op":"add","path":"/data/added","value":"yes"}]"""));
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("MutatingWebhookConfiguration"));
        var (code, body) = await client.JsonAsync("POST", Path, TestData.ConfigMap("a").ToJsonString());
        Assert.That((code, (string?)body["data"]!["added"]), Is.EqualTo((201, "yes")));
        Assert.That((string?)hook.Reviews[0]["request"]!["operation"], Is.EqualTo("CREATE"));
        Assert.That((string?)hook.Reviews[0]["request"]!["userInfo"]!["username"], Is.EqualTo("admin"));
    }

    [Test]
    public async Task Validating_webhook_refuses_with_its_own_words_and_warns()
    {
        await using var hook = await WebhookServer.StartAsync(_ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "not today" }, ["warnings"] = new JsonArray("be careful") });
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("ValidatingWebhookConfiguration"));
        using var response = await client.SendAsync("POST", Path, TestData.ConfigMap("a").ToJsonString());
        var status = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(((int)response.StatusCode, (string?)status["message"]), Is.EqualTo((403, "admission webhook \"check.example.com\" denied the request: not today")));
        Assert.That(response.Headers.GetValues("Warning").Single(), Is.EqualTo("299 - \"be careful\""));
        Assert.That(server.Count("v1", "ConfigMap"), Is.Zero);
    }

    [TestCase("Fail", 500)]
    [TestCase("Ignore", 201)]
    public async Task Webhook_that_cannot_be_reached_counts_by_its_failure_policy(string policy, int expected)
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow());
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("ValidatingWebhookConfiguration", $$"""{"failurePolicy":"{{policy}}"}""", "https://127.0.0.1:1/"));
        Assert.That((await client.JsonAsync("POST", Path, TestData.ConfigMap("a").ToJsonString())).Code, Is.EqualTo(expected));
    }

    [TestCase("""{"objectSelector":{"matchLabels":{"check":"me"}}}""")]
    [TestCase("""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"elsewhere"}}}""")]
    [TestCase("""{"matchConditions":[{"name":"n","expression":"object.metadata.name.startsWith('x')"}]}""")]
    public async Task Webhook_that_does_not_match_is_not_asked(string extra)
    {
        await using var hook = await WebhookServer.StartAsync(_ => new JsonObject { ["allowed"] = false });
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("ValidatingWebhookConfiguration", extra));
        Assert.That((await client.JsonAsync("POST", Path, TestData.ConfigMap("a").ToJsonString())).Code, Is.EqualTo(201));
        Assert.That(hook.Reviews, Is.Empty);
    }

    [Test]
    public async Task Webhook_with_side_effects_refuses_dry_run()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow());
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("ValidatingWebhookConfiguration", """{"sideEffects":"Some"}"""));
        var (code, status) = await client.JsonAsync("POST", Path + "?dryRun=All", TestData.ConfigMap("a").ToJsonString());
        Assert.That((code, (string?)status["message"]), Is.EqualTo((400, "admission webhook \"check.example.com\" does not support dry run")));
    }

    [Test]
    public async Task Deletion_is_asked_with_the_old_object()
    {
        await using var hook = await WebhookServer.StartAsync(r => new JsonObject { ["allowed"] = (string?)r["operation"] != "DELETE" });
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(hook.Configuration("ValidatingWebhookConfiguration"));
        await client.JsonAsync("POST", Path, TestData.ConfigMap("a").ToJsonString());
        var (code, status) = await client.JsonAsync("DELETE", Path + "/a");
        Assert.That((code, (string?)status["message"]), Is.EqualTo((403, "admission webhook \"check.example.com\" denied the request without explanation")));
        Assert.That((string?)hook.Reviews[^1]["request"]!["oldObject"]!["metadata"]!["name"], Is.EqualTo("a"));
    }
}
