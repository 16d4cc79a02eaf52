using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class ReadmeTests
{
    [Test]
    public void Readme_shows_the_example_that_is_compiled_here()
    {
        string root = Root();
        string example = File.ReadAllText(Path.Combine(root, "test/VWorkspace.ControllerRuntime.Tests/Readme/ReadmeExample.cs")).Split("// README-BEGIN\n")[1].Trim();
        string readme = File.ReadAllText(Path.Combine(root, "src/VWorkspace.ControllerRuntime/README.md"));
        Assert.That(readme, Does.Contain("```csharp\n" + example + "\n```"));
    }

    [Test]
    public async Task Example_of_the_readme_does_what_it_says()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using KubernetesClient client = FaultWorld.Connect(server, server.Uri.Authority);
        using var stop = new CancellationTokenSource();
        Task<int> run = Example.Program.RunAsync(client, stop.Token);

        KubernetesResource<DynamicObject> configMap = DynamicObject.Resource(new("", "v1", "ConfigMap"), "configmaps");
        await LabelAsync("world");
        await Eventually.HoldsAsync(async () => await TextAsync() == "Hello, world!", "the greeting appears");
        await LabelAsync("moon");
        await Eventually.HoldsAsync(async () => await TextAsync() == "Hello, moon!", "the greeting follows the label");
        await client.DeleteAsync(configMap, new("default", "greeting"), new(), CancellationToken.None);
        await Eventually.HoldsAsync(async () => await TextAsync() == "Hello, moon!", "a deleted greeting comes back");
        await Eventually.HoldsAsync(async () => (await client.ListAsync(PartialObject.Resource(new("events.k8s.io", "v1", "Event"), "events"), null, new(), CancellationToken.None)).Value.Items.Count > 0, "an Event is written");

        await stop.CancelAsync();
        Assert.That(await Eventually.EndsAsync(run, "the operator stops"), Is.Zero);
        DynamicObject lease = (await client.GetAsync(DynamicObject.Resource(new("coordination.k8s.io", "v1", "Lease"), "leases"), new("default", "greeter"), CancellationToken.None)).Value;
        Assert.That((string?)lease.Json["spec"]!["holderIdentity"] ?? "", Is.Empty);

        async Task LabelAsync(string value)
        {
            Patch patch = Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["greet"] = value } } });
            Assert.That((await client.PatchAsync(Example.Kinds.Namespace, ObjectKey.ClusterScoped("default"), patch, new(), CancellationToken.None)).Error, Is.Null);
        }

        async Task<string?> TextAsync() => (string?)(await client.GetAsync(configMap, new("default", "greeting"), CancellationToken.None)).ValueOrNullIfNotFound()?.Json["data"]?["text"];
    }

    private static string Root()
    {
        DirectoryInfo at = new(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "VWorkspace.sln"))) at = at.Parent!;
        return at.FullName;
    }
}
