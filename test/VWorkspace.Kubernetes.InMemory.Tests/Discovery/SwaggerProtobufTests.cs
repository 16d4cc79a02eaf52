using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;

namespace VWorkspace.Kubernetes.InMemory.Tests.Discovery;

/// <summary>The Swagger 2 document in protobuf, read back by the numbers of gnostic's OpenAPIv2.proto.</summary>
[TestFixture]
public sealed class SwaggerProtobufTests
{
    private const int Paths = 8, Definitions = 9, Properties = 25;

    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;
    private byte[] _document = [];

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
        using var response = await _client.SendAsync("GET", "/openapi/v2", headers: [new("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]);
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/com.github.proto-openapi.spec.v2.v1.0+protobuf"));
        _document = await response.Content.ReadAsByteArrayAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public void Type_has_its_kind_its_required_fields_and_its_properties()
    {
        var spec = Schema("io.k8s.api.apps.v1.DeploymentSpec");
        Assert.That(Texts(spec, 19), Is.EqualTo(new[] { "selector", "template" }));
        var template = Named(One(spec, Properties), "template");
        Assert.That(Texts(template, 1), Is.EqualTo(new[] { "#/definitions/io.k8s.api.core.v1.PodTemplateSpec" }));
        Assert.That(Texts(One(Named(One(spec, Properties), "paused"), 22), 1), Is.EqualTo(new[] { "boolean" }));

        var extension = All(Schema("io.k8s.api.apps.v1.Deployment"), 31).Single(e => Texts(e, 1)[0] == "x-kubernetes-group-version-kind");
        Assert.That(JsonNode.Parse(Texts(One(extension, 2), 2)[0])!.ToJsonString(), Is.EqualTo("""[{"group":"apps","kind":"Deployment","version":"v1"}]"""));
    }

    [TestCase("io.k8s.apimachinery.pkg.util.intstr.IntOrString")]
    [TestCase("io.k8s.apimachinery.pkg.api.resource.Quantity")]
    public void Number_or_text_is_a_text(string name) => Assert.That(Texts(One(Schema(name), 22), 1), Is.EqualTo(new[] { "string" }));

    [Test]
    public void Patch_of_a_kind_takes_the_field_validation_parameter()
    {
        var path = Named(One(_document, Paths), "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", element: 2);
        var parameters = All(One(path, 8), 8).Select(p => Texts(One(One(One(p, 1), 2), 3), 4)[0]);
        Assert.That(parameters, Does.Contain("fieldValidation"));
    }

    [Test]
    public async Task Document_follows_the_definitions()
    {
        await _server.ApplyYamlAsync("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: things.x.io}
            spec:
              group: x.io
              scope: Namespaced
              names: {plural: things, singular: thing, kind: Thing}
              versions:
              - name: v1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, properties: {free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {a: {type: string}}}, both: {x-kubernetes-int-or-string: true}}}}
            """);
        using var response = await _client.SendAsync("GET", "/openapi/v2", headers: [new("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]);
        _document = await response.Content.ReadAsByteArrayAsync();

        var properties = One(Schema("io.x.v1.Thing"), Properties);
        Assert.That(All(Named(properties, "free"), 22), Is.Empty, "what may hold anything has no type");
        Assert.That(All(Named(properties, "free"), Properties), Is.Empty);
        Assert.That(All(Named(properties, "both"), 22), Is.Empty);
    }

    private byte[] Schema(string name) => Named(One(_document, Definitions), name);

    /// <summary>The value of a named element of a message that stands for a map.</summary>
    private static byte[] Named(byte[] map, string name, int element = 1) => One(All(map, element).Single(e => Texts(e, 1)[0] == name), 2);

    private static byte[] One(byte[] message, int number) => All(message, number).Single();

    private static List<string> Texts(byte[] message, int number) => [.. All(message, number).Select(Encoding.UTF8.GetString)];

    private static List<byte[]> All(byte[] message, int wanted)
    {
        var found = new List<byte[]>();
        var cursor = new ProtobufCursor(message);
        while (cursor.Next(out var number))
        {
            if (number == wanted) found.Add(cursor.Bytes().ToArray());
            else cursor.Skip();
        }

        return found;
    }
}
