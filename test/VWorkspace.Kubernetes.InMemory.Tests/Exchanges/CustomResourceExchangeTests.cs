namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>Metadata and type of custom resources, and of resources embedded in them.</summary>
[TestFixture]
internal sealed class CustomResourceExchangeTests : ExchangeFixture
{
    private const string Boxes = "/apis/test.example.com/v1/namespaces/default/boxes";

    protected override Task PrepareAsync() => Server.InstallCrdYamlAsync("""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: boxes.test.example.com}
        spec:
          group: test.example.com
          scope: Namespaced
          names: {plural: boxes, singular: box, kind: Box, listKind: BoxList}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, properties: {inner: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}
        """);

    [TestCase("""{"apiVersion":"test.example.com/v1","kind":"Box","metadata":{"name":"x","labels":{"a":1}}}""", "Box in version \"v1\" cannot be handled as a Box: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string")]
    [TestCase("""{"apiVersion":"test.example.com/v1","kind":"Box","metadata":"x"}""", "Box in version \"v1\" cannot be handled as a Box: json: cannot unmarshal string into Go value of type v1.ObjectMeta")]
    [TestCase("""{"apiVersion":"test.example.com/v1","kind":"Box","metadata":{"name":"x","creationTimestamp":"yesterday"}}""", "Box in version \"v1\" cannot be handled as a Box: parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")]
    [TestCase("""{"apiVersion":"test.example.com/v1","kind":"Box","metadata":{"name":"x"},"spec":{"inner":{"apiVersion":"v1","kind":"A","metadata":{"labels":{"a":1}}}}}""", "Box in version \"v1\" cannot be handled as a Box: spec.inner.metadata: Invalid value: {\"labels\":{\"a\":1}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string")]
    [TestCase("""{"kind":"Box","metadata":{"name":"x"}}""", "the API version in the data () does not match the expected API version (test.example.com/v1)")]
    [TestCase("""{"metadata":{"name":"x"}}""", "the object provided is unrecognized (must be of type Box): Object 'Kind' is missing in '{\"metadata\":{\"name\":\"x\"}}' ({\"metadata\":{\"name\":\"x\"}})")]
    public Task Object_that_cannot_be_decoded_is_a_bad_request(string body, string message) => ExpectAsync("POST", Boxes, body, 400, message);

    [TestCase("""{"apiVersion":"v1","kind":"A","metadata":{"name":"a/b"}}""", "spec.inner.metadata.name: Invalid value: \"a/b\": may not contain '/'")]
    [TestCase("""{"kind":"A"}""", "spec.inner.apiVersion: Required value")]
    [TestCase("""{"apiVersion":"a/b/c","kind":"A"}""", "spec.inner.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c")]
    [TestCase("""{"apiVersion":"v1","kind":"A","metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"K","name":"n"}]}}""", "spec.inner.metadata.ownerReferences[0].uid: Invalid value: \"\": must not be empty")]
    public Task Embedded_resource_follows_the_common_rules(string inner, string problem) => ExpectAsync("POST", Boxes,
        $$$"""{"apiVersion":"test.example.com/v1","kind":"Box","metadata":{"name":"x"},"spec":{"inner":{{{inner}}}}}""", 422, $"Box.test.example.com \"x\" is invalid: {problem}");

    [Test]
    public async Task Kind_and_version_cannot_be_patched_away()
    {
        await SendAsync("POST", Boxes, """{"apiVersion":"test.example.com/v1","kind":"Box","metadata":{"name":"a"}}""");
        await ExpectAsync("merge", Boxes + "/a", """{"kind":"Bar","apiVersion":"test.example.com/v9"}""", 422,
            "Box.test.example.com \"a\" is invalid: [kind: Invalid value: \"Bar\": must be Box, apiVersion: Invalid value: \"test.example.com/v9\": must be test.example.com/v1]");
    }
}
