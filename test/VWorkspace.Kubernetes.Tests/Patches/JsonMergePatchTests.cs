using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.Tests.Patches;

[TestFixture]
public sealed class JsonMergePatchTests
{
    // The examples of RFC 7386, appendix A.
    [TestCase("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [TestCase("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [TestCase("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [TestCase("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [TestCase("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [TestCase("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [TestCase("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [TestCase("""{"a":"foo"}""", "null", "null")]
    [TestCase("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [TestCase("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [TestCase("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Patch_is_applied_as_the_rfc_says(string target, string patch, string expected)
    {
        var result = JsonMergePatch.Apply(JsonNode.Parse(target), JsonNode.Parse(patch));
        Assert.That(JsonNode.DeepEquals(result, JsonNode.Parse(expected)), Is.True, result?.ToJsonString());
    }

    [TestCase("""{"a":1,"b":{"c":2,"d":3}}""", """{"b":{"c":2,"d":4},"e":[1]}""", """{"a":null,"b":{"d":4},"e":[1]}""")]
    [TestCase("""{"a":1}""", """{"a":1}""", "{}")]
    public void Difference_applied_gives_the_other_document(string original, string modified, string expected)
    {
        var (before, after) = (JsonNode.Parse(original)!.AsObject(), JsonNode.Parse(modified)!.AsObject());
        var patch = JsonMergePatch.Create(before, after);
        Assert.That(patch.ToJsonString(), Is.EqualTo(expected));
        Assert.That(JsonNode.DeepEquals(JsonMergePatch.Apply(before, patch), after), Is.True);
    }
}
