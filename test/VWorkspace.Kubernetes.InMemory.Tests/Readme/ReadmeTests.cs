namespace VWorkspace.Kubernetes.InMemory.Tests.Readme;

[TestFixture]
public sealed class ReadmeTests
{
    [Test]
    public void Readme_shows_the_example_that_is_compiled_here()
    {
        string example = File.ReadAllText(FromRoot("test/VWorkspace.Kubernetes.InMemory.Tests/Readme/ReadmeExample.cs")).Split("// README-BEGIN\n")[1].Trim();

        Assert.That(File.ReadAllText(FromRoot("src/VWorkspace.Kubernetes.InMemory/README.md")), Does.Contain("```csharp\n" + example + "\n```"));
    }

    [Test]
    public async Task Example_of_the_readme_does_what_it_says() => Assert.That(await Example.Sample.RunAsync(), Is.EqualTo("size 3 by default, 3 lists"));

    [Test]
    public void Guide_shows_the_ten_lines_that_are_compiled_here()
    {
        string source = File.ReadAllText(FromRoot("test/VWorkspace.Kubernetes.InMemory.Tests/Readme/TenLines.cs"));
        string lines = string.Join('\n', source.Split("// GUIDE-BEGIN\n")[1].Split("// GUIDE-END")[0].TrimEnd().Split('\n').Select(l => l.Length > 4 ? l[4..] : l.TrimStart()));

        Assert.That(File.ReadAllText(FromRoot("docs/testing-your-operator.md")), Does.Contain("```csharp\n" + lines + "\n```"));
        Assert.That(lines.Split('\n').Count(l => l.Trim().Length > 1), Is.LessThanOrEqualTo(10));
    }

    private static string FromRoot(string path)
    {
        DirectoryInfo at = new(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "VWorkspace.sln"))) at = at.Parent!;
        return Path.Combine(at.FullName, path);
    }
}
