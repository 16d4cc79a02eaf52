using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Readme;

[TestFixture]
public sealed class TenLines
{
    // GUIDE-BEGIN
    [Test]
    public async Task My_operator_marks_every_namespace_that_it_sees()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using MyOperator subject = MyOperator.Start(server.Kubeconfig);
        await server.CreateAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "blue" } });
        JsonObject? seen = await server.WaitForAsync("v1", "Namespace", null, "blue", ns => ns?["metadata"]?["labels"]?["seen"] is not null);
        Assert.That((string?)seen!["metadata"]!["labels"]!["seen"], Is.EqualTo("yes"));
    }
    // GUIDE-END
}
