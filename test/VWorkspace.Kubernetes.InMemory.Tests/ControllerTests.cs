using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class ControllerTests
{
    [Test]
    public async Task Owner_deleted_takes_its_dependents_along()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        var owner = await server.CreateAsync(TestData.ConfigMap("owner"));
        await server.CreateAsync(TestData.ConfigMap("child", owner: owner));
        await server.DeleteAsync("v1", "ConfigMap", "default", "owner");
        await server.WaitForAsync("v1", "ConfigMap", "default", "child", o => o is null);
        Assert.That(server.Count("v1", "ConfigMap"), Is.Zero);
    }

    [Test]
    public async Task Dependent_of_an_owner_that_never_was_goes_too()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        var ghost = TestData.ConfigMap("ghost");
        ghost["metadata"]!["uid"] = "11111111-1111-1111-1111-111111111111";
        await server.CreateAsync(TestData.ConfigMap("child", owner: ghost));
        await server.WaitForAsync("v1", "ConfigMap", "default", "child", o => o is null);
    }

    [Test]
    public async Task Owner_deleted_in_foreground_waits_for_its_dependents()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        var owner = await server.CreateAsync(TestData.ConfigMap("owner"));
        var child = TestData.ConfigMap("child", owner: owner);
        child["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await server.CreateAsync(child);

        var (code, body) = await client.JsonAsync("DELETE", "/api/v1/namespaces/default/configmaps/owner?propagationPolicy=Foreground");
        Assert.That((code, (string?)body["kind"]), Is.EqualTo((200, "ConfigMap")));
        await server.WaitForAsync("v1", "ConfigMap", "default", "child", o => o?["metadata"]!["deletionTimestamp"] is not null);
        await server.SettleAsync();
        Assert.That(server.Find("v1", "ConfigMap", "default", "owner"), Is.Not.Null, "the owner must not go before its dependent");

        await server.UpdateAsync("v1", "ConfigMap", "default", "child", o => o["metadata"]!.AsObject().Remove("finalizers"));
        await server.WaitForAsync("v1", "ConfigMap", "default", "owner", o => o is null);
    }

    [Test]
    public async Task Owner_orphaning_leaves_its_dependents_without_reference()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        var owner = await server.CreateAsync(TestData.ConfigMap("owner"));
        await server.CreateAsync(TestData.ConfigMap("child", owner: owner));
        await client.JsonAsync("DELETE", "/api/v1/namespaces/default/configmaps/owner?propagationPolicy=Orphan");
        await server.WaitForAsync("v1", "ConfigMap", "default", "owner", o => o is null);
        Assert.That(server.Get("v1", "ConfigMap", "default", "child")["metadata"]!["ownerReferences"], Is.Null);
    }

    [Test]
    public async Task Namespace_deleted_is_emptied_and_goes()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        await server.CreateAsync(TestData.Namespace("gone"));
        var held = TestData.ConfigMap("held", "gone");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await server.CreateAsync(held);
        await server.CreateAsync(TestData.ConfigMap("free", "gone"));

        await server.DeleteAsync("v1", "Namespace", null, "gone");
        await server.WaitForAsync("v1", "ConfigMap", "gone", "free", o => o is null);
        await server.SettleAsync();
        Assert.That((string?)server.Get("v1", "Namespace", null, "gone")["status"]!["phase"], Is.EqualTo("Terminating"));

        await server.UpdateAsync("v1", "ConfigMap", "gone", "held", o => o["metadata"]!.AsObject().Remove("finalizers"));
        await server.WaitForAsync("v1", "Namespace", null, "gone", o => o is null);
    }

    [Test]
    public async Task Definition_deleted_takes_its_objects_and_its_routes_along()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await server.ApplyYamlAsync("{apiVersion: test.example.com/v1, kind: Gadget, metadata: {name: a}, spec: {text: x}}");
        await server.DeleteAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.test.example.com");
        await server.WaitForAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.test.example.com", o => o is null);
        using var response = await client.SendAsync("GET", "/apis/test.example.com/v1/gadgets");
        Assert.That((int)response.StatusCode, Is.EqualTo(404));
    }
}
