using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Apps.Validation;

namespace VWorkspace.Apps.Tests.Validation;

/// <summary>Rules A1 to A19 that need no old object.</summary>
public sealed class SpecRulesTests
{
    private static TestCaseData Case(string name, string yaml, params string[] expected) => new TestCaseData(yaml, expected).SetArgDisplayNames(name);

    private static string Managed(string overrides) => $"""
        metadata: {"{"}name: wiki, namespace: org-blue{"}"}
        spec:
        {overrides}
        """;

    private const string Good = """
          appRef: {catalogId: dokuwiki}
          release: {name: wiki, namespace: org-blue}
          values: {source: inline, inline: {}}
        """;

    private static string Chart(string chart) => Managed(Good + "\n  chart: " + chart);

    private static string Values(string values) => Managed($$"""
          appRef: {catalogId: dokuwiki}
          release: {name: wiki, namespace: org-blue}
          chart: {sourceType: oci, url: oci://r.example/c, name: wiki, version: 1.0.0}
          values: {{values}}
        """);

    private static IEnumerable<TestCaseData> Cases()
    {
        const string Oci = "{sourceType: oci, url: oci://r.example/c, name: wiki, version: 1.0.0}";
        yield return Case("valid", Chart(Oci));
        yield return Case("A1 blank catalog id", Chart(Oci).Replace("dokuwiki", "\"  \"", StringComparison.Ordinal), "FieldRequired: spec.appRef.catalogId");
        yield return Case("A2 no chart", Managed(Good), "FieldRequired: spec.chart:");
        yield return Case("A2 blank parts", Chart("{sourceType: oci, url: \" \", name: \"\", version: \"\"}"), "FieldRequired: spec.chart.url", "FieldRequired: spec.chart.name", "FieldRequired: spec.chart.version");
        yield return Case("A3 source type", Chart("{sourceType: git, url: \"https://x.example\", name: w, version: 1.0.0}"), "FieldInvalid: spec.chart.sourceType: must be oci or helm");
        yield return Case("A4 oci with https", Chart("{sourceType: oci, url: \"https://x.example\", name: w, version: 1.0.0}"), "FieldInvalid: spec.chart.url: must begin with oci://");
        yield return Case("A4 helm with http", Chart("{sourceType: helm, url: \"http://x.example\", name: w, version: 1.0.0}"), "FieldInvalid: spec.chart.url: must begin with https://");
        yield return Case("A4 user name", Chart("{sourceType: helm, url: \"https://u:p@x.example\", name: w, version: 1.0.0}"), "FieldInvalid: spec.chart.url: must not contain a user name");
        yield return Case("A9 no release", Chart(Oci).Replace("release: {name: wiki, namespace: org-blue}", "mode: managed", StringComparison.Ordinal), "FieldRequired: spec.release:");
        yield return Case("A9 blank release", Chart(Oci).Replace("release: {name: wiki, namespace: org-blue}", "release: {name: \"\", namespace: \"\"}", StringComparison.Ordinal),
            "FieldRequired: spec.release.name", "FieldRequired: spec.release.namespace");
        yield return Case("A10 other namespace", Chart(Oci).Replace("release: {name: wiki, namespace: org-blue}", "release: {name: wiki, namespace: org-red}", StringComparison.Ordinal),
            "FieldInvalid: spec.release.namespace: spec.release.namespace must match");
        yield return Case("release name of 54 characters", Chart(Oci).Replace("release: {name: wiki,", $"release: {{name: {new string('a', 54)},", StringComparison.Ordinal), "FieldInvalid: spec.release.name");
        yield return Case("A11 no values", Chart(Oci).Replace("values: {source: inline, inline: {}}", "mode: managed", StringComparison.Ordinal), "FieldRequired: spec.values:");
        yield return Case("A11 unknown source", Values("{source: vault}"), "FieldInvalid: spec.values.source: must be inline, secretRef or configMapRef");
        yield return Case("A12 inline missing", Values("{source: inline}"), "FieldRequired: spec.values.inline");
        yield return Case("A12 secretRef missing", Values("{source: secretRef}"), "FieldRequired: spec.values.secretRef:");
        yield return Case("A12 empty key", Values("{source: configMapRef, configMapRef: {name: a, key: \"\"}}"), "FieldRequired: spec.values.configMapRef.key");
        yield return Case("A13 sibling", Values("{source: inline, inline: {}, secretRef: {name: a, key: b}}"), "FieldForbidden: spec.values.secretRef");
        yield return Case("A14 secret", Values("{source: inline, inline: {db: {users: [{password: canary}]}}}"), "InlineSecretMaterialRejected: spec.values.inline.db.users[0].password");
        yield return Case("A15 placeholder", "{metadata: {namespace: a}, spec: {mode: placeholder, appRef: {catalogId: c}, chart: {}, values: {source: inline}}}",
            "PlaceholderFieldForbidden: spec.chart", "PlaceholderFieldForbidden: spec.values");
        yield return Case("placeholder without anything", "{metadata: {namespace: a}, spec: {mode: placeholder, appRef: {catalogId: c}}}");
        yield return Case("A10 placeholder with a release elsewhere", "{metadata: {namespace: a}, spec: {mode: placeholder, appRef: {catalogId: c}, release: {name: x, namespace: b}}}", "FieldInvalid: spec.release.namespace");
        yield return Case("A18 ingress without host", Chart(Oci) + "\n  integrations: {ingress: {enabled: true}}", "FieldRequired: spec.integrations.ingress.host");
        yield return Case("A19 other cluster", Chart(Oci).Replace("namespace: org-blue}\nspec", "namespace: org-blue, labels: {app.vworkspace.io/cluster-id: c2}}\nspec", StringComparison.Ordinal), "ClusterIdMismatch");
        yield return Case("checks", Chart(Oci) + "\n  readinessChecks: [{name: a, type: http}, {name: a, type: tcp, host: h}, {name: b, type: exec}]",
            "FieldRequired: spec.readinessChecks[a].url", "FieldInvalid: spec.readinessChecks[a]: the name is used twice", "FieldRequired: spec.readinessChecks[a].port", "FieldInvalid: spec.readinessChecks[b].type");
    }

    [TestCaseSource(nameof(Cases))]
    public void Rule(string yaml, string[] expected)
    {
        IReadOnlyList<SpecViolation> found = SpecRules.Check(Samples.Instance(yaml), new(), "c1");
        string text = string.Join("\n", found);
        Assert.That(found, Has.Count.EqualTo(expected.Length), text);
        foreach (string start in expected) Assert.That(found.Select(v => v.ToString()), Has.Some.StartsWith(start), text);
        Assert.That(text, Does.Not.Contain("canary"));
    }

    [TestCase("1.2.3", true)]
    [TestCase("v1.2.3", true)]
    [TestCase("1.2.3-rc.1+build.5", true)]
    [TestCase("0.0.0", true)]
    [TestCase("latest", false)]
    [TestCase("1.2", false)]
    [TestCase("1.2.x", false)]
    [TestCase("^1.2.3", false)]
    [TestCase("~1.2.3", false)]
    [TestCase(">=1.2.3", false)]
    [TestCase("1.2.3 || 2.0.0", false)]
    [TestCase("1.2.*", false)]
    [TestCase("01.2.3", false)]
    [TestCase("1.2.3-01", false)]
    [TestCase("1.2.3-rc.01", false)]
    [TestCase("1.2.3-0", true)]
    [TestCase("1.2.3-01a", true)]
    [TestCase("1.2.3+01", true)]
    [TestCase("1.2.3\n", false)]
    public void Version(string version, bool concrete) => Assert.That(ChartRules.IsConcreteVersion(version), Is.EqualTo(concrete));

    [TestCase("oci://registry.example.com/charts", true)]
    [TestCase("oci://REGISTRY.example.com/charts/", true)]
    [TestCase("oci://registry.example.com/charts/sub", true)]
    [TestCase("oci://registry.example.com/chartsother", false)]
    [TestCase("oci://registry.example.com", false)]
    [TestCase("oci://registry.example.com.evil.example/charts", false)]
    [TestCase("oci://registry.example.com/charts/../private", false)]
    [TestCase("https://registry.example.com/charts", false)]
    public void Allow_list_matches_on_path_segments(string url, bool allowed) =>
        Assert.That(ChartRules.IsAllowed(url, ["oci://registry.example.com/charts"]), Is.EqualTo(allowed));

    [Test]
    public void Empty_allow_list_allows_everything() => Assert.That(ChartRules.IsAllowed("oci://anywhere.example/x", []), Is.True);
}
