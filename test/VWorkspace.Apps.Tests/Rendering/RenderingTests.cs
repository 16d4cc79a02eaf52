using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Rendering;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Rendering;

public sealed class RenderingTests
{
    private static IEnumerable<string> Families() => InputFamilies.All.Keys;

    [TestCaseSource(nameof(Families))]
    public void Family_renders_as_approved(string family)
    {
        ChildPlan plan = InputFamilies.Plan(InputFamilies.Instance(family));
        Approvals.Verify(family, string.Join("---\n", plan.Steps.Select(s => KubernetesYaml.Write(s.Body))));
    }

    [TestCaseSource(nameof(Families))]
    public void Content_of_a_referenced_document_is_not_rendered(string family) =>
        Assert.That(string.Concat(InputFamilies.Plan(InputFamilies.Instance(family)).Steps.Select(s => s.Body!.ToJsonString())), Does.Not.Contain("canary"));

    [Test]
    public async Task Everything_rendered_is_admitted_by_the_real_schemas()
    {
        string helm = Repository.Shared("upstream-crds/helm-controller");
        string source = Repository.Shared("upstream-crds/source-controller");
        await using World world = await World.StartAsync(withFlux: false);
        await world.InstallFromAsync(helm, source);
        foreach (string family in InputFamilies.All.Keys)
        {
            ApplicationInstance instance = InputFamilies.Instance(family);
            // One release for each family, so that none is merged into another.
            instance = instance.WithSpec(s => s with { Release = s.Release! with { Name = family.Length > 40 ? family[..40] : family } });
            foreach (ChildStep step in InputFamilies.Plan(instance).Steps)
            {
                ApiResult<DynamicObject> answer = await world.Hands.PatchAsync(
                    new KubernetesResource<DynamicObject>(step.Resource.Kind, step.Resource.Plural, true, KubernetesJson.Default.DynamicObject),
                    step.Key, Patch.Apply(step.Body!), new() { FieldManager = FieldManagers.Operator, Force = true, FieldValidation = "Strict" }, default);
                Assert.That(answer.Error, Is.Null, $"{family}: {step.Resource.Kind.Kind}: {answer.Error}");
                Assert.That(CanonicalJson.Covers(Samples.Json(answer.Value.Json["spec"]!.ToJsonString()), step.Body!["spec"]), Is.True, $"{family}: pruned or changed by the server: {answer.Value.Json["spec"]!.ToJsonString()} instead of {step.Body["spec"]!.ToJsonString()}");
            }
        }
    }

    [TestCase("5m0s", 300)]
    [TestCase("10m0s", 600)]
    [TestCase("1h0m0s", 3600)]
    [TestCase("1h30m5s", 5405)]
    [TestCase("45s", 45)]
    public void Durations_are_written_as_flux_writes_them(string text, int seconds) => Assert.That(FluxDuration.Text(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    [Test]
    public void Names_over_the_limit_of_labels_are_hashed_in_labels_only()
    {
        string name = new('a', 80);
        JsonNode metadata = InputFamilies.Plan(InputFamilies.Instance("oci-inline", name)).Steps[1].Body!["metadata"]!;
        Assert.That(((string)metadata["labels"]![Labels.ApplicationInstance]!).Length, Is.LessThanOrEqualTo(63));
        Assert.That((string?)metadata["ownerReferences"]![0]!["name"], Is.EqualTo(name));
    }

    [Test]
    public void Label_of_the_instance_names_the_cluster_before_the_registration()
    {
        ApplicationInstance instance = InputFamilies.Instance("oci-inline");
        instance = instance with { Metadata = instance.Metadata with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ClusterId] = "from-label" } } };
        JsonNode labels = InputFamilies.Plan(instance, clusterId: null).Steps[1].Body!["metadata"]!["labels"]!;
        Assert.That((string?)labels[Labels.ClusterId], Is.EqualTo("from-label"));
        Assert.That(((JsonObject)InputFamilies.Plan(InputFamilies.Instance("oci-inline"), null).Steps[1].Body!["metadata"]!["labels"]!).ContainsKey(Labels.ClusterId), Is.False);
    }

    [Test]
    public void Hash_does_not_depend_on_the_order_of_members()
    {
        Assert.That(CanonicalJson.Hash(JsonNode.Parse("""{"a":1,"b":{"c":2,"d":[1,2]}}""")!), Is.EqualTo(CanonicalJson.Hash(JsonNode.Parse("""{"b":{"d":[1,2],"c":2},"a":1}""")!)));
        Assert.That(CanonicalJson.Hash(JsonNode.Parse("""{"a":[1,2]}""")!), Is.Not.EqualTo(CanonicalJson.Hash(JsonNode.Parse("""{"a":[2,1]}""")!)));
    }

    [TestCase("""{"a":1.50,"x":1}""", """{"a":1.5}""", true)]
    [TestCase("""{"a":"1"}""", """{"a":1}""", false)]
    [TestCase("""{"a":[1,2]}""", """{"a":[1]}""", false)]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1}}""", true)]
    [TestCase("""{}""", """{"a":null}""", true)]
    [TestCase("""{"a":true}""", """{"a":false}""", false)]
    public void Comparison_knows_what_a_server_may_add(string live, string rendered, bool covered) =>
        Assert.That(CanonicalJson.Covers(Samples.Json(live), JsonNode.Parse(rendered)), Is.EqualTo(covered));

    [Test]
    public void Explicit_values_win_and_the_overlap_is_told()
    {
        ApplicationInstance instance = InputFamilies.Instance("oci-inline-integrations-overlap");
        Assert.That(InputFamilies.Plan(instance).Warnings, Has.One.Contains("ingress.host"));
        Assert.That(InputFamilies.Plan(InputFamilies.Instance("oci-configmap-integrations")).Warnings, Has.One.Contains("ingress.host"), "also for a referenced document");
        Assert.That(FluxResources.Source("oci"), Is.EqualTo(FluxResources.OciRepositories));
    }
}
