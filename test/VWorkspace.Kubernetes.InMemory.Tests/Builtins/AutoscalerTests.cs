using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Builtins;

/// <summary>Autoscalers in both of their versions.</summary>
[TestFixture]
public sealed class AutoscalerTests
{
    private const string New = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string Old = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";

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
    public async Task Autoscaler_that_says_nothing_aims_at_the_cpu_in_both_versions()
    {
        var (code, created) = await _client.JsonAsync("POST", New, Autoscaler("plain", "autoscaling/v2", ""","maxReplicas":5,"behavior":{"scaleUp":{"selectPolicy":"Min"}}"""));
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That((long)created["spec"]!["minReplicas"]!, Is.EqualTo(1));
        Assert.That(created["spec"]!["metrics"]!.ToJsonString(), Is.EqualTo("""[{"resource":{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}},"type":"Resource"}]"""));
        Assert.That(created["spec"]!["behavior"]!.ToJsonString(), Is.EqualTo(
            """{"scaleDown":{"policies":[{"periodSeconds":15,"type":"Percent","value":100}],"selectPolicy":"Max"},"scaleUp":{"policies":[{"periodSeconds":15,"type":"Pods","value":4},{"periodSeconds":15,"type":"Percent","value":100}],"selectPolicy":"Min","stabilizationWindowSeconds":0}}"""));
        Assert.That(created["status"]!.ToJsonString(), Is.EqualTo("""{"currentMetrics":null,"desiredReplicas":0}"""));

        var (_, old) = await _client.JsonAsync("GET", Old + "/plain");
        Assert.That(((string?)old["apiVersion"], (long?)old["spec"]!["targetCPUUtilizationPercentage"]), Is.EqualTo(("autoscaling/v1", (long?)80)));
        Assert.That(old["status"]!.ToJsonString(), Is.EqualTo("""{"currentReplicas":0,"desiredReplicas":0}"""));
    }

    [Test]
    public async Task Autoscaler_of_the_old_version_is_one_of_the_new()
    {
        await _client.JsonAsync("POST", Old, Autoscaler("old", "autoscaling/v1", ""","maxReplicas":3,"targetCPUUtilizationPercentage":55"""));
        var (_, seen) = await _client.JsonAsync("GET", New + "/old");
        Assert.That((long?)seen["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"], Is.EqualTo(55));
        Assert.That(seen["spec"]!.AsObject().ContainsKey("targetCPUUtilizationPercentage"), Is.False);
    }

    [TestCase("""{"type":"Pods","pods":{"metric":{"name":"rps","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"10"}}}""")]
    [TestCase("""{"type":"Object","object":{"describedObject":{"kind":"Ingress","name":"i","apiVersion":"networking.k8s.io/v1"},"metric":{"name":"hits"},"target":{"type":"Value","value":"1k"}}}""")]
    [TestCase("""{"type":"External","external":{"metric":{"name":"queue","selector":{"matchLabels":{"q":"x"}}},"target":{"type":"AverageValue","averageValue":"30"}}}""")]
    [TestCase("""{"type":"ContainerResource","containerResource":{"name":"memory","container":"app","target":{"type":"Utilization","averageUtilization":70}}}""")]
    [TestCase("""{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"100Mi"}}}""")]
    public async Task Metric_without_a_field_in_the_old_version_survives_the_way_through_it(string metric)
    {
        var name = "way" + Math.Abs(metric.GetHashCode(StringComparison.Ordinal));
        await _client.JsonAsync("POST", New, Autoscaler(name, "autoscaling/v2", $$$""","maxReplicas":3,"metrics":[{{{metric}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":7}}"""));
        var (_, before) = await _client.JsonAsync("GET", $"{New}/{name}");
        var (_, old) = await _client.JsonAsync("GET", $"{Old}/{name}");
        Assert.That((string?)old["metadata"]!["annotations"]!["autoscaling.alpha.kubernetes.io/behavior"], Does.Contain("\"StabilizationWindowSeconds\":7"));

        var (code, written) = await _client.JsonAsync("PUT", $"{Old}/{name}", old.ToJsonString());
        Assert.That(code, Is.EqualTo(200), written.ToJsonString());
        var (_, after) = await _client.JsonAsync("GET", $"{New}/{name}");
        Assert.That(after["spec"]!.ToJsonString(), Is.EqualTo(before["spec"]!.ToJsonString()));
        Assert.That(after["metadata"]!.AsObject().ContainsKey("annotations"), Is.False);
    }

    [TestCase(""","maxReplicas":0""", "spec.maxReplicas: Invalid value: 0: must be greater than 0")]
    [TestCase(""","maxReplicas":1,"minReplicas":0""", "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1")]
    [TestCase(""","maxReplicas":1,"minReplicas":2""", "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`")]
    [TestCase(""","maxReplicas":1,"metrics":[{"type":"Heat"}]""", "spec.metrics[0].type: Unsupported value: \"Heat\"")]
    [TestCase(""","maxReplicas":1,"metrics":[{"type":"Pods"}]""", "spec.metrics[0].pods: Required value: must populate information for the given metric source")]
    [TestCase(""","maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":-1}}}]""", "spec.metrics[0].resource.target.averageUtilization: Invalid value: -1: must be greater than 0")]
    [TestCase(""","maxReplicas":1,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":0,"periodSeconds":1}]}}""", "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero")]
    public async Task Autoscaler_that_makes_no_sense_is_refused(string members, string expected)
    {
        var (code, body) = await _client.JsonAsync("POST", New, Autoscaler("bad", "autoscaling/v2", members));
        Assert.That(code, Is.EqualTo(422));
        Assert.That((string?)body["message"], Does.Contain(expected));
    }

    [Test]
    public async Task Discovery_prefers_the_newer_version()
    {
        var (_, group) = await _client.JsonAsync("GET", "/apis/autoscaling");
        Assert.That((string?)group["preferredVersion"]!["version"], Is.EqualTo("v2"));
        Assert.That(group["versions"]!.AsArray().Select(v => (string?)v!["version"]), Is.EqualTo(new[] { "v2", "v1" }));
    }

    private static string Autoscaler(string name, string version, string members) =>
        $$$"""{"apiVersion":"{{{version}}}","kind":"HorizontalPodAutoscaler","metadata":{"name":"{{{name}}}"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}{{{members}}}}}""";
}
