using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;
using VWorkspace.Kubernetes.InMemory.Schemas;
using VWorkspace.Kubernetes.InMemory.Tests.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Cel;

public sealed class CelRuleTests
{
    private static readonly StructuralSchema s_lock = RecordedSchemas.Parse(RecordedSchemas.Lock);

    [TestCase("create", null, """{"size":1,"ref":"r","max":5}""", "")]
    [TestCase("too_big", """{"size":1,"ref":"r","max":5}""", """{"size":6,"ref":"r","max":5}""", "spec: Invalid value: size must not exceed max")]
    [TestCase("ref_change", """{"size":1,"ref":"r","max":5}""", """{"size":1,"ref":"s","max":5}""", "spec: Invalid value: ref is immutable")]
    [TestCase("ref_removed", """{"size":1,"ref":"r","max":5}""", """{"size":1,"max":5}""", "spec: Invalid value: ref is immutable")]
    [TestCase("ok", """{"size":1,"ref":"r","max":5}""", """{"size":5,"ref":"r","max":5}""", "")]
    [TestCase("invalid schema stops the rules", null, """{"size":"x"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"|<nil>: Invalid value: \"null\": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation")]
    public void A_recorded_rule_is_judged_as_the_real_server_does(string step, string? old, string now, string expected)
    {
        var errors = SchemaValidator.Validate(s_lock, Spec(now), old is null ? null : Spec(old));
        Assert.That(string.Join('|', errors.Select(e => e.Message)), Is.EqualTo(expected), step);
        Assert.That(errors.Where(e => e.Field == "spec").Select(e => e.Reason), Is.All.EqualTo("FieldValueInvalid"));
    }

    [TestCase("""{"rule":"self.a == 'x'"}""", null, "spec: Invalid value: failed rule: self.a == 'x'")]
    [TestCase("""{"rule":"self.a == 'x'","message":" must be x "}""", null, "spec: Invalid value: must be x")]
    [TestCase("""{"rule":"self.a == 'x'","messageExpression":"'was ' + self.a"}""", null, "spec: Invalid value: was y")]
    [TestCase("""{"rule":"self.a == 'x'","message":"fallback","messageExpression":"self.b"}""", null, "spec: Invalid value: fallback")]
    [TestCase("""{"rule":"self.a == 'x'","message":"no","reason":"FieldValueForbidden","fieldPath":".a"}""", null, "spec.a: Forbidden: no")]
    [TestCase("""{"rule":"self.a == 'x'","message":"no","reason":"FieldValueRequired"}""", null, "spec: Required value: no")]
    [TestCase("""{"rule":"self.b == 'x'"}""", null, "spec: Invalid value: no such key: b evaluating rule: self.b == 'x'")]
    [TestCase("""{"rule":"self.port.startsWith('a')","message":"port"}""", null, "spec: Invalid value: 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: port")]
    [TestCase("""{"rule":"self.a == oldSelf.a","message":"fixed"}""", null, "")]
    [TestCase("""{"rule":"self.a == oldSelf.a","message":"fixed"}""", """{"a":"z","port":1}""", "spec: Invalid value: fixed")]
    [TestCase("""{"rule":"oldSelf.hasValue() ? self.a == oldSelf.value().a : false","message":"created","optionalOldSelf":true}""", null, "spec: Invalid value: created")]
    [TestCase("""{"rule":"!oldSelf.hasValue() || oldSelf.?a.orValue('') == self.a","message":"changed","optionalOldSelf":true}""", """{"a":"z","port":1}""", "spec: Invalid value: changed")]
    [TestCase("""{"rule":"self.a == 'x'","message":"unchanged is tolerated"}""", """{"a":"y","port":1}""", "")]
    [TestCase("""{"rule":"self.a == 'x'","message":"the parent changed"}""", """{"a":"y","port":2}""", "spec: Invalid value: the parent changed")]
    public void A_rule_reports_its_failure(string rule, string? old, string expected)
    {
        var schema = RecordedSchemas.Parse($$$$"""{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"port":{"x-kubernetes-int-or-string":true}},"x-kubernetes-validations":[{{{{rule}}}}]}}}""");
        var errors = SchemaValidator.Validate(schema, Spec("""{"a":"y","port":1}"""), old is null ? null : Spec(old));
        Assert.That(string.Join('|', errors.Select(e => e.Message)), Is.EqualTo(expected));
    }

    [Test]
    public void A_transition_rule_in_a_map_list_compares_items_with_the_same_key()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf","message":"must not shrink"}]}}}}}}""");
        var old = (JsonObject)JsonNode.Parse("""{"l":[{"k":"a","v":5},{"k":"b","v":5}]}""")!;
        var now = (JsonObject)JsonNode.Parse("""{"l":[{"k":"new","v":1},{"k":"b","v":4},{"k":"a","v":6}]}""")!;
        Assert.That(SchemaValidator.Validate(schema, now, old).Select(e => e.Message), Is.EqualTo(new[] { "l[1].v: Invalid value: 4: must not shrink" }));
    }

    [Test]
    public void Rules_of_map_values_name_the_key()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"string","x-kubernetes-validations":[{"rule":"self.size() > 0","message":"empty"}]}}}}""");
        var errors = SchemaValidator.Validate(schema, (JsonObject)JsonNode.Parse("""{"m":{"a":"x","b":""}}""")!, null);
        Assert.That(errors.Select(e => e.Message), Is.EqualTo(new[] { "m[b]: Invalid value: \"\": empty" }));
    }

    [Test]
    public void Rules_that_cost_too_much_end_the_validation()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self.all(a, self.all(b, self.all(c, a + b + c >= 0)))","message":"slow"},{"rule":"false","message":"never reached"}]}}}""");
        var obj = new JsonObject { ["l"] = new JsonArray(Enumerable.Range(0, 200).Select(i => (JsonNode)i).ToArray()) };
        Assert.That(SchemaValidator.Validate(schema, obj, null).Select(e => e.Message), Is.EqualTo(new[] { "l: Invalid value: 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: slow" }));
    }

    [TestCase("""{"rule":" "}""", "x-kubernetes-validations[0].rule: Required value: rule is not specified")]
    [TestCase("""{"rule":"true","message":" "}""", "x-kubernetes-validations[0].message: Invalid value: \" \": message must be non-empty if specified")]
    [TestCase("""{"rule":"true ||\ntrue"}""", "x-kubernetes-validations[0].message: Required value: message must be specified if rule contains line breaks")]
    [TestCase("""{"rule":"true","reason":"Whim"}""", "x-kubernetes-validations[0].reason: Unsupported value: \"Whim\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [TestCase("""{"rule":"true","fieldPath":".nope"}""", "x-kubernetes-validations[0].fieldPath: Invalid value: \".nope\": fieldPath must be a valid path: does not refer to a valid field")]
    [TestCase("""{"rule":"self.nope == 1"}""", "x-kubernetes-validations[0].rule: Invalid value: {\"Rule\":\"self.nope == 1\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^")]
    [TestCase("""{"rule":"self.a"}""", "x-kubernetes-validations[0].rule: Invalid value: {\"Rule\":\"self.a\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: cel expression must evaluate to a bool")]
    [TestCase("""{"rule":"true","messageExpression":"1"}""", "x-kubernetes-validations[0].messageExpression: Invalid value: {\"Rule\":\"true\",\"Message\":\"\",\"MessageExpression\":\"1\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: messageExpression must evaluate to a string")]
    [TestCase("""{"rule":"true","optionalOldSelf":true}""", "x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule")]
    public void A_CRD_with_a_broken_rule_is_refused(string rule, string expected)
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", $$$$"""{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}},"x-kubernetes-validations":[{{{{rule}}}}]}}}""");
        Assert.That(CrdValidation.Validate(crd, null).Select(e => e.Message), Is.EqualTo(new[] { $"spec.validation.openAPIV3Schema.properties[spec].{expected}" }));
    }

    [Test]
    public void A_transition_rule_in_a_list_without_keys_is_refused()
    {
        var crd = RecordedSchemas.Crd("demo.example.com", "bars", "Bar", """{"type":"object","properties":{"l":{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}""");
        Assert.That(CrdValidation.Validate(crd, null).Select(e => e.Message), Is.EqualTo(new[] { "spec.validation.openAPIV3Schema.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[l]" }));
    }

    [TestCaseSource(typeof(UpstreamCrds), nameof(UpstreamCrds.Names))]
    public void Every_rule_of_an_upstream_CRD_compiles_and_evaluates(string name)
    {
        foreach (var schema in UpstreamCrds.SchemasOf(UpstreamCrds.Read(name)))
        {
            var sample = (JsonObject)SchemaSamples.Make(schema, depth: 0)!;
            Assert.That(AllRules(CelRuleSet.For(schema)).Select(r => r.Error), Is.All.Null);
            var errors = CelValidator.Validate(schema, sample, (JsonObject)sample.DeepClone()).Concat(CelValidator.Validate(schema, sample, null));
            Assert.That(errors.Select(e => e.Message).Where(m => m.Contains("evaluating rule", StringComparison.Ordinal) || m.Contains("did not match", StringComparison.Ordinal) || m.Contains("cost", StringComparison.Ordinal)), Is.Empty);
        }
    }

    private static IEnumerable<CelRule> AllRules(CelRuleSet? rules)
    {
        if (rules is null) return [];
        return rules.Rules.Concat(AllRules(rules.Items)).Concat(AllRules(rules.AdditionalProperties)).Concat(rules.Properties.SelectMany(p => AllRules(p.Value)));
    }

    private static JsonObject Spec(string spec) => new() { ["spec"] = JsonNode.Parse(spec) };
}
