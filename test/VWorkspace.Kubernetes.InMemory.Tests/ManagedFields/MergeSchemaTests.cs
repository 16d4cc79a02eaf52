using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>What a schema means for ownership.</summary>
internal sealed class MergeSchemaTests
{
    private static IEnumerable<TestCaseData> Ownerships()
    {
        yield return Case("granular map", """{"type":"object","additionalProperties":{"type":"string"}}""", """{"a":"1"}""", ".x.a");
        yield return Case("atomic map", """{"type":"object","additionalProperties":{"type":"string"},"x-kubernetes-map-type":"atomic"}""", """{"a":"1"}""", ".x");
        yield return Case("atomic list", """{"type":"array","items":{"type":"string"}}""", """["a"]""", ".x");
        yield return Case("set", """{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}""", """["a"]""", ".x[=\"a\"]");
        yield return Case("list-map with two keys",
            """{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["b","a"],"items":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","default":7}}}}""",
            """[{"a":"1"}]""", ".x[a=\"1\",b=7] .x[a=\"1\",b=7].a");
        yield return Case("int or string", """{"x-kubernetes-int-or-string":true}""", "3", ".x");
        yield return Case("unknown fields preserved", """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""", """{"a":{"b":[1],"c":{}}}""", ".x.a .x.a.b .x.a.c");
        yield return Case("unknown fields beside known ones", """{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"k":{"type":"object","properties":{"v":{"type":"string"}}}}}""", """{"k":{"v":"1"},"u":{"v":"1"}}""", ".x.u .x.k.v .x.u.v");
        yield return Case("no type at all", """{"x-kubernetes-preserve-unknown-fields":true}""", """[1]""", ".x");
        yield return Case("embedded resource", """{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""",
            """{"kind":"K","metadata":{"finalizers":["f"]},"spec":{"a":1}}""", ".x.kind .x.spec .x.metadata.finalizers[=\"f\"] .x.spec.a");
        yield return Case("null", """{"type":"string","nullable":true}""", "null", ".x");
        static TestCaseData Case(string name, string schema, string value, string paths) => new TestCaseData(schema, value, paths).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Ownerships))]
    public void Applied_value_is_owned_as_the_schema_divides_it(string schema, string value, string paths)
    {
        var type = MergeSchema.ForCustomResource(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["x"] = JsonNode.Parse(schema) } });
        var config = new JsonObject { ["x"] = JsonNode.Parse(value) };
        Assert.That(TypedValidator.Check(config, type, allowDuplicates: false), Is.Null);
        Assert.That(string.Join(' ', TypedFields.Of(config, type).Paths()), Is.EqualTo(paths));
    }

    [Test]
    public void Resource_without_a_schema_is_deduced_and_its_metadata_is_typed()
    {
        var config = (JsonObject)JsonNode.Parse("""{"metadata":{"finalizers":["f"],"labels":{"a":"b"}},"any":{"l":[1],"m":{"n":1}}}""")!;
        Assert.That(TypedFields.Of(config, MergeSchema.ForCustomResource(null)).Paths(), Is.EqualTo(new[]
        {
            ".any", ".any.l", ".any.m", ".any.m.n", ".metadata.finalizers[=\"f\"]", ".metadata.labels.a",
        }));
    }

    [Test]
    public void Schema_may_contain_itself()
    {
        var node = (JsonObject)JsonNode.Parse("""{"type":"object","properties":{"v":{"type":"string"},"next":{"$ref":"#/n"}}}""")!;
        var type = MergeSchema.FromOpenApi(node, _ => node);
        var value = (JsonObject)JsonNode.Parse("""{"next":{"next":{"v":"x"}}}""")!;
        Assert.That(TypedFields.Of(value, type).Paths(), Is.EqualTo(new[] { ".next.next.v" }));
    }

    [Test]
    public void Owners_follow_a_schema_that_became_atomic()
    {
        var granular = MergeSchema.ForCustomResource(Spec("""{"type":"object","additionalProperties":{"type":"string"}}"""));
        var atomic = MergeSchema.ForCustomResource(Spec("""{"type":"object","additionalProperties":{"type":"string"},"x-kubernetes-map-type":"atomic"}"""));
        var fields = TypedFields.Of((JsonObject)JsonNode.Parse("""{"x":{"a":"1","b":"2"},"y":"z"}""")!, granular);
        Assert.That(fields.FollowSchema(atomic).Paths(), Is.EqualTo(new[] { ".x", ".y" }));
        Assert.That(fields.FollowSchema(granular), Is.SameAs(fields));
        static JsonObject Spec(string x) => new() { ["type"] = "object", ["properties"] = new JsonObject { ["x"] = JsonNode.Parse(x), ["y"] = new JsonObject { ["type"] = "string" } } };
    }

    [Test]
    public void Repeated_items_of_a_live_set_are_one_field()
    {
        var type = MergeSchema.ForCustomResource((JsonObject)JsonNode.Parse("""{"type":"object","properties":{"x":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}}}""")!);
        var before = (JsonObject)JsonNode.Parse("""{"x":["a","b"]}""")!;
        var after = (JsonObject)JsonNode.Parse("""{"x":["a","a","b"]}""")!;
        var comparison = TypedComparison.Between(before, after, type);
        Assert.That((comparison.Added.Paths().Single(), comparison.Modified.IsEmpty), Is.EqualTo((".x[=\"a\"]", true)));
        Assert.That(TypedComparison.Between(after, after, type), Is.EqualTo(new TypedComparison(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty)));
    }

    [TestCase("me", "agent/1.0", "me")]
    [TestCase("", "kubectl/v1.36 (linux)", "kubectl")]
    [TestCase(null, "a\u0007b\u00a0c", "abc")]
    [TestCase(null, null, "")]
    public void Manager_comes_from_the_parameter_or_the_agent(string? parameter, string? agent, string name) =>
        Assert.That(FieldManagerName.FromRequest(parameter, agent), Is.EqualTo(name));

    [Test]
    public void Name_from_an_agent_is_cut_at_whole_characters()
    {
        var name = FieldManagerName.FromRequest(null, new string('a', 127) + "é");
        Assert.That(Encoding.UTF8.GetByteCount(name), Is.EqualTo(127));
        Assert.That(FieldManagerName.Validate(new string('a', 129)), Is.EqualTo("Too long: may not be more than 128 bytes"));
        Assert.That(FieldManagerName.Validate("kubectl edit"), Is.Null);
    }
}
