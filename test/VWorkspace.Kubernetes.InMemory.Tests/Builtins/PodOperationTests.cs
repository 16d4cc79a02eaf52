using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Builtins;

/// <summary>What hangs under a pod: binding, eviction, ephemeral containers, and the streams that need a kubelet.</summary>
[TestFixture]
public sealed class PodOperationTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
        await _server.ApplyYamlAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default, labels: {a: b}}, spec: {containers: [{name: c, image: i}, {name: d, image: i}]}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: host}}
            """);
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Binding_puts_the_pod_on_a_node_once()
    {
        Assert.That(await BindAsync(), Is.EqualTo((201, "Success")));
        var pod = _server.Get("v1", "Pod", "default", "p");
        Assert.That((string?)pod["spec"]!["nodeName"], Is.EqualTo("host"));
        Assert.That((string?)pod["status"]!["conditions"]![0]!["type"], Is.EqualTo("PodScheduled"));
        Assert.That(await BindAsync(), Is.EqualTo((409, "Conflict")));
    }

    [Test]
    public async Task Eviction_of_a_pod_that_nobody_protects_deletes_it()
    {
        Assert.That(await EvictAsync(), Is.EqualTo((201, "Success")));
        Assert.That(_server.Find("v1", "Pod", "default", "p"), Is.Null);
    }

    [TestCase("""{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}""", "The disruption budget b needs 1 healthy pods and has 1 currently")]
    [TestCase("""{"disruptionsAllowed":1,"currentHealthy":1,"desiredHealthy":0,"expectedPods":1}""", "The disruption budget b is still being processed by the server.")]
    public async Task Eviction_against_a_budget_is_refused_for_now(string status, string why)
    {
        await RunWithBudgetAsync(status);
        var (code, body) = await _client.JsonAsync("POST", Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""");
        Assert.That((code, (string?)body["details"]!["causes"]![0]!["message"]), Is.EqualTo((429, why)));
        Assert.That(_server.Find("v1", "Pod", "default", "p"), Is.Not.Null);
    }

    [Test]
    public async Task Eviction_within_a_budget_spends_it()
    {
        await RunWithBudgetAsync("""{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":1,"desiredHealthy":0,"expectedPods":1}""");
        Assert.That(await EvictAsync("""{"dryRun":["All"]}"""), Is.EqualTo((201, "Success")));
        Assert.That((long)_server.Get("policy/v1", "PodDisruptionBudget", "default", "b")["status"]!["disruptionsAllowed"]!, Is.EqualTo(1), "a dry run spends nothing");

        Assert.That(await EvictAsync(), Is.EqualTo((201, "Success")));
        var budget = _server.Get("policy/v1", "PodDisruptionBudget", "default", "b");
        Assert.That((long)budget["status"]!["disruptionsAllowed"]!, Is.Zero);
        Assert.That(budget["status"]!["disruptedPods"]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "p" }));
        Assert.That(_server.Find("v1", "Pod", "default", "p"), Is.Null);
    }

    [Test]
    public async Task Ephemeral_containers_are_added_only_through_their_subresource_and_stay()
    {
        const string patch = """{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox"}]}}""";
        var (refused, _) = await _client.JsonAsync("PATCH", Pods + "/p", patch, "application/strategic-merge-patch+json");
        Assert.That(refused, Is.EqualTo(422));

        var (code, pod) = await _client.JsonAsync("PATCH", Pods + "/p/ephemeralcontainers", patch, "application/strategic-merge-patch+json");
        Assert.That((code, (long?)pod["metadata"]!["generation"], (string?)pod["spec"]!["ephemeralContainers"]![0]!["image"]), Is.EqualTo((200, (long?)2, "busybox")));

        var (removed, why) = await _client.JsonAsync("PATCH", Pods + "/p/ephemeralcontainers", """{"spec":{"ephemeralContainers":null}}""", "application/merge-patch+json");
        Assert.That((removed, (string?)why["reason"]), Is.EqualTo((422, "Invalid")));
    }

    [Test]
    public async Task Resize_changes_resources_and_nothing_else()
    {
        const string patch = """{"spec":{"containers":[{"name":"c","image":"other","resources":{"limits":{"cpu":"1"}}}]}}""";
        var (code, pod) = await _client.JsonAsync("PATCH", Pods + "/p/resize", patch, "application/strategic-merge-patch+json");
        Assert.That((code, (string?)pod["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"], (string?)pod["spec"]!["containers"]![0]!["image"]), Is.EqualTo((200, "1", "i")));
    }

    [TestCase("GET", "log?container=c", 200, "")]
    [TestCase("GET", "log", 400, "a container name must be specified for pod p, choose one of: [c d]")]
    [TestCase("GET", "log?container=x", 400, "container x is not valid for pod p")]
    [TestCase("POST", "exec?container=c&command=ls", 400, "pod p does not have a host assigned")]
    [TestCase("POST", "attach?container=c", 400, "pod p does not have a host assigned")]
    [TestCase("POST", "portforward", 400, "pod p does not have a host assigned")]
    public async Task Stream_of_a_pod_without_a_node_is_answered_as_the_real_server_does(string method, string path, int code, string message)
    {
        using var response = await _client.SendAsync(method, $"{Pods}/p/{path}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(((int)response.StatusCode, text.Length == 0 ? "" : (string?)JsonNode.Parse(text)!["message"]), Is.EqualTo((code, message)));
    }

    [Test]
    public async Task Stream_of_a_pod_on_a_node_without_kubelet_fails_in_the_backend()
    {
        await BindAsync();
        var (code, body) = await _client.JsonAsync("GET", Pods + "/p/log?container=c");
        Assert.That((code, (string?)body["message"]), Is.EqualTo((502, "error dialing backend: dial tcp: lookup host: no such host")));
    }

    private async Task RunWithBudgetAsync(string status)
    {
        await _client.JsonAsync("PATCH", Pods + "/p/status", """{"status":{"phase":"Running"}}""", "application/merge-patch+json");
        await _server.ApplyYamlAsync("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, namespace: default}, spec: {minAvailable: 1, selector: {matchLabels: {a: b}}}}");
        await _client.JsonAsync("PATCH", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b/status", $$"""{"status":{{status}}}""", "application/merge-patch+json");
    }

    private async Task<(int Code, string? Outcome)> BindAsync() =>
        Outcome(await _client.JsonAsync("POST", Pods + "/p/binding", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"host"}}"""));

    private async Task<(int Code, string? Outcome)> EvictAsync(string options = "{}") =>
        Outcome(await _client.JsonAsync("POST", Pods + "/p/eviction", $$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{{options}}}"""));

    private static (int Code, string? Outcome) Outcome((int Code, JsonObject Body) answer) => (answer.Code, (string?)(answer.Body["reason"] ?? answer.Body["status"]));
}
