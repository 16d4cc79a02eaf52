using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.Tests.Yaml;

public sealed class KubernetesYamlWriteTests
{
    [Test]
    public void An_object_is_written_in_kubectl_layout()
    {
        var node = JsonNode.Parse("""
            {"apiVersion":"v1","kind":"Config","clusters":[{"name":"a","cluster":{"server":"https://x:6443"}}],"empty":{},"none":[],"nested":[[1,2],[{}]],"text":"one\ntwo\n","nothing":null}
            """);
        Assert.That(KubernetesYaml.Write(node), Is.EqualTo("""
            apiVersion: v1
            kind: Config
            clusters:
            - name: a
              cluster:
                server: https://x:6443
            empty: {}
            none: []
            nested:
            - - 1
              - 2
            - - {}
            text: |
              one
              two
            nothing: null

            """));
    }

    [TestCase("plain", "plain")]
    [TestCase("true", "\"true\"")]
    [TestCase("on", "\"on\"")]
    [TestCase("y", "\"y\"")]
    [TestCase("null", "\"null\"")]
    [TestCase("", "\"\"")]
    [TestCase("12", "\"12\"")]
    [TestCase("1.5", "\"1.5\"")]
    [TestCase("1e3", "\"1e3\"")]
    [TestCase("0x1F", "\"0x1F\"")]
    [TestCase("2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\"")]
    [TestCase("a: b", "'a: b'")]
    [TestCase("a #b", "'a #b'")]
    [TestCase("- a", "'- a'")]
    [TestCase("it's", "it's")]
    [TestCase("'quoted'", "'''quoted'''")]
    [TestCase("tab\there", "\"tab\\there\"")]
    [TestCase("*star", "'*star'")]
    [TestCase("a:b", "a:b")]
    public void A_string_is_quoted_when_it_needs_it(string value, string expected) =>
        Assert.That(KubernetesYaml.Write(new JsonObject { ["k"] = value }), Is.EqualTo($"k: {expected}\n"));

    [Test]
    public void Documents_are_separated()
    {
        var text = KubernetesYaml.WriteAll([new JsonObject { ["a"] = 1 }, new JsonArray("b")]);
        Assert.That(text, Is.EqualTo("a: 1\n---\n- b\n"));
        Assert.That(KubernetesYaml.Parse(text), Has.Count.EqualTo(2));
    }

    [Test]
    public void What_is_written_is_read_back_unchanged() =>
        Prop.ForAll(Trees().ToArbitrary(), json =>
        {
            var node = JsonNode.Parse(json);
            var back = KubernetesYaml.Parse(KubernetesYaml.Write(new JsonObject { ["root"] = node?.DeepClone() }))[0]["root"];
            return JsonNode.DeepEquals(node, back);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<string> Trees() => Gen.Sized(size => Tree(Math.Min(size, 4)).Select(n => n?.ToJsonString() ?? "null"));

    private static Gen<JsonNode?> Tree(int depth)
    {
        var text = Gen.Elements("", " ", "a", "true", "No", "~", "1", "-", "- x", ": ", "#", "a\nb", "a\n\n", "\n", " lead\nb", "trail \nb", "\t", "é\u0085", "\u2028", "😀", "'", "\"", "\\", "|", ">", "---", "...", "? x", "key: v", "x:", "12:30:45", "0o7", ".", "=", "<<", "\0", "\r\n", "a  ")
            .Or(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get).Where(s => !s.Any(char.IsSurrogate)));
        var leaf = Gen.OneOf<JsonNode?>(
            text.Select(s => (JsonNode?)JsonValue.Create(s)),
            ArbMap.Default.GeneratorFor<long>().Select(l => (JsonNode?)JsonValue.Create(l)),
            ArbMap.Default.GeneratorFor<bool>().Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Constant((JsonNode?)null));
        if (depth == 0) return leaf;
        var array = Tree(depth - 1).ListOf().Select(items => (JsonNode?)new JsonArray(items.Take(4).Select(i => i?.DeepClone()).ToArray()));
        var members = text.Zip(Tree(depth - 1)).ListOf().Select(pairs =>
        {
            var o = new JsonObject();
            foreach (var (key, value) in pairs.Take(4)) o[key] = value?.DeepClone();
            return (JsonNode?)o;
        });
        return Gen.OneOf(leaf, array, members);
    }
}
