namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>Deployments and services beyond what is recorded, and quantities in the form in which they are stored.</summary>
[TestFixture]
internal sealed class WorkloadExchangeTests : ExchangeFixture
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private const string Template = "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
    private const string Selector = "\"selector\":{\"matchLabels\":{\"a\":\"b\"}}";

    [TestCase("", "[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`]")]
    [TestCase("\"selector\":{}", "spec.selector: Invalid value: {}: empty selector is invalid for deployment")]
    [TestCase(Selector + ",\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":{\"maxSurge\":1}}", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [TestCase(Selector + ",\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":0}}", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [TestCase(Selector + ",\"progressDeadlineSeconds\":5,\"minReadySeconds\":10", "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds")]
    public Task Deployment_is_checked(string spec, string problem) =>
        ExpectAsync("POST", Deployments, "{\"metadata\":{\"name\":\"d\"},\"spec\":{" + (spec.Length == 0 ? "" : spec + ",") + Template + "}}", 422, $"Deployment.apps \"d\" is invalid: {problem}");

    [Test]
    public Task Service_ports_that_listen_on_one_socket_are_duplicates() => ExpectAsync("POST", "/api/v1/namespaces/default/services",
        """{"metadata":{"name":"s"},"spec":{"ports":[{"name":"a","port":80},{"name":"b","port":80}]}}""", 422,
        "Service \"s\" is invalid: spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}");

    [TestCase("\"1000m\"", "1")]
    [TestCase("\"1024Mi\"", "1Gi")]
    [TestCase("\"2000Mi\"", "2000Mi")]
    [TestCase("\"1.5Gi\"", "1536Mi")]
    [TestCase("\"0.5\"", "500m")]
    [TestCase("\"0.1Ki\"", "102400m")]
    [TestCase("\"1e3\"", "1e3")]
    [TestCase("\"1000\"", "1k")]
    [TestCase("5", "5")]
    [TestCase("0", "0")]
    public async Task Quantity_is_answered_in_canonical_form(string given, string canonical)
    {
        var (_, claim) = await SendAsync("POST", "/api/v1/namespaces/default/persistentvolumeclaims?dryRun=All",
            """{"metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":GIVEN}}}}""".Replace("GIVEN", given, StringComparison.Ordinal));
        Assert.That((string?)claim["spec"]!["resources"]!["requests"]!["storage"], Is.EqualTo(canonical));
    }
}
