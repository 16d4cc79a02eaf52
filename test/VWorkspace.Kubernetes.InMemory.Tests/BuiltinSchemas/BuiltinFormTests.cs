using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.BuiltinKinds;

internal sealed class BuiltinFormTests
{
    private static IEnumerable<TestCaseData> RecordedCreates()
    {
        foreach (var name in (string[])["000-setup", "apply-builtin", "secrets", "leases", "events", "crud-configmap"])
        {
            foreach (var step in Recording.Load(name))
            {
                if (step is { Method: "POST", Status: 201, Response: { } response, Body: JsonObject body } && response["kind"]!.GetValue<string>() != "Namespace")
                {
                    yield return new TestCaseData(body, response).SetArgDisplayNames(name + "/" + step.Id);
                }
            }
        }
    }

    [TestCaseSource(nameof(RecordedCreates))]
    public void Created_object_is_defaulted_and_encoded_as_recorded(JsonObject body, JsonObject response)
    {
        var kind = BuiltinSchemas.Find(response["apiVersion"]!.GetValue<string>(), response["kind"]!.GetValue<string>())!;
        var value = (JsonObject)body.DeepClone();
        Assert.That(kind.Prune(value), Is.Empty);
        kind.ApplyDefaults(value);
        kind.Canonicalize(value);

        // What the server's preparation and clock add is not the schema's.
        var expected = (JsonObject)response.DeepClone();
        foreach (var node in (JsonObject[])[value, expected])
        {
            foreach (var volatileMember in (string[])["metadata", "data", "stringData", "eventTime", "firstTimestamp", "lastTimestamp"])
            {
                node.Remove(volatileMember);
            }

            (node["spec"] as JsonObject)?.Remove("selector");
            (node["spec"] as JsonObject)?.Remove("acquireTime");
            (node["spec"] as JsonObject)?.Remove("renewTime");
            (node["spec"]?["template"] as JsonObject)?.Remove("metadata");
            (node["status"] as JsonObject)?.Remove("storedVersions");
        }

        Assert.That(Canonical.Text(value), Is.EqualTo(Canonical.Text(expected)));
    }

    [Test]
    public void Every_kind_of_every_version_can_be_built()
    {
        var count = 0;
        foreach (var version in BuiltinSchemas.ApiVersions)
        {
            foreach (var kind in BuiltinSchemas.KindsOf(version))
            {
                Assert.That(kind.OpenApi["properties"]!["metadata"], Is.Not.Null, kind.Type.FullName);
                Assert.That(kind.Merge.Map!.Fields, Does.ContainKey("metadata"), kind.Type.FullName);
                count++;
            }

            Assert.That(BuiltinSchemas.Definitions(version), Is.Not.Empty, version);
        }

        Assert.That(count, Is.GreaterThan(35));
    }

    [Test]
    public void Unknown_fields_are_removed_and_named_with_their_path()
    {
        var pod = (JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","nme":"b"},"spec":{"containers":[{"name":"c","imagee":"x"}],"foo":1},"bar":{}}""")!;
        var removed = BuiltinSchemas.Find(string.Empty, "v1", "Pod")!.Prune(pod);
        Assert.That(removed, Is.EqualTo(new[] { "bar", "metadata.nme", "spec.containers[0].imagee", "spec.foo" }));
        Assert.That(pod.ToJsonString(), Is.EqualTo("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]}}"""));
    }

    [TestCase("nginx", "Always")]
    [TestCase("nginx:latest", "Always")]
    [TestCase("nginx:1", "IfNotPresent")]
    [TestCase("registry:5000/nginx", "Always")]
    [TestCase("registry:5000/nginx:1.2", "IfNotPresent")]
    [TestCase("nginx@sha256:abc", "IfNotPresent")]
    public void Pull_policy_follows_the_tag(string image, string policy) => Assert.That(DefaultingRules.PullPolicy(image), Is.EqualTo(policy));

    [TestCase("v1", "Nothing")]
    [TestCase("v9", "Pod")]
    [TestCase("apps/v1", "PodSpec")]
    public void What_is_no_kind_is_not_found(string apiVersion, string kind) => Assert.That(BuiltinSchemas.Find(apiVersion, kind), Is.Null);
}
