using System.Text.RegularExpressions;
using VWorkspace.Operator.CommandLine;

namespace VWorkspace.Operator.Tests.Docs;

/// <summary>What the handbook says about the executable is what the executable does.</summary>
public sealed partial class HandbookTests
{
    private const string Flags = "docs/operate/flags.md";
    private const string Begin = "<!-- flags:begin -->\n";
    private const string End = "<!-- flags:end -->";

    private static IEnumerable<string> Pages => ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", .. Directory.EnumerateFiles(RepositoryFiles.Path("docs"), "*.md", SearchOption.AllDirectories).Select(path => System.IO.Path.GetRelativePath(RepositoryFiles.Root, path))];

    [Test]
    public void The_table_of_flags_is_that_of_the_parser()
    {
        string page = RepositoryFiles.Text(Flags);
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(RepositoryFiles.Path(Flags), page = page[..from] + HelpText.MarkdownTable() + page[to..]);
        to = page.IndexOf(End, StringComparison.Ordinal);
        Assert.That(page[from..to], Is.EqualTo(HelpText.MarkdownTable()), "run: UPDATE_DOCS=1 dotnet test test/VWorkspace.Operator.Tests");
    }

    [Test]
    public void Flags_in_prose_commands_and_manifests_exist()
    {
        string[] known = [.. FlagTable.Flags.Select(flag => flag.Name)];
        var unknown = new List<string>();
        foreach (string page in new[] { "docs/operate/README.md", "docs/install/README.md", "docs/security/README.md", "docs/connectivity/README.md", "deploy/manifests/40-deployment.yaml" })
        {
            foreach (Match match in FlagInText().Matches(RepositoryFiles.Text(page)))
                if (!known.Contains(match.Groups["name"].Value, StringComparer.Ordinal)) unknown.Add($"{page}: {match.Value}");
        }
        // Flags of dotnet, kubectl and the two that only print.
        Assert.That(unknown, Has.All.Match("--(project|replicas|all|all-namespaces|version|help|patch-file|ignore-not-found)$"));
    }

    [TestCaseSource(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        string folder = System.IO.Path.GetDirectoryName(RepositoryFiles.Path(page))!;
        IEnumerable<string> broken = Link().Matches(RepositoryFiles.Text(page)).Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !System.IO.Path.Exists(System.IO.Path.Combine(folder, target)));
        Assert.That(broken, Is.Empty);
    }

    [TestCaseSource(nameof(Pages))]
    public void Projects_and_folders_in_commands_exist(string page)
    {
        IEnumerable<string> missing = ProjectInCommand().Matches(RepositoryFiles.Text(page)).Select(match => match.Groups["path"].Value)
            .Where(path => !path.EndsWith("VWorkspace.X", StringComparison.Ordinal) && !path.EndsWith("VWorkspace.X.Tests", StringComparison.Ordinal))
            .Where(path => !System.IO.Path.Exists(RepositoryFiles.Path(path)));
        Assert.That(missing, Is.Empty);
    }

    [GeneratedRegex(@"(?<![\w-])--(?<name>[a-z][a-z0-9-]+[a-z0-9])", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex FlagInText();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<path>(src|test|deploy|crds)/[\w./-]*[\w])", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ProjectInCommand();
}
