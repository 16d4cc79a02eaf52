using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class StatusDefaultTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: probes.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {kind: Probe, plural: probes}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, properties: {a: {type: string}}}
                  status:
                    type: object
                    default: {observedGeneration: -1}
                    properties:
                      observedGeneration: {type: integer}
                      phase: {type: string}
        """;

    [TestCase("")]
    [TestCase("""{"phase": "mine"}""")]
    public async Task Status_with_a_default_has_it_from_the_creation_on_whatever_the_client_sent(string sent)
    {
        await using var server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdYamlAsync(Definition);
        var probe = new JsonObject { ["apiVersion"] = "example.com/v1", ["kind"] = "Probe", ["metadata"] = new JsonObject { ["name"] = "a", ["namespace"] = "default" } };
        if (sent.Length > 0) probe["status"] = JsonNode.Parse(sent);

        var created = await server.CreateAsync(probe);

        Assert.That(created["status"]?.ToJsonString(), Is.EqualTo("""{"observedGeneration":-1}"""));
        Assert.That(server.Get("example.com/v1", "Probe", "default", "a")["status"]?.ToJsonString(), Is.EqualTo("""{"observedGeneration":-1}"""));
    }
}
