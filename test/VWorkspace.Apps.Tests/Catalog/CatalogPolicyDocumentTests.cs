using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Apps.Catalog;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Catalog;

/// <summary>The document of the policy: what it says, and how it tells what is wrong with it.</summary>
public sealed class CatalogPolicyDocumentTests
{
    private static readonly ChartVersionQuestion Wiki = new("org-blue", "wiki", "dokuwiki", "wiki", "1.2.5");

    private static IEnumerable<TestCaseData> Verdicts()
    {
        yield return Case("no entry", "entries: []", new());
        yield return Case("another entry", "entries: [{catalogId: shop, allowedVersions: 9.x}]", new());
        yield return Case("another chart", "entries: [{catalogId: dokuwiki, chart: shop, allowedVersions: 9.x}]", new());
        yield return Case("pattern", "entries: [{catalogId: 'doku*', allowedVersions: 9.x}]", new() { OutsideRange = "9.x" });
        yield return Case("pattern of pieces", "entries: [{catalogId: '*k*w*i', allowedVersions: 9.x}]", new() { OutsideRange = "9.x" });
        yield return Case("pattern that overlaps itself", "entries: [{catalogId: 'dokuwi*wiki', allowedVersions: 9.x}]", new());
        yield return Case("question mark is no pattern", "entries: [{catalogId: 'dokuwik?', allowedVersions: 9.x}]", new());
        yield return Case("inside", "entries: [{catalogId: dokuwiki, chart: wiki, allowedVersions: 1.x}]", new());
        yield return Case("forbidden", "entries: [{catalogId: dokuwiki, forbidden: [{versions: 1.2.4}, {versions: 1.2.5, note: loses uploads}]}]", new() { ForbiddenNote = "loses uploads" });
        yield return Case("forbidden without a note", "entries: [{catalogId: dokuwiki, forbidden: [{versions: 1.2.5}]}]", new() { ForbiddenNote = "" });
        yield return Case("deprecated", "entries: [{catalogId: dokuwiki, deprecated: [{versions: <1.3.0, note: old}]}]", new() { DeprecatedNote = "old" });
        yield return Case("two entries", "entries: [{catalogId: dokuwiki, allowedVersions: 1.x}, {catalogId: '*', allowedVersions: 2.x, deprecated: [{versions: 1.x}]}]", new() { OutsideRange = "2.x", DeprecatedNote = "" });
        yield return Case("approval missing", "entries: [{catalogId: dokuwiki, approvalRequired: true}]", new() { AwaitsApproval = true });
        yield return Case("approval of another", "entries: [{catalogId: dokuwiki, approvalRequired: true, approvals: [{namespace: org-red, name: wiki}]}]", new() { AwaitsApproval = true });
        yield return Case("approval of another version", "entries: [{catalogId: dokuwiki, approvalRequired: true, approvals: [{namespace: org-blue, name: wiki, versions: 1.2.4}]}]", new() { AwaitsApproval = true });
        yield return Case("approved", "entries: [{catalogId: dokuwiki, approvalRequired: true, approvals: [{namespace: org-blue, name: wiki, versions: 1.2.x}]}]", new());
        yield return Case("valid still", "{validUntil: '2026-06-02T09:00:01Z', entries: [{catalogId: dokuwiki}]}", new());
        yield return Case("expired but not concerned", "{validUntil: '2026-06-01T00:00:00Z', entries: [{catalogId: shop}]}", new());

        static TestCaseData Case(string name, string yaml, ChartVersionVerdict expected) => new TestCaseData(yaml, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Verdicts))]
    public void Policy_judges(string yaml, ChartVersionVerdict expected)
    {
        CatalogPolicyDocument? policy = CatalogPolicyReader.Read(WithVersion(yaml), out IReadOnlyList<string> faults);
        Assert.That(faults, Is.Empty);
        Assert.That(policy!.Judge(Wiki, Samples.Now), Is.EqualTo(expected));
    }

    [Test]
    public void Expired_policy_still_holds_and_says_so()
    {
        CatalogPolicyDocument policy = CatalogPolicyReader.Read(WithVersion("{validUntil: '2026-06-02T09:00:00Z', entries: [{catalogId: dokuwiki, allowedVersions: 2.x}]}"), out _)!;
        ChartVersionVerdict verdict = policy.Judge(Wiki, Samples.Now);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(verdict.OutsideRange, Is.EqualTo("2.x"));
            Assert.That(verdict.Unavailable, Does.Contain("2026-06-02T09:00:00Z").And.Contain("last content still holds"));
        }
    }

    [TestCase("entries: [", "document: is not YAML")]
    [TestCase("- 1", "document: has to be one mapping")]
    [TestCase("entries: []", "version: has to be 1")]
    [TestCase("{version: 2}", "version: has to be 1")]
    [TestCase("{version: 1, entires: []}", "entires: is not known here; known are version, validUntil, entries")]
    [TestCase("{version: 1, entries: {}}", "entries: has to be a list")]
    [TestCase("{version: 1, entries: [x]}", "entries[0]: has to be a mapping")]
    [TestCase("{version: 1, entries: [{chart: a}]}", "entries[0].catalogId: is missing")]
    [TestCase("{version: 1, entries: [{catalogId: ' '}]}", "entries[0].catalogId: must not be empty")]
    [TestCase("{version: 1, entries: [{catalogId: a, allowedVersions: 1.2}]}", "entries[0].allowedVersions: has to be text; put it in quotes")]
    [TestCase("{version: 1, entries: [{catalogId: a, allowedVersions: newest}]}", "entries[0].allowedVersions: 'newest' is not a version or a range of versions")]
    [TestCase("{version: 1, entries: [{catalogId: a, forbidden: [{note: b}]}]}", "entries[0].forbidden[0].versions: is missing")]
    [TestCase("{version: 1, entries: [{catalogId: a, approvalRequired: maybe}]}", "entries[0].approvalRequired: has to be true or false")]
    [TestCase("{version: 1, entries: [{catalogId: a, approvals: [{namespace: Org, name: b}]}]}", "entries[0].approvals[0].namespace: is not a name of an object")]
    [TestCase("{version: 1, validUntil: tomorrow}", "validUntil: 'tomorrow' is not a time such as 2026-12-31T00:00:00Z")]
    public void Fault_is_told_with_its_place(string yaml, string expected)
    {
        Assert.That(CatalogPolicyReader.Read(yaml, out IReadOnlyList<string> faults), Is.Null);
        Assert.That(faults, Has.Some.StartsWith(expected));
    }

    [Test]
    public void All_faults_are_told_at_once()
    {
        CatalogPolicyReader.Read("{version: 3, entries: [{catalogId: a, allowedVersions: b}, {chart: c}]}", out IReadOnlyList<string> faults);
        Assert.That(faults, Has.Count.EqualTo(3));
    }

    [Test]
    public void Example_of_the_handbook_is_a_policy()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api", "catalog-policy.md"));
        string example = Regex.Match(page, "```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["yaml"].Value;
        JsonObject map = KubernetesYaml.ParseObject(example);
        Assert.That((string?)map["metadata"]!["name"], Is.EqualTo(CatalogPolicy.ConfigMapName));
        CatalogPolicyDocument? policy = CatalogPolicyReader.Read((string)map["data"]![CatalogPolicy.Key]!, out IReadOnlyList<string> faults);
        Assert.That(faults, Is.Empty);
        Assert.That(policy!.Entries, Has.Count.EqualTo(2));
    }

    private static string WithVersion(string yaml) =>
        yaml.StartsWith('{') ? yaml.Insert(1, "version: 1, ") : "version: 1\n" + yaml;
}
