using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.Tests.Yaml;

public sealed class KubernetesYamlReadTests
{
    [TestCase("v: yes", "true")]
    [TestCase("v: Off", "false")]
    [TestCase("v: true", "true")]
    [TestCase("v: 'true'", "\"true\"")]
    [TestCase("v: \"12\"", "\"12\"")]
    [TestCase("v: !!str 12", "\"12\"")]
    [TestCase("v:", "null")]
    [TestCase("v: ~", "null")]
    [TestCase("v: NULL", "null")]
    [TestCase("v: ''", "\"\"")]
    [TestCase("v: 12", "12")]
    [TestCase("v: -7", "-7")]
    [TestCase("v: 1_000", "1000")]
    [TestCase("v: 0x1F", "31")]
    [TestCase("v: 0644", "420")]
    [TestCase("v: 0o17", "15")]
    [TestCase("v: 0b101", "5")]
    [TestCase("v: 089", "89")]
    [TestCase("v: 9223372036854775807", "9223372036854775807")]
    [TestCase("v: 18446744073709551615", "18446744073709551615")]
    [TestCase("v: 123456789012345678901234567890", "123456789012345678901234567890")]
    [TestCase("v: 1.50", "1.5")]
    [TestCase("v: 3.0", "3")]
    [TestCase("v: 1e3", "1000")]
    [TestCase("v: .5", "0.5")]
    [TestCase("v: 1.2.3", "\"1.2.3\"")]
    [TestCase("v: 10Gi", "\"10Gi\"")]
    [TestCase("v: 2026-01-02", "\"2026-01-02\"")]
    [TestCase("v: 2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\"")]
    [TestCase("v: 12:30", "\"12:30\"")]
    [TestCase("v: |\n  a\n  b\n", "\"a\\nb\\n\"")]
    [TestCase("v: >-\n  a\n  b\n", "\"a b\"")]
    [TestCase("v: {a: [1, x]}", "{\"a\":[1,\"x\"]}")]
    [TestCase("{\"v\": [\"yes\", 1]}", "[\"yes\",1]")]
    public void A_value_is_read_with_its_type(string yaml, string expected) =>
        Assert.That(KubernetesYaml.ParseObject(yaml)["v"]?.ToJsonString() ?? "null", Is.EqualTo(expected));

    [Test]
    public void Keys_that_are_not_strings_become_strings() =>
        Assert.That(KubernetesYaml.ParseObject("1: a\ntrue: b\n1.5: c\n").ToJsonString(), Is.EqualTo("""{"1":"a","true":"b","1.5":"c"}"""));

    [Test]
    public void A_number_can_be_asked_for_any_numeric_type()
    {
        var value = KubernetesYaml.ParseObject("v: 3")["v"]!;
        Assert.That(value.GetValue<int>(), Is.EqualTo(3));
        Assert.That(value.GetValue<long>(), Is.EqualTo(3L));
        Assert.That(value.GetValue<double>(), Is.EqualTo(3.0));
    }

    [Test]
    public void Documents_are_read_in_order_and_empty_ones_are_left_out()
    {
        var documents = KubernetesYaml.Parse("# only a comment\n---\na: 1\n---\n---\n- x\n...\n---\n# end\n");
        Assert.That(documents.Select(d => d.ToJsonString()), Is.EqualTo(new[] { """{"a":1}""", """["x"]""" }));
    }

    [Test]
    public void A_stream_is_read_like_text_and_stays_open()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetPreamble().Concat("kind: Café\n"u8.ToArray()).ToArray());
        Assert.That((string?)KubernetesYaml.ParseObjects(stream).Single()["kind"], Is.EqualTo("Café"));
        Assert.That(stream.CanRead, Is.True);
    }

    [Test]
    public void Anchors_and_merge_keys_are_resolved_and_local_entries_win()
    {
        var document = KubernetesYaml.ParseObject("""
            base: &b {image: x, tag: 1}
            other: &o {tag: 2, extra: z}
            one: {<<: *b, tag: 9}
            two: {tag: 8, <<: [*b, *o]}
            copy: *b
            """);
        Assert.That(document["one"]!.ToJsonString(), Is.EqualTo("""{"image":"x","tag":9}"""));
        Assert.That(document["two"]!.ToJsonString(), Is.EqualTo("""{"tag":8,"image":"x","extra":"z"}"""));
        Assert.That(JsonNode.DeepEquals(document["copy"], document["base"]), Is.True);
    }

    [TestCase("a: 1\nb: 2\na: 3\n", 3, 1, "key \"a\" already set in map")]
    [TestCase("a:\n  x: 1\n  x: 2\n", 3, 3, "key \"x\" already set in map")]
    [TestCase("a: *nope\n", 1, 4, "an anchor that is not known is referenced; put text that starts with '*' in quotes")]
    [TestCase("a: &x [*x]\n", 1, 8, "the value of an anchor contains itself")]
    [TestCase("a: .inf\n", 1, 4, ".inf has no JSON equivalent")]
    [TestCase("a: 1\n? [x]\n: 2\n", 2, 3, "a mapping key must be a scalar")]
    [TestCase("a: !!int x\n", 1, 4, "cannot decode the value as a !!int")]
    [TestCase("<<: 1\n", 1, 5, "map merge requires map or sequence of maps as the value")]
    public void A_fault_is_reported_with_its_position(string yaml, int line, int column, string problem)
    {
        var error = Assert.Throws<KubernetesYamlException>(() => KubernetesYaml.Parse(yaml))!;
        Assert.That((error.Line, error.Column, error.Problem), Is.EqualTo(((long)line, (long)column, problem)));
        Assert.That(error.Message, Is.EqualTo(FormattableString.Invariant($"yaml: line {line}, column {column}: {problem}")));
    }

    [TestCase("a: [1, 2\n")]
    [TestCase("a: \"x\n")]
    [TestCase("a:\n\t- b\n")]
    [TestCase("a: b: c\n")]
    public void Broken_syntax_is_reported_with_a_position(string yaml)
    {
        var error = Assert.Throws<KubernetesYamlException>(() => KubernetesYaml.Parse(yaml))!;
        Assert.That(error.Line, Is.GreaterThanOrEqualTo(1));
        Assert.That(error.Problem, Is.Not.Empty);
    }

    [Test]
    public void Aliases_that_explode_are_refused()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++) yaml.Append($"a{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        var error = Assert.Throws<KubernetesYamlException>(() => KubernetesYaml.Parse(yaml.ToString()))!;
        Assert.That(error.Problem, Does.Contain("too large"));
    }

    [Test]
    public void Nesting_without_end_is_refused()
    {
        var error = Assert.Throws<KubernetesYamlException>(() => KubernetesYaml.Parse(new string('[', 2000)))!;
        Assert.That(error.Problem, Does.Contain("nested deeper"));
    }

    [Test]
    public void A_document_that_is_not_a_mapping_is_no_object()
    {
        var error = Assert.Throws<KubernetesYamlException>(() => KubernetesYaml.ParseObjects("a: 1\n---\n- b\n"))!;
        Assert.That((error.Line, error.Problem), Is.EqualTo((3L, "the document must be a mapping")));
    }
}
