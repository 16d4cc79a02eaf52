using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Admission;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Admission;

/// <summary>The rules that need the old object, the namespace or the catalog; the others are in the tests of the spec rules.</summary>
public sealed class InstanceAdmissionTests
{
    private static readonly Dictionary<string, string> Gated = new(StringComparer.Ordinal) { [Labels.ManagedBy] = "vworkspace" };
    private static readonly ApplicationInstance Wiki = Samples.Instance();

    private static AdmissionFindings Create(ApplicationInstance instance, AppsOptions? options = null, IChartVersionPolicy? policy = null, Dictionary<string, string>? labels = null) =>
        InstanceAdmission.Review(new() { Instance = instance, ClusterId = "c1", NamespaceLabels = labels ?? Gated }, options ?? new(), policy ?? NoChartVersionPolicy.Instance);

    private static AdmissionFindings Update(ApplicationInstance old, ApplicationInstance instance, bool specUnchanged = false, AppsOptions? options = null, IChartVersionPolicy? policy = null, Dictionary<string, string>? labels = null) =>
        InstanceAdmission.Review(
            new() { Instance = instance, Old = old, SpecUnchanged = specUnchanged, ClusterId = "c1", NamespaceLabels = labels ?? Gated }, options ?? new(), policy ?? NoChartVersionPolicy.Instance);

    private static string[] Codes(AdmissionFindings findings) => [.. findings.Violations.Select(v => $"{v.Code}: {v.Field}")];

    [Test]
    public void Good_instance_is_admitted_in_silence()
    {
        Assert.That(Codes(Create(Wiki)), Is.Empty);
        Assert.That(Create(Wiki).Warnings, Is.Empty);
    }

    [Test]
    public void All_violations_come_in_one_answer()
    {
        ApplicationInstance bad = Wiki.WithSpec(s => s with { AppRef = null, Chart = s.Chart! with { Version = "latest", Url = "ftp://x" }, Values = new() { Source = "vault" } });
        Assert.That(Codes(Create(bad)), Is.EqualTo(new[]
        {
            "FieldRequired: spec.appRef.catalogId", "FieldInvalid: spec.chart.url", "FieldInvalid: spec.chart.version", "FieldInvalid: spec.values.source",
        }));
    }

    [Test]
    public void A5_allow_list() => Assert.That(Codes(Create(Wiki, new() { AllowedChartUrls = ["oci://other.example"] })), Is.EqualTo(new[] { "ChartSourceNotAllowed: spec.chart.url" }));

    [TestCase("forbidden", "ChartVersionForbidden: spec.chart.version")]
    [TestCase("range", "ChartVersionOutsideAllowedRange: spec.chart.version")]
    [TestCase("deprecated", null)]
    public void A7_A8_version_policy_runs_when_the_chart_changes(string verdict, string? code)
    {
        var policy = new FixedPolicy(verdict switch
        {
            "forbidden" => new() { ForbiddenNote = "CVE-1" },
            "range" => new() { OutsideRange = ">=2.0.0" },
            _ => new() { DeprecatedNote = "use 2" },
        });
        Assert.That(Codes(Create(Wiki, policy: policy)), Is.EqualTo(code is null ? Array.Empty<string>() : [code]));
        Assert.That(Codes(Update(Wiki, Wiki.WithSpec(s => s with { Integrations = new() }), policy: policy)), Is.Empty, "the chart is the old one");
        if (verdict == "deprecated") Assert.That(Create(Wiki, policy: policy).Warnings, Has.One.Contains("use 2"));
        if (verdict == "forbidden")
        {
            AdmissionFindings overridden = Create(Wiki.Annotated(Annotations.OverrideForbidden, "true"), policy: policy);
            Assert.That(overridden.Violations, Is.Empty);
            Assert.That(overridden.Warnings, Has.One.Contains("override"));
        }
    }

    [Test]
    public void A16_managed_never_becomes_a_placeholder_while_it_may_own_a_release()
    {
        ApplicationInstance placeholder = Wiki.WithSpec(s => new() { Mode = "placeholder", AppRef = s.AppRef, Release = s.Release });
        Assert.That(Codes(Update(Wiki, placeholder)), Is.EqualTo(new[] { "ModeTransitionForbidden: spec.mode" }));
        ApplicationInstance bare = Wiki.WithSpec(s => new() { AppRef = s.AppRef });
        ApplicationInstance owning = bare with { Status = new() { HelmReleaseRef = new() { Name = "wiki" } } };
        ApplicationInstance barePlaceholder = bare.WithSpec(s => s with { Mode = "placeholder" });
        Assert.That(Codes(Update(bare, barePlaceholder)), Is.Empty);
        Assert.That(Codes(Update(owning, barePlaceholder)), Is.EqualTo(new[] { "ModeTransitionForbidden: spec.mode" }));
        Assert.That(Codes(Update(barePlaceholder, Wiki)), Is.Empty, "a placeholder may become managed");
    }

    [Test]
    public void A17_release_is_immutable()
    {
        ApplicationInstance renamed = Wiki.WithSpec(s => s with { Release = s.Release! with { Name = "other" } });
        Assert.That(Codes(Update(Wiki, renamed)), Is.EqualTo(new[] { "FieldImmutable: spec.release.name" }));
    }

    [Test]
    public void A20_gate_by_mode()
    {
        Dictionary<string, string> none = new(StringComparer.Ordinal);
        Assert.That(Codes(Create(Wiki, new() { NamespaceGate = NamespaceGate.Enforce }, labels: none)), Is.EqualTo(new[] { "NamespaceNotGated: metadata.namespace" }));
        Assert.That(Create(Wiki, labels: none).Warnings, Has.One.Contains("app.vworkspace.io/managed-by=vworkspace"));
        Assert.That(Create(Wiki, new() { NamespaceGate = NamespaceGate.Off }, labels: none).Warnings, Is.Empty);
        Assert.That(Create(Wiki, labels: new(StringComparer.Ordinal) { ["managed-by"] = "vworkspace" }).Warnings, Is.Empty, "the alias counts");
        AdmissionFindings labelsOnly = Update(Wiki, Wiki, specUnchanged: true, options: new() { NamespaceGate = NamespaceGate.Enforce }, labels: none);
        Assert.That(labelsOnly.Violations, Is.Empty);
        Assert.That(labelsOnly.Warnings, Has.One.Contains("NamespaceNotGated"));
    }

    [Test]
    public void Finalizers_can_always_be_removed()
    {
        ApplicationInstance broken = Wiki.WithSpec(s => s with { Chart = null }) with { Metadata = Wiki.Metadata with { DeletionTimestamp = Samples.Now, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ClusterId] = "c2" } } };
        Assert.That(Codes(Update(broken, broken, specUnchanged: true, options: new() { NamespaceGate = NamespaceGate.Enforce }, labels: [])), Is.Empty);
    }

    [Test]
    public void Unchanged_spec_checks_the_cluster_only()
    {
        ApplicationInstance broken = Wiki.WithSpec(s => s with { Chart = null });
        Assert.That(Codes(Update(broken, broken, specUnchanged: true)), Is.Empty);
        ApplicationInstance elsewhere = broken with { Metadata = broken.Metadata with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ClusterId] = "c2" } } };
        Assert.That(Codes(Update(broken, elsewhere, specUnchanged: true)), Is.EqualTo(new[] { $"ClusterIdMismatch: metadata.labels[{Labels.ClusterId}]" }));
    }

    [TestCase("ops.vworkspace.io/backup", "velero", 0)]
    [TestCase("ops.vworkspace.io/backup", "restic", 1)]
    [TestCase("ops.vworkspace.io/quiesce", "exec", 0)]
    [TestCase("ops.vworkspace.io/quiesce", "maybe", 1)]
    public void Unknown_engines_are_a_warning(string key, string value, int warnings)
    {
        AdmissionFindings findings = Create(Wiki.Annotated(key, value));
        Assert.That(findings.Violations, Is.Empty);
        Assert.That(findings.Warnings, Has.Count.EqualTo(warnings));
    }

    [Test]
    public void Overlap_is_a_warning()
    {
        ApplicationInstance overlap = Wiki.WithSpec(s => s with
        {
            Values = new() { Source = "inline", Inline = RawJson.Of(Samples.Json("""{"ingress":{"host":"a"}}""")) },
            Integrations = new() { Ingress = new() { Enabled = true, Host = "wiki.example.com" } },
        });
        Assert.That(Create(overlap).Warnings, Has.One.Contains("ingress.host"));
    }

    [TestCase("""{"spec":{"integrations":{"ingress":{"host":"a"},"certManager":{"enabled":true}}}}""", """{"spec":{"integrations":{"ingress":{"host":"a","enabled":false},"certManager":{"enabled":true}},"mode":"managed"}}""")]
    [TestCase("""{"spec":{"mode":""}}""", """{"spec":{"mode":"managed"}}""")]
    [TestCase("""{"spec":{"mode":"placeholder"}}""", """{"spec":{"mode":"placeholder"}}""")]
    [TestCase("""{}""", """{}""")]
    public void Defaults(string before, string after)
    {
        var instance = (JsonObject)JsonNode.Parse(before)!;
        InstanceDefaults.Apply(instance);
        Assert.That(JsonNode.DeepEquals(instance, JsonNode.Parse(after)), Is.True, instance.ToJsonString());
    }

    private sealed class FixedPolicy(ChartVersionVerdict verdict) : IChartVersionPolicy
    {
        public ChartVersionVerdict Judge(ChartVersionQuestion question) => verdict;
    }
}
