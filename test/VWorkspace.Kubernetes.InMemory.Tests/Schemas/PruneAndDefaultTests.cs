using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

public sealed class PruneAndDefaultTests
{
    private static readonly StructuralSchema s_widget = RecordedSchemas.Parse(RecordedSchemas.Widget);

    [Test]
    public void Unknown_fields_are_removed_and_named_sorted()
    {
        var obj = Json("""{"apiVersion":"x/v1","kind":"Widget","metadata":{"name":"p"},"spec":{"size":3,"unknown":"x","values":{"any":{"deep":[1,"a",null]}},"nested":{"enabled":false,"zzz":1}}}""");
        Assert.That(SchemaPruner.Prune(s_widget, obj), Is.EqualTo(new[] { "spec.nested.zzz", "spec.unknown" }));
        SchemaDefaulter.Default(s_widget, obj);
        Assert.That(GoText.Json(obj["spec"]), Is.EqualTo("""{"color":"red","nested":{"enabled":false,"level":3},"size":3,"values":{"any":{"deep":[1,"a",null]}}}"""));
    }

    [Test]
    public void An_object_where_a_list_belongs_loses_its_members()
    {
        var obj = Json("""{"spec":{"tags":{"a":1}}}""");
        Assert.That(SchemaPruner.Prune(s_widget, obj), Is.EqualTo(new[] { "spec.tags.a" }));
    }

    [Test]
    public void Fields_in_lists_and_maps_are_named_with_index_and_key()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}},"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}}""");
        var obj = Json("""{"l":[{"a":""},{"b":{"c":1}}],"m":{"k":{"x":1,"a":""}}}""");
        Assert.That(SchemaPruner.Prune(schema, obj), Is.EqualTo(new[] { "l[1].b", "m.k.x" }));
        Assert.That(obj.ToJsonString(), Is.EqualTo("""{"l":[{"a":""},{}],"m":{"k":{"a":""}}}"""));
    }

    [Test]
    public void Metadata_keeps_only_what_every_object_has()
    {
        var obj = Json("""{"metadata":{"name":"a","labels":{"x":"y"},"nope":1,"ownerReferences":[{"kind":"A","zap":2}]},"spec":{"size":1}}""");
        Assert.That(SchemaPruner.Prune(s_widget, obj), Is.EqualTo(new[] { "metadata.nope", "metadata.ownerReferences[0].zap" }));
        Assert.That(obj["metadata"]!.ToJsonString(), Is.EqualTo("""{"name":"a","labels":{"x":"y"},"ownerReferences":[{"kind":"A"}]}"""));
    }

    [Test]
    public void An_embedded_resource_keeps_its_type_and_metadata()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"t":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}""");
        var obj = Json("""{"t":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","bad":1},"spec":{"any":1},"status":{}}}""");
        Assert.That(SchemaPruner.Prune(schema, obj), Is.EqualTo(new[] { "t.status", "t.metadata.bad" }));
        Assert.That(obj["t"]!.ToJsonString(), Is.EqualTo("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"any":1}}"""));
    }

    [TestCase("""{"spec":{"size":3,"nested":{}}}""", """{"spec":{"color":"red","nested":{"enabled":true,"level":3},"size":3}}""")]
    [TestCase("""{"spec":{"size":3}}""", """{"spec":{"color":"red","size":3}}""")]
    [TestCase("""{"spec":{"size":3,"color":null}}""", """{"spec":{"color":"red","size":3}}""")]
    [TestCase("""{"spec":{"size":3,"maybe":null}}""", """{"spec":{"color":"red","maybe":null,"size":3}}""")]
    [TestCase("""{"spec":{"size":3,"labels":{"a":null}}}""", """{"spec":{"color":"red","labels":{},"size":3}}""")]
    [TestCase("""{}""", """{}""")]
    public void Defaults_are_filled_in_like_the_real_server_does(string json, string expected)
    {
        var obj = Json(json);
        SchemaDefaulter.Default(s_widget, obj);
        Assert.That(GoText.Json(obj), Is.EqualTo(expected));
    }

    [Test]
    public void Defaults_reach_into_lists_maps_and_defaults()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"o":{"type":"object","default":{},"properties":{"x":{"type":"integer","default":1}}},"l":{"type":"array","items":{"type":"object","default":{"x":5},"properties":{"x":{"type":"integer","default":2}}}},"m":{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"integer","default":3}}}}}}""");
        var obj = Json("""{"l":[{},null],"m":{"k":{}}}""");
        SchemaDefaulter.Default(schema, obj);
        Assert.That(GoText.Json(obj), Is.EqualTo("""{"l":[{"x":2},{"x":5}],"m":{"k":{"x":3}},"o":{"x":1}}"""));
    }

    [Test]
    public void Pruning_and_defaulting_twice_changes_nothing() =>
        Prop.ForAll(Objects().ToArbitrary(), json =>
        {
            var obj = Json(json);
            SchemaPruner.Prune(s_widget, obj);
            SchemaDefaulter.Default(s_widget, obj);
            var once = obj.ToJsonString();
            var unknown = SchemaPruner.Prune(s_widget, obj);
            SchemaDefaulter.Default(s_widget, obj);
            return unknown.Count == 0 && obj.ToJsonString() == once;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void What_is_unchanged_is_never_refused() =>
        Prop.ForAll(Objects().ToArbitrary(), json => SchemaValidator.Validate(s_widget, Json(json), Json(json)).Count == 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static Gen<string> Objects()
    {
        var names = Gen.Elements("spec", "status", "metadata", "size", "color", "name", "port", "values", "labels", "tags", "steps", "nested", "enabled", "level", "when", "maybe", "conditions", "type", "zap");
        var leaf = Gen.OneOf(
            Gen.Elements(-1, 0, 1, 3, 101).Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Elements("", "a", "red", "True", "Ready").Select(s => (JsonNode?)JsonValue.Create(s)),
            Gen.Elements(true, false).Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Constant((JsonNode?)null));
        return Members(Members(Members(leaf, names), names), names).Select(n => n!.ToJsonString());
    }

    private static Gen<JsonNode?> Members(Gen<JsonNode?> inner, Gen<string> names)
    {
        var array = inner.ListOf().Select(items => (JsonNode?)new JsonArray(items.Take(3).Select(i => i?.DeepClone()).ToArray()));
        return names.Zip(Gen.OneOf(inner, inner, array)).ListOf().Select(pairs =>
        {
            var o = new JsonObject();
            foreach (var (key, value) in pairs.Take(6)) o[key] = value?.DeepClone();
            return (JsonNode?)o;
        });
    }

    private static JsonObject Json(string json) => (JsonObject)JsonNode.Parse(json)!;
}
