using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

internal sealed class FieldSetTests
{
    private static readonly Gen<PathElement> Elements = Gen.OneOf(
        Gen.Elements("a", "b", "c", "d").Select(PathElement.Field),
        Gen.Elements("x", "y").Select(v => PathElement.Key(new PathKey("name", PathValue.From(v)))),
        Gen.Choose(1, 3).Select(v => PathElement.Key(new PathKey("port", PathValue.From(JsonValue.Create(v))), new PathKey("name", PathValue.From("n")))),
        Gen.Elements("p", "q<>").Select(v => PathElement.Item(PathValue.From(v))),
        Gen.Choose(0, 2).Select(PathElement.At));

    private static readonly Arbitrary<FieldSet> Sets =
        Elements.ArrayOf().Select(a => a[..Math.Min(a.Length, 4)]).ListOf().Select(paths => FieldSet.Of(paths)).ToArbitrary();

    [Test]
    public void Union_is_commutative_and_takes_all() => Check(Sets, Sets, (a, b) =>
        a.Union(b).Equals(b.Union(a)) && a.Except(a.Union(b)).IsEmpty && b.Except(a.Union(b)).IsEmpty);

    [Test]
    public void Difference_and_intersection_split_a_set() => Check(Sets, Sets, (a, b) =>
        a.Except(b).Union(a.Intersect(b)).Equals(a) && a.Except(b).Intersect(b).IsEmpty && a.Except(b).Count() + a.Intersect(b).Count() == a.Count());

    [Test]
    public void Recursive_difference_leaves_nothing_below_a_member() => Check(Sets, Sets, (a, b) =>
        a.ExceptRecursive(b).Paths().All(p => !b.Paths().Any(q => p == q || p.StartsWith(q + ".", StringComparison.Ordinal) || p.StartsWith(q + "[", StringComparison.Ordinal))));

    [Test]
    public void Serialised_set_reads_back_equal() => Check(Sets, Sets, (a, b) =>
        FieldsV1.Parse(FieldsV1.Serialize(a)).Equals(a) && FieldsV1.Serialize(a.Union(b)).ToJsonString() == FieldsV1.Serialize(b.Union(a)).ToJsonString());

    [Test]
    public void Elements_are_written_in_upstream_order()
    {
        var set = FieldsV1.Parse((JsonObject)JsonNode.Parse("""{"v:\"b\"":{},"v:2":{},"v:10":{},"k:{\"b\":1}":{},"k:{\"a\":2}":{".":{},"f:x":{}},"i:3":{},"f:z":{},"f:a":{},"v:true":{}}""")!);
        Assert.That(
            FieldsV1.Serialize(set).Select(m => m.Key),
            Is.EqualTo(new[] { "f:a", "f:z", "k:{\"a\":2}", "k:{\"b\":1}", "v:2", "v:10", "v:\"b\"", "v:true", "i:3" }));
    }

    [Test]
    public void Members_come_before_what_is_below_them_in_messages()
    {
        var set = FieldsV1.Parse((JsonObject)JsonNode.Parse("""{"f:spec":{"f:a":{"f:b":{}},"f:z":{},"f:l":{"k:{\"name\":\"n\",\"port\":1}":{".":{},"f:x":{}},"v:\"s\"":{}}}}""")!);
        Assert.That(set.Paths(), Is.EqualTo(new[] { ".spec.z", ".spec.a.b", ".spec.l[name=\"n\",port=1]", ".spec.l[=\"s\"]", ".spec.l[name=\"n\",port=1].x" }));
    }

    [TestCase("x")]
    [TestCase("fa")]
    [TestCase("i:x")]
    [TestCase("k:[]")]
    [TestCase("v:{")]
    public void Malformed_element_is_refused(string element) =>
        Assert.That(() => FieldsV1.Parse(new JsonObject { [element] = new JsonObject() }), Throws.InstanceOf<FormatException>().Or.InstanceOf<JsonException>());

    [Test]
    public void Element_of_an_unknown_kind_is_passed_over() =>
        Assert.That(FieldsV1.Parse((JsonObject)JsonNode.Parse("""{"q:new":{},"f:a":{}}""")!).Paths(), Is.EqualTo(new[] { ".a" }));

    private static void Check(Arbitrary<FieldSet> first, Arbitrary<FieldSet> second, Func<FieldSet, FieldSet, bool> holds) =>
        Prop.ForAll(first, second, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
