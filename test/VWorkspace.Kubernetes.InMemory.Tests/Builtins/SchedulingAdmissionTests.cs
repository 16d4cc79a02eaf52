using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Builtins;

/// <summary>What pods and nodes are given for the scheduler when they are created.</summary>
[TestFixture]
public sealed class SchedulingAdmissionTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
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
    public async Task Pod_gets_a_priority_and_tolerations_that_nobody_owns()
    {
        var pod = await CreateAsync("plain", "");
        Assert.That(((long?)pod["spec"]!["priority"], (string?)pod["spec"]!["preemptionPolicy"]), Is.EqualTo(((long?)0, "PreemptLowerPriority")));
        Assert.That(pod["spec"]!["tolerations"]!.ToJsonString(), Is.EqualTo(
            """[{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":300},{"effect":"NoExecute","key":"node.kubernetes.io/unreachable","operator":"Exists","tolerationSeconds":300}]"""));
        Assert.That(pod["metadata"]!["managedFields"]!.ToJsonString(), Does.Not.Contain("f:tolerations").And.Not.Contain("f:priority"));
    }

    [TestCase(""","tolerations":[{"operator":"Exists"}]""", 1)]
    [TestCase(""","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]""", 2)]
    [TestCase(""","tolerations":[{"key":"other","operator":"Exists"}]""", 3)]
    public async Task Tolerations_of_the_pod_itself_come_first(string members, int count)
    {
        var pod = await CreateAsync("tolerant" + count, members);
        Assert.That(pod["spec"]!["tolerations"]!.AsArray(), Has.Count.EqualTo(count));
    }

    [Test]
    public async Task Priority_is_that_of_the_class()
    {
        var pod = await CreateAsync("critical", ""","priorityClassName":"system-node-critical" """);
        Assert.That((long?)pod["spec"]!["priority"], Is.EqualTo(2000001000));
    }

    [TestCase(""","priorityClassName":"nosuch" """, "no PriorityClass with name nosuch was found")]
    [TestCase(""","priority":7""", "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name")]
    [TestCase(""","preemptionPolicy":"Never" """, "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name")]
    public async Task Priority_that_does_not_fit_the_class_is_forbidden(string members, string why)
    {
        var (code, body) = await _client.JsonAsync("POST", Pods, Body("bad", members));
        Assert.That((code, (string?)body["message"]), Is.EqualTo((403, $"pods \"bad\" is forbidden: {why}")));
    }

    [Test]
    public async Task Node_is_not_ready_until_somebody_says_so()
    {
        var (_, node) = await _client.JsonAsync("POST", "/api/v1/nodes", """{"metadata":{"name":"fresh"}}""");
        Assert.That(node["spec"]!["taints"]!.ToJsonString(), Is.EqualTo("""[{"effect":"NoSchedule","key":"node.kubernetes.io/not-ready"}]"""));
    }

    private async Task<JsonObject> CreateAsync(string name, string members)
    {
        var (code, pod) = await _client.JsonAsync("POST", Pods, Body(name, members));
        Assert.That(code, Is.EqualTo(201), pod.ToJsonString());
        return pod;
    }

    private static string Body(string name, string members) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"i"}]{{{members}}}}}""";
}
