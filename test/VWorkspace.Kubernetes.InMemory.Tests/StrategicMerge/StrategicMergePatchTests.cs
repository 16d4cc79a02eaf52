using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.StrategicMerge;
using VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.StrategicMerge;

internal sealed class StrategicMergePatchTests
{
    private static IEnumerable<TestCaseData> Merges()
    {
        yield return Case("a list merges by its key, the patch's items first",
            """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""",
            """{"spec":{"containers":[{"name":"c","image":"3"},{"name":"b","tty":true}]}}""",
            """{"spec":{"containers":[{"name":"c","image":"3"},{"name":"a","image":"1"},{"name":"b","image":"2","tty":true}]}}""");
        yield return Case("null removes a field",
            """{"spec":{"nodeName":"n","hostname":"h"}}""", """{"spec":{"nodeName":null}}""", """{"spec":{"hostname":"h"}}""");
        yield return Case("null removes nothing where nothing is",
            """{"spec":{}}""", """{"spec":{"nodeName":null,"affinity":{"nodeAffinity":null}}}""", """{"spec":{"affinity":{}}}""");
        yield return Case("an atomic list is replaced",
            """{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""");
        yield return Case("$patch delete removes an item",
            """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """{"spec":{"containers":[{"name":"b"}]}}""");
        yield return Case("$patch replace in a list replaces it",
            """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""", """{"spec":{"containers":[{"name":"c"}]}}""");
        yield return Case("$patch replace in a map replaces it",
            """{"spec":{"securityContext":{"runAsUser":1}}}""", """{"spec":{"securityContext":{"$patch":"replace","runAsGroup":2}}}""", """{"spec":{"securityContext":{"runAsGroup":2}}}""");
        yield return Case("$patch delete in a map empties it",
            """{"spec":{"securityContext":{"runAsUser":1}}}""", """{"spec":{"securityContext":{"$patch":"delete"}}}""", """{"spec":{"securityContext":{}}}""");
        yield return Case("scalars with strategy merge are a set",
            """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["b","c"]}}""", """{"metadata":{"finalizers":["a","b","c"]}}""");
        yield return Case("$deleteFromPrimitiveList takes scalars out",
            """{"metadata":{"finalizers":["a","b","c"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a","c"]}}""", """{"metadata":{"finalizers":["b"]}}""");
        yield return Case("$deleteFromPrimitiveList of a missing list does nothing",
            """{"metadata":{}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""", """{"metadata":{}}""");
        yield return Case("$setElementOrder orders the merged list",
            """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"x"}]}}""",
            """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],"containers":[{"name":"c"}]}}""",
            """{"spec":{"containers":[{"name":"b"},{"name":"c"},{"name":"a"},{"name":"x"}]}}""");
        yield return Case("$setElementOrder alone reorders",
            """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""");
        yield return Case("$retainKeys drops the other keys",
            """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
            """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/p"}}]}}""",
            """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/p"}}]}}""");
        yield return Case("labels merge by key",
            """{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"b":null,"c":"3"}}}""", """{"metadata":{"labels":{"a":"1","c":"3"}}}""");
        yield return Case("another shape replaces",
            """{"spec":{"containers":[{"name":"a"}]}}""", """{"spec":{"containers":{"x":1}}}""", """{"spec":{"containers":{"x":1}}}""");
        yield return Case("nested lists merge by their own keys",
            """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}],"ports":[{"containerPort":80}]}]}}""",
            """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"2"},{"name":"Y"}],"ports":[{"containerPort":80,"name":"http"}]}]}}""",
            """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"2"},{"name":"Y"}],"ports":[{"containerPort":80,"name":"http"}]}]}}""");
        static TestCaseData Case(string name, string original, string patch, string expected) => new TestCaseData(original, patch, expected).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> BadPatches()
    {
        yield return Case("no merge key", """{"spec":{"containers":[{"image":"x"}]}}""", 500, "map: map[image:x] does not contain declared merge key: name");
        yield return Case("unknown directive", """{"spec":{"securityContext":{"$patch":"what"}}}""", 500, "unknown patch type: what in map: map[$patch:what]");
        yield return Case("merge directive in a list", """{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}""", 500, "merging lists cannot yet be specified in the patch");
        yield return Case("retainKeys is no list", """{"spec":{"volumes":[{"name":"v","$retainKeys":1}]}}""", 400, "invalid patch format of retainKeys");
        yield return Case("retainKeys leaves out what the patch sets", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name"],"emptyDir":{}}]}}""", 400, "invalid patch format of retainKeys");
        yield return Case("deletion without a field", """{"metadata":{"$deleteFromPrimitiveList":["a"]}}""", 400, "invalid patch format of primitive list");
        yield return Case("order without a field", """{"spec":{"$setElementOrder":[]}}""", 400, "invalid patch format of setElementOrder list");
        yield return Case("list of lists", """{"spec":{"containers":[[]]}}""", 422, "lists of lists are not supported");
        yield return Case("order does not match", """{"metadata":{"$setElementOrder/finalizers":["b"],"finalizers":["c"]}}""", 500, "The order in patch list:\n[c]\n doesn't match $setElementOrder list:\n[b]\n");
        yield return Case("order of an unknown field", """{"spec":{"$setElementOrder/foo":[{"name":"a"}]}}""", 500, "unable to find api field in struct v1.PodSpec for the json field \"foo\"");
        static TestCaseData Case(string name, string patch, int code, string message) => new TestCaseData(patch, code, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Merges))]
    public void Patch_gives_the_object(string original, string patch, string expected)
    {
        var before = Parse(original);
        var sent = Parse(patch);
        var outcome = StrategicMergePatch.Apply(before, sent, Pod);
        Assert.That(outcome, Is.InstanceOf<StrategicMergeOutcome.Patched>(), outcome.ToString());
        Assert.That(Canonical.Text(((StrategicMergeOutcome.Patched)outcome).Object), Is.EqualTo(Canonical.Text(Parse(expected))));
        Assert.That(Canonical.Text(before), Is.EqualTo(Canonical.Text(Parse(original))), "the original was changed");
        Assert.That(Canonical.Text(sent), Is.EqualTo(Canonical.Text(Parse(patch))), "the patch was changed");
    }

    [TestCaseSource(nameof(BadPatches))]
    public void Bad_patch_is_rejected_with_the_upstream_text(string patch, int code, string message)
    {
        var original = Parse("""{"metadata":{"finalizers":["b"]},"spec":{"containers":[{"name":"a"}],"volumes":[{"name":"v"}],"securityContext":{}}}""");
        var outcome = StrategicMergePatch.Apply(original, Parse(patch), Pod);
        Assert.That(outcome, Is.EqualTo(new StrategicMergeOutcome.Rejected(message, code)));
    }

    [Test]
    public void Recorded_patch_of_a_deployment_gives_the_recorded_object()
    {
        var steps = Recording.Load("apply-builtin").ToDictionary(s => s.Id, StringComparer.Ordinal);
        var outcome = StrategicMergePatch.Apply(steps["sidecar"].Response!, steps["strategic"].Body!.AsObject(), BuiltinSchemas.Find("apps", "v1", "Deployment")!.Type);
        var actual = ((StrategicMergeOutcome.Patched)outcome).Object;
        Assert.That(Canonical.Text(actual["spec"]), Is.EqualTo(Canonical.Text(steps["strategic"].Response!["spec"])));
    }

    private static BuiltinType Pod => BuiltinSchemas.Find("v1", "Pod")!.Type;

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
