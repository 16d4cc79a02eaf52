using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using static VWorkspace.Kubernetes.InMemory.Tests.Protobuf.ProtobufEncoder;

namespace VWorkspace.Kubernetes.InMemory.Tests.Protobuf;

/// <summary>Bodies as typed clients of Go send them; the numbers are those of upstream's generated.proto.</summary>
[TestFixture]
public sealed class ProtobufBodyTests
{
    private const string MediaType = "application/vnd.kubernetes.protobuf";
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
    public async Task Deployment_in_protobuf_is_stored_as_its_json_would_be()
    {
        var meta = Join(Text(1, "web"), Text(2, ""), Text(3, ""), Bytes(8, []), Entry(11, "app", "web"));
        var container = Join(Text(1, "nginx"), Text(2, "nginx:1"), Bytes(6, Join(Text(1, ""), Number(2, 0), Number(3, 80), Text(4, ""))),
            Bytes(8, Bytes(1, Join(Text(1, "cpu"), Bytes(2, Text(1, "100m"))))));
        var template = Join(Bytes(1, Entry(11, "app", "web")), Bytes(2, Join(Bytes(2, container), Text(3, ""))));
        var strategy = Join(Text(1, "RollingUpdate"), Bytes(2, Join(Bytes(1, Join(Number(1, 0), Number(2, 0), Text(3, ""))), Bytes(2, Join(Number(1, 1), Number(2, 0), Text(3, "50%"))))));
        var spec = Join(Number(1, 0), Bytes(2, Entry(1, "app", "web")), Bytes(3, template), Bytes(4, strategy), Number(5, 0), Number(7, 0));

        var (code, body) = await PostAsync("/apis/apps/v1/namespaces/default/deployments", Envelope("apps/v1", "Deployment", Join(Bytes(1, meta), Bytes(2, spec), Bytes(3, Number(1, 0)))));

        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
        var stored = _server.Get("apps/v1", "Deployment", "default", "web");
        Assert.That((long)stored["spec"]!["replicas"]!, Is.Zero, "a pointer to zero is no default");
        Assert.That(stored["spec"]!["strategy"]!["rollingUpdate"]!.ToJsonString(), Is.EqualTo("""{"maxUnavailable":0,"maxSurge":"50%"}"""));
        Assert.That((long)stored["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"]!, Is.EqualTo(80));
        Assert.That((string?)stored["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"], Is.EqualTo("100m"));
        Assert.That((string?)stored["metadata"]!["labels"]!["app"], Is.EqualTo("web"));
        Assert.That((string?)stored["spec"]!["template"]!["spec"]!["restartPolicy"], Is.EqualTo("Always"), "an empty text is defaulted");
    }

    [Test]
    public async Task Secret_in_protobuf_keeps_its_bytes()
    {
        var secret = Join(Bytes(1, Text(1, "s")), Bytes(2, Join(Text(1, "k"), Bytes(2, [0, 255]))), Bytes(2, Text(1, "none")), Text(3, "Opaque"));
        var (code, body) = await PostAsync("/api/v1/namespaces/default/secrets", Envelope("v1", "Secret", secret));
        Assert.That((code, body["data"]!.ToJsonString()), Is.EqualTo((201, """{"k":"AP8=","none":""}""")));
    }

    [Test]
    public async Task Options_of_a_delete_in_protobuf_are_read()
    {
        await _server.ApplyYamlAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: pinned, namespace: default}}");
        var options = Envelope("v1", "DeleteOptions", Bytes(2, Text(1, "another")));
        var (code, body) = await SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/configmaps/pinned", options);
        Assert.That((code, (string?)body["reason"]), Is.EqualTo((409, "Conflict")));
    }

    [Test]
    public async Task Own_access_review_in_protobuf_is_answered()
    {
        var review = Bytes(2, Bytes(1, Join(Text(1, "default"), Text(2, "get"), Text(5, "pods"))));
        var (code, body) = await PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Envelope("authorization.k8s.io/v1", "SelfSubjectAccessReview", review));
        Assert.That((code, (bool?)body["status"]!["allowed"]), Is.EqualTo((201, (bool?)true)));
    }

    [Test]
    public async Task Field_that_is_not_known_refuses_the_body_instead_of_losing_it()
    {
        var (code, body) = await PostAsync("/api/v1/namespaces/default/configmaps", Envelope("v1", "ConfigMap", Join(Bytes(1, Text(1, "c")), Text(99, "x"))));
        Assert.That((code, (string?)body["reason"]), Is.EqualTo((415, "UnsupportedMediaType")));
        Assert.That(_server.Find("v1", "ConfigMap", "default", "c"), Is.Null);
    }

    [TestCase("k8s\0\n\u0001", TestName = "Truncated body is a bad request")]
    [TestCase("nope", TestName = "Body without the prefix is a bad request")]
    public async Task Malformed_body_is_a_bad_request(string text)
    {
        var (code, body) = await PostAsync("/api/v1/namespaces/default/configmaps", Encoding.UTF8.GetBytes(text));
        Assert.That((code, (string?)body["reason"]), Is.EqualTo((400, "BadRequest")));
    }

    private Task<(int Code, JsonObject Body)> PostAsync(string path, byte[] body) => SendAsync(HttpMethod.Post, path, body);

    private async Task<(int Code, JsonObject Body)> SendAsync(HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body), Version = new Version(2, 0) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        using var response = await _client.Http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
