using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Two definitions of one group that want the same name.</summary>
[TestFixture]
public sealed class CrdNameConflictTests
{
    [TestCase("shortNames: [g]", "ShortNamesConflict", "\"g\" is already in use")]
    [TestCase("shortNames: [g, h, gadgets]", "ShortNamesConflict", "[\"g\" is already in use, \"gadgets\" is already in use]")]
    [TestCase("singular: gadget", "SingularConflict", "\"gadget\" is already in use")]
    [TestCase("kind: Gadget, singular: other, listKind: OtherList", "KindConflict", "\"Gadget\" is already in use")]
    [TestCase("listKind: GadgetList", "ListKindConflict", "\"GadgetList\" is already in use")]
    public async Task Name_that_is_taken_is_not_accepted_and_nothing_is_served_until_it_is_free(string names, string reason, string message)
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.InstallCrdYamlAsync(Crd("gadgets", "kind: Gadget, shortNames: [g]"));
        await server.InstallCrdYamlAsync(Crd("others", names.StartsWith("kind:", StringComparison.Ordinal) ? names : "kind: Other, " + names));

        var refused = Condition(server, "NamesAccepted");
        Assert.That(((string?)refused["status"], (string?)refused["reason"], (string?)refused["message"]), Is.EqualTo(("False", reason, message)));
        var established = Condition(server, "Established");
        Assert.That(((string?)established["status"], (string?)established["reason"]), Is.EqualTo(("False", "NotAccepted")));
        using (var response = await client.SendAsync("GET", "/apis/names.example.com/v1/others")) Assert.That((int)response.StatusCode, Is.EqualTo(404));

        await client.JsonAsync("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.names.example.com");

        Assert.That((string?)Condition(server, "NamesAccepted")["status"], Is.EqualTo("True"));
        Assert.That((await client.JsonAsync("GET", "/apis/names.example.com/v1/others")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Name_that_an_established_definition_asks_for_later_is_refused_and_it_stays_served()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.InstallCrdYamlAsync(Crd("gadgets", "kind: Gadget, shortNames: [g]"));
        await server.InstallCrdYamlAsync(Crd("others", "kind: Other"));
        await server.InstallCrdYamlAsync(Crd("others", "kind: Other, shortNames: [g]"));

        Assert.That((string?)Condition(server, "NamesAccepted")["reason"], Is.EqualTo("ShortNamesConflict"));
        Assert.That((string?)Condition(server, "Established")["status"], Is.EqualTo("True"));
        Assert.That((await client.JsonAsync("GET", "/apis/names.example.com/v1/others")).Code, Is.EqualTo(200));
    }

    private static JsonNode Condition(InMemoryApiServer server, string type) =>
        server.Get("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "others.names.example.com")["status"]!["conditions"]!.AsArray().Single(c => (string?)c!["type"] == type)!;

    private static string Crd(string plural, string names) => $$$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{{plural}}}.names.example.com}
        spec:
          group: names.example.com
          scope: Cluster
          names: {plural: {{{plural}}}, {{{names}}} }
          versions:
          - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object} } }
        """;
}
