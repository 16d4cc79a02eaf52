using System.Text.RegularExpressions;

namespace VWorkspace.Architecture.Tests;

/// <summary>Habits of this repository that a compiler does not check.</summary>
public sealed partial class RepositoryTests
{
    private const int LongestFile = 450;

    private static IReadOnlyList<string> Sources => [.. Repository.Files("src", "*.cs")];

    [Test]
    public void Source_files_are_short()
    {
        IEnumerable<string> tooLong = Sources
            .Select(path => (Path: path, Lines: File.ReadLines(Repository.Absolute(path)).Count()))
            .Where(file => file.Lines > LongestFile)
            .Select(file => $"{file.Path} ({file.Lines} lines)");
        Assert.That(tooLong, Is.Empty, $"a file holds one idea and at most {LongestFile} lines; split it by concept");
    }

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void Namespaces_are_file_scoped_and_follow_the_folders(object room)
    {
        var project = (Project)room;
        string folder = Path.GetDirectoryName(project.Path)!.Replace('\\', '/');
        var wrong = new List<string>();
        foreach (string path in Repository.Files(folder, "*.cs"))
        {
            string text = File.ReadAllText(Repository.Absolute(path));
            if (BlockNamespace().IsMatch(text)) wrong.Add($"{path}: a namespace block");
            if (FileNamespace().Match(text) is not { Success: true } match) continue; // top-level statements, global usings
            string[] folders = Path.GetDirectoryName(path[(folder.Length + 1)..])!.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
            // A folder may group files without a namespace of its own, but a namespace never names another place.
            bool follows = Enumerable.Range(0, folders.Length + 1).Any(depth => match.Groups["name"].Value == string.Join('.', folders.Take(depth).Prepend(project.RootNamespace)));
            if (!follows) wrong.Add($"{path}: {match.Groups["name"].Value}");
        }
        Assert.That(wrong, Is.Empty, $"a namespace is {project.RootNamespace}, or that followed by the folders");
    }

    [Test]
    public void Package_versions_are_central()
    {
        foreach (Project project in Repository.Rooms.Concat(Repository.Tests))
        {
            IEnumerable<string> own = project.Xml.Descendants("PackageReference")
                .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.Element("Version") is not null)
                .Select(reference => reference.Attribute("Include")?.Value ?? "?");
            Assert.That(own, Is.Empty, $"{project.Path}: the version belongs in Directory.Packages.props");
            Assert.That(project.Xml.Descendants("InternalsVisibleTo"), Is.Empty, $"{project.Path}: Directory.Build.props makes internals visible to the room's own tests");
        }
    }

    [Test]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.Absolute("VWorkspace.sln")).Replace('\\', '/');
        IEnumerable<string> missing = Repository.Rooms.Concat(Repository.Tests).Select(project => project.Path).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.That(missing, Is.Empty, "dotnet sln VWorkspace.sln add <project>, or `dotnet test` leaves it out");
    }

    [Test]
    public void Nothing_is_left_for_later_and_no_path_of_a_machine_is_written_down()
    {
        var found = new List<string>();
        foreach (string pattern in new[] { "*.cs", "*.csproj", "*.props", "*.md", "*.yaml", "*.yml", "*.json", "*.txt", "run" })
        {
            foreach (string path in Repository.Files("", pattern))
            {
                if (path.EndsWith($"{nameof(RepositoryTests)}.cs", StringComparison.Ordinal)) continue;
                int line = 0;
                foreach (string text in File.ReadLines(Repository.Absolute(path)))
                {
                    line++;
                    if (MachinePath().IsMatch(text) || LeftForLater().IsMatch(text)) found.Add($"{path}:{line}: {text.Trim()}");
                }
            }
        }
        Assert.That(found, Is.Empty);
    }

    [GeneratedRegex(@"^\s*namespace\s+[\w.]+\s*\{?\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex FileNamespace();

    // The webhook directory is a documented default of Go operators, not a path of somebody's machine.
    [GeneratedRegex(@"(?<![\w.~$}-])/(work|root|home/\w+)/|(?<![\w.~$}-])/tmp/(?!k8s-webhook-server)|[A-Z]:\\Users\\", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bNotImplementedException\b", RegexOptions.None, 10_000)]
    private static partial Regex LeftForLater();
}
