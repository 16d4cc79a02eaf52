using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

public sealed class CrdValidationTests
{
    private const string Plain = """{"type":"object","properties":{"spec":{"type":"object","properties":{"x":{"type":"string"}}}}}""";

    [Test]
    public void The_recorded_schemas_are_accepted()
    {
        Assert.That(Errors(RecordedSchemas.Crd("demo.example.com", "widgets", "Widget", RecordedSchemas.Widget)), Is.Empty);
        Assert.That(Errors(RecordedSchemas.Crd("cel.example.com", "locks", "Lock", RecordedSchemas.Lock)), Is.Empty);
    }

    [Test]
    public void A_name_that_does_not_fit_is_refused_as_recorded()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "widgets", "Widget", RecordedSchemas.Widget);
        crd["metadata"]!["name"] = "wrong.demo.example.com";
        Assert.That(Errors(crd), Is.EqualTo(new[] { """metadata.name: Invalid value: "wrong.demo.example.com": must be spec.names.plural+"."+spec.group""" }));
    }

    [Test]
    public void A_missing_schema_is_refused_as_recorded()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "foos", "Foo", Plain);
        ((JsonObject)crd["spec"]!["versions"]![0]!).Remove("schema");
        Assert.That(Errors(crd), Is.EqualTo(new[] { "spec.versions[0].schema.openAPIV3Schema: Required value" }));
    }

    [Test]
    public void A_schema_that_is_not_structural_is_refused_as_recorded()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", """{"type":"object","properties":{"spec":{"properties":{"x":{"type":"string"}}}}}""");
        Assert.That(Errors(crd), Is.EqualTo(new[] { "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields" }));
    }

    [Test]
    public void A_fault_of_one_of_several_schemas_is_reported_at_its_version()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", Plain, """{"type":"object","properties":{"spec":{"type":"array"}}}""");
        Assert.That(Errors(crd), Is.EqualTo(new[] { "spec.versions[1].schema.openAPIV3Schema.properties[spec].items: Required value: must be specified" }));
    }

    private static IEnumerable<TestCaseData> SpecFaults()
    {
        yield return Case("group", s => s["group"] = "plain", """metadata.name: Invalid value: "bars.demo.example.com": must be spec.names.plural+"."+spec.group""", """spec.group: Invalid value: "plain": should be a domain with at least one dot""");
        yield return Case("scope", s => s["scope"] = "World", """spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced" """.TrimEnd());
        yield return Case("no scope", s => s.Remove("scope"), "spec.scope: Required value");
        yield return Case("kind", s => s["names"]!["kind"] = "Bär", """spec.names.kind: Invalid value: "Bär": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')""");
        yield return Case("list kind", s => s["names"]!["listKind"] = "Bar", """spec.names.listKind: Invalid value: "Bar": kind and listKind may not be the same""");
        yield return Case("version name", s => s["versions"]![0]!["name"] = "V1",
            """spec.versions[0].name: Invalid value: "V1": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')""",
            """spec.version: Invalid value: "V1": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')""");
        yield return Case("no storage version", s => s["versions"]![0]!["storage"] = false,
            """spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version""");
        yield return Case("column", s => s["versions"]![0]!["additionalPrinterColumns"] = JsonNode.Parse("""[{"name":"A","type":"text","jsonPath":".spec"},{"name":"","type":"date","jsonPath":""}]"""),
            """spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string""", "spec.additionalPrinterColumns[1].name: Required value", "spec.additionalPrinterColumns[1].JSONPath: Required value");
        yield return Case("conversion", s => s["conversion"] = JsonNode.Parse("""{"strategy":"Magic"}"""), """spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook" """.TrimEnd());
    }

    [TestCaseSource(nameof(SpecFaults))]
    public void A_fault_of_the_specification_is_named(Action<JsonObject> change, string[] expected)
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", Plain);
        change((JsonObject)crd["spec"]!);
        Assert.That(Errors(crd), Is.EqualTo(expected));
    }

    [TestCase("""{"type":"string"}""", "type: Invalid value: \"string\": must be object at the root")]
    [TestCase("""{"type":"object","additionalProperties":{"type":"string"}}""", "additionalProperties: Forbidden: must not be used at the root")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"text"}}}""", "properties[a].type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","$ref":"#/x"}}}""", "properties[a].$ref: Forbidden: $ref is not supported")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""", "properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", "properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","pattern":"["}}}""", "properties[a].pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: `[`")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","anyOf":[{"type":"string"}]}}}""", "properties[a].anyOf[0].type: Forbidden: must be empty to be structural")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", "properties[a].default: Invalid value: \"string\":  in body must be of type integer: \"string\"")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}}""", "properties[a].default: Invalid value: {\"b\":1}: must not have unknown fields")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-list-type":"set"}}}""", "properties[a].type: Invalid value: \"string\": must be array if x-kubernetes-list-type is specified")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}}""", "properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}}""", "properties[a].x-kubernetes-list-map-keys: Invalid value: [\"k\"]: entries must all be names of item properties")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true}}}""", "properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")]
    [TestCase("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""", "properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [TestCase("""{"type":"object","x-kubernetes-preserve-unknown-fields":true,"anyOf":[{"required":["a"]},{"properties":{"b":{"minimum":1}}}]}""", "properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[1].properties[b]")]
    public void A_fault_of_the_schema_is_named(string schema, string expected) =>
        Assert.That(Errors(RecordedSchemas.Crd("demo.example.com", "bars", "Bar", schema)), Is.EqualTo(new[] { $"spec.validation.openAPIV3Schema.{expected}" }));

    [Test]
    public void What_the_storage_depends_on_cannot_change()
    {
        var old = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", Plain);
        old["status"] = JsonNode.Parse("""{"conditions":[{"type":"Established","status":"True"}],"storedVersions":["v1"]}""");
        var crd = (JsonObject)old.DeepClone();
        Assert.That(CrdValidation.Validate(crd, old), Is.Empty);
        crd["spec"]!["scope"] = "Cluster";
        crd["spec"]!["names"]!["kind"] = "Baz";
        crd["spec"]!["versions"]![0]!["name"] = "v2";
        Assert.That(CrdValidation.Validate(crd, old).Select(e => e.Message), Is.EqualTo(new[]
        {
            """spec.scope: Invalid value: "Cluster": field is immutable""",
            """spec.names.kind: Invalid value: "Baz": field is immutable""",
            """status.storedVersions: Invalid value: ["v1"]: must have the storage version v2""",
            """status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions""",
        }));
    }

    [Test]
    public void Names_are_defaulted_before_they_are_judged()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", Plain);
        Assert.That((string?)crd["spec"]!["names"]!["singular"], Is.EqualTo("bar"));
        Assert.That((string?)crd["spec"]!["names"]!["listKind"], Is.EqualTo("BarList"));
        Assert.That((string?)crd["spec"]!["conversion"]!["strategy"], Is.EqualTo("None"));
    }

    [Test]
    public void With_a_status_subresource_the_root_holds_only_what_applies_to_all_of_the_object()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", """{"type":"object","nullable":false,"properties":{"spec":{"type":"object"}},"anyOf":[{"required":["spec"]}]}""");
        Assert.That(Errors(crd), Is.Empty);
        crd["spec"]!["versions"]![0]!["subresources"] = JsonNode.Parse("""{"status":{}}""");
        Assert.That(Errors(crd), Has.One.EndsWith("fields are allowed at the root of the schema if the status subresource is enabled"));
    }

    private static string[] Errors(JsonObject crd) => CrdValidation.Validate(crd, null).Select(e => e.Message).ToArray();

    private static TestCaseData Case(string name, Action<JsonObject> change, params string[] expected) => new TestCaseData(change, expected).SetArgDisplayNames(name);
}
