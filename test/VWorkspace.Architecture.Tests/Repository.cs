using System.Xml.Linq;

namespace VWorkspace.Architecture.Tests;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", "bin", "obj", "TestResults", "artifacts", ".sandbox", "BenchmarkDotNet.Artifacts", ".vs", ".idea", ".vscode"];

    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Projects under <c>src</c>.</summary>
    public static IReadOnlyList<Project> Rooms { get; } = Projects("src");

    /// <summary>Projects under <c>test</c>.</summary>
    public static IReadOnlyList<Project> Tests { get; } = Projects("test");

    /// <summary>Files under a folder of the repository, without build output; paths are relative to the root, with slashes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var pending = new Stack<string>([Path.Combine(Root, folder)]);
        while (pending.TryPop(out string? directory))
        {
            foreach (string file in Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal)) yield return Relative(file);
            foreach (string child in Directory.EnumerateDirectories(directory))
                if (!NotOurs.Contains(Path.GetFileName(child), StringComparer.Ordinal)) pending.Push(child);
        }
    }

    /// <summary>Absolute path of a file given relative to the root.</summary>
    public static string Absolute(string relative) => Path.Combine(Root, relative);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static List<Project> Projects(string folder) =>
        [.. Files(folder, "*.csproj").Select(path => new Project(path, XDocument.Load(Absolute(path)))).OrderBy(project => project.Name, StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "VWorkspace.sln"))) return directory.FullName;
        throw new InvalidOperationException("VWorkspace.sln is in none of the folders above the tests");
    }
}

/// <summary>One project file.</summary>
internal sealed record Project(string Path, XDocument Xml)
{
    /// <summary>Name of the project, which is also the name of its room.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Name of the assembly.</summary>
    public string AssemblyName => Xml.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Name;

    /// <summary>Root of the namespaces.</summary>
    public string RootNamespace => Xml.Descendants("RootNamespace").FirstOrDefault()?.Value ?? Name;

    /// <summary>Names of the projects referenced.</summary>
    public IEnumerable<string> References => Xml.Descendants("ProjectReference")
        .Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    /// <summary>The compiled assembly next to the tests.</summary>
    public string AssemblyPath => System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, AssemblyName + ".dll");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
