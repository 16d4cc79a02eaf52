using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Readme;

[TestFixture]
public sealed class ReadmeTests
{
    [Test]
    public void Readme_shows_the_example_that_is_compiled_here()
    {
        string root = Root();
        string example = File.ReadAllText(Path.Combine(root, "test/VWorkspace.Kubernetes.Tests/Readme/ReadmeExample.cs")).Split("// README-BEGIN\n")[1].Trim();
        string readme = File.ReadAllText(Path.Combine(root, "src/VWorkspace.Kubernetes/README.md"));

        Assert.That(readme, Does.Contain("```csharp\n" + example + "\n```"));
    }

    [Test]
    public async Task Example_of_the_readme_does_what_it_says()
    {
        await using var server = new RawServer((request, response) => request switch
        {
            { Method: "PATCH" } => response.JsonAsync(200, """{"metadata":{"name":"web","resourceVersion":"7"}}"""),
            _ when request.Query.Contains("watch=true", StringComparison.Ordinal) => response.TextAsync(200, "application/json",
                """{"type":"MODIFIED","object":{"metadata":{"name":"web"},"status":{"readyReplicas":2}}}""" + "\n"),
            _ => response.JsonAsync(200, """{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"web"}}]}"""),
        });
        using var output = new StringWriter { NewLine = "\n" };

        await Example.Program.RunAsync(new() { Server = server.Address }, output, TestClients.Limit());

        Assert.That(output.ToString(), Is.EqualTo("web is at 7\n1 in all\nModified: web has 2 ready\n"));
        Assert.That(server.Requests.Last().Query, Does.Contain("resourceVersion=9"));
    }

    private static string Root()
    {
        DirectoryInfo at = new(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "VWorkspace.sln"))) at = at.Parent!;
        return at.FullName;
    }
}
