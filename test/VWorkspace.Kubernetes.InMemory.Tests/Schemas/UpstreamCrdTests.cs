using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

public sealed class UpstreamCrdTests
{
    [TestCaseSource(typeof(UpstreamCrds), nameof(UpstreamCrds.Names))]
    public void An_upstream_CRD_is_accepted(string name) =>
        Assert.That(CrdValidation.Validate(UpstreamCrds.Read(name), null).Select(e => e.Message), Is.Empty);

    [TestCaseSource(typeof(UpstreamCrds), nameof(UpstreamCrds.Names))]
    public void A_sample_of_an_upstream_schema_passes_prune_and_default(string name)
    {
        var crd = UpstreamCrds.Read(name);
        foreach (var schema in UpstreamCrds.SchemasOf(crd))
        {
            var sample = (JsonObject)SchemaSamples.Make(schema, depth: 0)!;
            Assert.That(SchemaPruner.Prune(schema, sample), Is.Empty);
            SchemaDefaulter.Default(schema, sample);
            var once = sample.ToJsonString();
            SchemaDefaulter.Default(schema, sample);
            Assert.That(sample.ToJsonString(), Is.EqualTo(once));
            var errors = SchemaValidator.Validate(schema, sample, (JsonObject)sample.DeepClone());
            Assert.That(errors.Where(e => e.Reason == "FieldValueTypeInvalid").Select(e => e.Message), Is.Empty);
        }
    }
}
