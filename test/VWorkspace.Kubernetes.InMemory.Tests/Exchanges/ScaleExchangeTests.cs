using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>The scale subresource: its owners stand beside those of the object, and its values are checked.</summary>
[TestFixture]
internal sealed class ScaleExchangeTests : ExchangeFixture
{
    private const string Gadgets = "/apis/test.example.com/v1/namespaces/default/gadgets";

    protected override async Task PrepareAsync()
    {
        await Server.InstallCrdYamlAsync(TestData.GadgetCrd);
        foreach (var name in (string[])["a", "b", "bare"])
            await SendAsync("apply", $"{Gadgets}/{name}?fieldManager=owner", $$$"""{"apiVersion":"test.example.com/v1","kind":"Gadget","spec":{{{(name == "bare" ? "{}" : """{"replicas":1}""")}}}}""");
    }

    private static string Scale(string name, string replicas, string metadata = "") => $$$"""{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"{{{name}}}"{{{metadata}}} },"spec":{"replicas":{{{replicas}}} }}""";

    [Test]
    public async Task Writer_of_the_scale_takes_the_field_over_under_the_name_of_the_subresource()
    {
        Assert.That((await SendAsync("PUT", Gadgets + "/a/scale?fieldManager=autoscaler", Scale("a", "3"))).Code, Is.EqualTo(200));
        var (_, gadget) = await SendAsync("GET", Gadgets + "/a");
        var owners = gadget["metadata"]!["managedFields"]!.AsArray().Select(e => $"{e!["manager"]} {e["operation"]} {e["subresource"]} {e["fieldsV1"]!.ToJsonString()}");
        Assert.That(owners, Is.EqualTo(new[] { "autoscaler Update scale {\"f:spec\":{\"f:replicas\":{}}}" }));
        await ExpectAsync("apply", Gadgets + "/a/scale?fieldManager=other", """{"apiVersion":"autoscaling/v1","kind":"Scale","spec":{"replicas":5}}""", 409,
            "Apply failed with 1 conflict: conflict with \"autoscaler\" with subresource \"scale\" using test.example.com/v1: .spec.replicas");
    }

    [TestCase("a", "other", "5", "", 400, "the name of the object (other) does not match the name on the URL (a)")]
    [TestCase("b", "b", "-3", "", 422, "Gadget.test.example.com \"b\" is invalid: .spec.replicas: Invalid value: -3: should be a non-negative integer")]
    [TestCase("b", "b", "3", ",\"resourceVersion\":\"1\"", 409, "Operation cannot be fulfilled on gadgets.test.example.com \"b\": the object has been modified; please apply your changes to the latest version and try again")]
    [TestCase("none", "none", "3", "", 404, "gadgets.test.example.com \"none\" not found")]
    public Task Scale_that_does_not_fit_is_refused(string path, string name, string replicas, string metadata, int code, string message) => ExpectAsync("PUT", $"{Gadgets}/{path}/scale", Scale(name, replicas, metadata), code, message);

    [Test]
    public Task Scale_of_an_object_without_replicas_cannot_be_read() => ExpectAsync("GET", Gadgets + "/bare/scale", null, 500, "Internal error occurred: the spec replicas field \".spec.replicas\" does not exist");

    [Test]
    public async Task Deployments_refuse_a_negative_scale()
    {
        await Server.ApplyYamlAsync("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: default}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
        await ExpectAsync("PUT", "/apis/apps/v1/namespaces/default/deployments/d/scale", Scale("d", "-1"), 422, "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    [Test]
    public async Task Name_of_an_object_that_is_being_deleted_is_taken_until_it_is_gone()
    {
        const string maps = "/api/v1/namespaces/default/configmaps";
        await SendAsync("POST", maps, """{"metadata":{"name":"held","finalizers":["a.b/c"]}}""");
        await SendAsync("DELETE", maps + "/held");
        await ExpectAsync("POST", maps, """{"metadata":{"name":"held"}}""", 409, "object is being deleted: configmaps \"held\" already exists");
    }

    [TestCase("/apis/batch/v1/jobs", """{"apiVersion":"batch/v1","kind":"Job","metadata":{},"spec":{"template":{"metadata":{},"spec":{"containers":null}}},"status":{}}""")]
    [TestCase("/apis/coordination.k8s.io/v1/leases", """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{},"spec":{}}""")]
    [TestCase("/api/v1/secrets", """{"apiVersion":"v1","kind":"Secret","metadata":{}}""")]
    public async Task Bookmark_is_an_empty_object_of_the_kind(string path, string expected)
    {
        using var response = await Client.SendAsync("GET", path + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1");
        var last = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        var bookmark = JsonNode.Parse(last)!["object"]!;
        bookmark["metadata"] = new JsonObject();
        Assert.That(JsonNode.DeepEquals(bookmark, JsonNode.Parse(expected)), bookmark.ToJsonString());
    }
}
