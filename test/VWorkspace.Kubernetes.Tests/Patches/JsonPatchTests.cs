using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.Tests.Patches;

[TestFixture]
public sealed class JsonPatchTests
{
    [TestCase("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [TestCase("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [TestCase("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [TestCase("""{"a/b":{"~":1}}""", """[{"op":"replace","path":"/a~1b/~0","value":null}]""", """{"a/b":{"~":null}}""")]
    [TestCase("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/c"}]""", """{"a":{},"c":1}""")]
    [TestCase("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [TestCase("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0},{"op":"replace","path":"/a","value":2}]""", """{"a":2}""")]
    [TestCase("""{"a":1}""", """[{"op":"replace","path":"","value":[]}]""", "[]")]
    public void Operations_are_applied_in_order(string document, string patch, string expected)
    {
        var before = JsonNode.Parse(document);
        var result = JsonPatch.Apply(before, JsonNode.Parse(patch)!.AsArray());
        Assert.That(result.Error, Is.Null);
        Assert.That(JsonNode.DeepEquals(result.Document, JsonNode.Parse(expected)), Is.True, result.Document?.ToJsonString());
        Assert.That(before!.ToJsonString(), Is.EqualTo(document), "the argument must not change");
    }

    [TestCase("""[{"op":"test","path":"/a","value":2}]""")]
    [TestCase("""[{"op":"remove","path":"/nope"}]""")]
    [TestCase("""[{"op":"replace","path":"/nope","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/nope/deep","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/l/5","value":1}]""")]
    [TestCase("""[{"op":"move","from":"/a","path":"/a/b"}]""")]
    [TestCase("""[{"op":"add","path":"a","value":1}]""")]
    [TestCase("""[{"op":"jump","path":"/a"}]""")]
    [TestCase("""[{"op":"add","path":"/b"}]""")]
    [TestCase("""["nonsense"]""")]
    public void Operation_that_does_not_fit_fails_as_a_value(string patch)
    {
        var result = JsonPatch.Apply(JsonNode.Parse("""{"a":1,"l":[]}"""), JsonNode.Parse(patch)!.AsArray());
        Assert.That(result.Succeeded, Is.False);
        Assert.That(result.Document, Is.Null);
    }
}
