using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Apps.Validation;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Docs;

/// <summary>What the handbook shows can be applied, and what it lists is what the code knows.</summary>
public sealed partial class DocumentationTests
{
    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, "docs", page));

    [Test]
    public async Task Every_example_of_the_reference_is_admitted()
    {
        await using World world = await World.StartAsync();
        await world.ApplyAsync("{apiVersion: v1, kind: Namespace, metadata: {name: vworkspace-system}}");
        int applied = 0;
        foreach (string page in new[] { "api/application-instance.md", "api/operation.md", "api/cluster.md" })
        {
            foreach (Match example in Example().Matches(Read(page)))
            {
                string yaml = example.Groups["yaml"].Value;
                await world.ApplyAsync(yaml);
                applied++;
                JsonObject json = KubernetesYaml.ParseObject(yaml);
                if ((string?)json["kind"] == "ApplicationInstance") Assert.That(SpecRules.Check(Samples.Instance(yaml), new(), null), Is.Empty, yaml);
            }
        }

        Assert.That(applied, Is.GreaterThanOrEqualTo(6));
    }

    [Test]
    public void Every_reason_is_documented()
    {
        string page = Read("api/conditions.md");
        IEnumerable<string> reasons = new[] { typeof(ApplicationReasons), typeof(OperationReasons), typeof(ClusterReasons) }
            .SelectMany(t => t.GetFields()).Select(f => (string)f.GetRawConstantValue()!);
        Assert.That(reasons.Where(r => !page.Contains($"`{r}`", StringComparison.Ordinal)), Is.Empty);
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Example();
}
