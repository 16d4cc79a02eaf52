using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

public sealed class SchemaValidatorTests
{
    private static readonly StructuralSchema s_widget = RecordedSchemas.Parse(RecordedSchemas.Widget);

    private static IEnumerable<TestCaseData> Recorded()
    {
        yield return Case("missing_required", """{"spec":{}}""", "spec.size: Required value");
        yield return Case("many_errors", """{"spec":{"size":1000,"color":"pink","name":"X","steps":["a","b","c","d"]}}""",
            """spec.color: Unsupported value: "pink": supported values: "red", "green", "blue" """.TrimEnd(),
            """spec.name: Invalid value: "X": spec.name in body should be at least 2 chars long""",
            "spec.size: Invalid value: 1000: spec.size in body should be less than or equal to 100",
            "spec.steps: Too many: 4: must have at most 3 items");
        yield return Case("wrong_types", """{"spec":{"size":"three","nested":"no","tags":{"a":1}}}""",
            """spec.nested: Invalid value: "string": spec.nested in body must be of type object: "string" """.TrimEnd(),
            """spec.size: Invalid value: "string": spec.size in body must be of type integer: "string" """.TrimEnd(),
            """spec.tags: Invalid value: "object": spec.tags in body must be of type array: "object" """.TrimEnd());
        yield return Case("float_for_int", """{"spec":{"size":3.5}}""",
            """spec.size: Invalid value: "number": spec.size in body must be of type integer: "number" """.TrimEnd(),
            """<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.size""");
        yield return Case("whole_float_for_int", """{"spec":{"size":3.0}}""");
        yield return Case("int_or_string", """{"spec":{"size":3,"port":"http"}}""");
        yield return Case("int_or_string_bad", """{"spec":{"size":3,"port":true}}""",
            """spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean" """.TrimEnd(),
            """<nil>: Invalid value: "": "spec.port" must validate at least one schema (anyOf)""",
            """spec.port: Invalid value: "boolean": spec.port in body must be of type integer: "boolean" """.TrimEnd());
        yield return Case("set_duplicate", """{"spec":{"size":3,"tags":["a","a"]}}""", """spec.tags[1]: Duplicate value: "a" """.TrimEnd());
        yield return Case("bad_date", """{"spec":{"size":3,"when":"yesterday"}}""",
            """spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday" """.TrimEnd());
        yield return Case("null_nullable", """{"spec":{"size":3,"maybe":null}}""");
        yield return Case("bad_map_value", """{"spec":{"size":3,"labels":{"a":1}}}""",
            """spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer" """.TrimEnd());
        yield return Case("status_invalid", """{"spec":{"size":3},"status":{"conditions":[{"type":"Ready","status":"Maybe"}]}}""",
            """status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown" """.TrimEnd());
        yield return Case("status_dup_map_key", """{"spec":{"size":3},"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Ready","status":"False"}]}}""",
            """status.conditions[1]: Duplicate value: {"type":"Ready"}""");
        yield return Case("pattern", """{"spec":{"size":3,"name":"9x"}}""", """spec.name: Invalid value: "9x": spec.name in body should match '^[a-z][a-z0-9-]*$'""");
        yield return Case("pattern_line_break", """{"spec":{"size":3,"name":"ab\n"}}""", """spec.name: Invalid value: "ab\n": spec.name in body should match '^[a-z][a-z0-9-]*$'""");
        yield return Case("too_long", """{"spec":{"size":3,"name":"aaaaaaaaaaaaaaaaaaaaa"}}""", "spec.name: Too long: may not be more than 20 bytes");
        yield return Case("minimum", """{"spec":{"size":0}}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1");
        yield return Case("spec_is_list", """{"spec":[]}""", """spec: Invalid value: "array": spec in body must be of type object: "array" """.TrimEnd());
    }

    [TestCaseSource(nameof(Recorded))]
    public void An_object_is_judged_like_the_real_server_judges_it(string json, string[] expected) =>
        Assert.That(RecordedSchemas.Admit(s_widget, (JsonObject)JsonNode.Parse(json)!), Is.EqualTo(expected));

    [TestCase("""{"type":"object","properties":{"a":{"type":"integer","exclusiveMinimum":true,"minimum":2,"exclusiveMaximum":true,"maximum":4}}}""", """{"a":2}""", "a: Invalid value: 2: a in body should be greater than 2")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"number","maximum":1.5}}}""", """{"a":2}""", "a: Invalid value: 2: a in body should be less than or equal to 1")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"number","maximum":1.5}}}""", """{"a":1.75}""", "a: Invalid value: 1.75: a in body should be less than or equal to 1.5")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer","multipleOf":3}}}""", """{"a":7}""", "a: Invalid value: 7: a in body should be a multiple of 3")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"array","minItems":2,"items":{"type":"string"}}}}""", """{"a":["x"]}""", "a: Invalid value: 1: a in body should have at least 2 items")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","minProperties":1}}}""", """{"a":{}}""", "a: Invalid value: 0: a in body should have at least 1 properties")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","maxProperties":1,"additionalProperties":{"type":"string"}}}}""", """{"a":{"x":"","y":""}}""", "a: Too many: 2: must have at most 1 item")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer","enum":[1,2]}}}""", """{"a":3}""", "a: Unsupported value: 3: supported values: \"1\", \"2\"")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"a":null}""", "a: Invalid value: \"null\": a in body must be of type string: \"null\"")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"},"c":{"type":"string"}},"oneOf":[{"required":["b"]},{"required":["c"]}]}}}""", """{"a":{"b":"","c":""}}""", "<nil>: Invalid value: \"\": \"a\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"oneOf":[{"required":["b"]}]}}}""", """{"a":{}}""", "<nil>: Invalid value: \"\": \"a\" must validate one and only one schema (oneOf). Found none valid|a.b: Required value")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","not":{"enum":["x"]}}}}""", """{"a":"x"}""", "<nil>: Invalid value: \"\": \"a\" must not validate the schema (not)")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","allOf":[{"minLength":2},{"maxLength":5}]}}}""", """{"a":"x"}""", "a: Invalid value: \"x\": a in body should be at least 2 chars long|<nil>: Invalid value: \"\": \"a\" must validate all the schemas (allOf)")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""", """{"a":{"kind":"A_B"}}""", "a.apiVersion: Required value|a.kind: Invalid value: \"A_B\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")]
    public void A_single_rule_has_its_text(string schema, string json, string expected)
    {
        var errors = SchemaValidator.Validate(RecordedSchemas.Parse(schema), (JsonObject)JsonNode.Parse(json)!, null).Select(e => e.Message);
        Assert.That(string.Join('|', errors), Is.EqualTo(expected));
    }

    [Test]
    public void Causes_carry_the_reasons_of_the_real_server()
    {
        var obj = (JsonObject)JsonNode.Parse("""{"spec":{"color":"pink","name":"aaaaaaaaaaaaaaaaaaaaa","steps":["a","b","c","d"],"when":"x","tags":["a","a"],"size":0}}""")!;
        var reasons = SchemaValidator.Validate(s_widget, obj, null).ToDictionary(e => e.Field, e => e.Reason, StringComparer.Ordinal);
        Assert.That(reasons, Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["spec.color"] = "FieldValueNotSupported",
            ["spec.name"] = "FieldValueTooLong",
            ["spec.size"] = "FieldValueInvalid",
            ["spec.steps"] = "FieldValueTooMany",
            ["spec.when"] = "FieldValueTypeInvalid",
            ["spec.tags[1]"] = "FieldValueDuplicate",
        }));
    }

    [TestCase("unchanged invalid field", """{"spec":{"size":1000,"color":"red"}}""", """{"spec":{"size":1000,"color":"blue"}}""", "")]
    [TestCase("changed invalid field", """{"spec":{"size":1000}}""", """{"spec":{"size":1001}}""", "spec.size: Invalid value: 1001: spec.size in body should be less than or equal to 100")]
    [TestCase("map list items by key", """{"spec":{"size":1},"status":{"conditions":[{"type":"A","status":"x"}]}}""", """{"spec":{"size":1},"status":{"conditions":[{"type":"B","status":"True"},{"type":"A","status":"x"}]}}""", "")]
    [TestCase("sets are not correlated", """{"spec":{"size":1,"tags":["a",1]}}""", """{"spec":{"size":1,"tags":["a",1,"b"]}}""", "spec.tags[1]: Invalid value: \"integer\": spec.tags[1] in body must be of type string: \"integer\"")]
    [TestCase("duplicates that were there", """{"spec":{"size":1,"tags":["a","a"]}}""", """{"spec":{"size":1,"tags":["a","a","a"]}}""", "")]
    [TestCase("new duplicates", """{"spec":{"size":1,"tags":["a"]}}""", """{"spec":{"size":1,"tags":["a","a"]}}""", "spec.tags[1]: Duplicate value: \"a\"")]
    [TestCase("required that was missing in a changed parent", """{"spec":{}}""", """{"spec":{"color":"blue"}}""", "spec.size: Required value")]
    [TestCase("required that was missing in an unchanged parent", """{"spec":{}}""", """{"spec":{},"status":{"phase":"x"}}""", "")]
    public void An_update_tolerates_what_did_not_change(string situation, string old, string now, string expected)
    {
        var errors = SchemaValidator.Validate(s_widget, (JsonObject)JsonNode.Parse(now)!, (JsonObject)JsonNode.Parse(old)!).Select(e => e.Message);
        Assert.That(string.Join('|', errors), Is.EqualTo(expected), situation);
    }

    [Test]
    public void Several_errors_are_put_in_brackets_and_repeated_ones_named_once()
    {
        var error = FieldError.Required(FieldPath.Root.Child("a"));
        Assert.That(FieldError.Aggregate([error]), Is.EqualTo("a: Required value"));
        Assert.That(FieldError.Aggregate([error, error, FieldError.Forbidden(FieldPath.Root.Child("b").Index(1), "no")]), Is.EqualTo("[a: Required value, b[1]: Forbidden: no]"));
    }

    private static TestCaseData Case(string name, string json, params string[] expected) => new TestCaseData(json, expected).SetArgDisplayNames(name);
}
