using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Client;

/// <summary>Typed objects on their way to the server.</summary>
[TestFixture]
public sealed class TypedWriteTests
{
    private static ConfigMap Map(string name, string value, string? ns = "default") => new()
    {
        Metadata = new() { Name = name, Namespace = ns, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } },
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = value },
    };

    [Test]
    public void Object_is_written_with_its_kind_and_without_what_has_no_value() => Assert.That(
        ConfigMap.Resource.ToJson(Map("a", "v")).ToJsonString(),
        Is.EqualTo("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","labels":{"a":"b"}},"data":{"k":"v"}}"""));

    [Test]
    public void Null_inside_free_form_parts_stays()
    {
        var obj = new DynamicObject((JsonObject)JsonNode.Parse("""{"metadata":{"name":"a"},"spec":{"values":{"off":null}},"status":null}""")!);
        JsonObject json = DynamicObject.Resource(new("example.com", "v1", "Thing"), "things").ToJson(obj);
        Assert.That(json.ToJsonString(), Is.EqualTo("""{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"values":{"off":null}}}"""));
        Assert.That(obj.Json.ContainsKey("status"), Is.True, "the object itself is not touched");
    }

    [Test]
    public async Task Typed_objects_are_created_and_applied()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        string kubeconfig = Path.GetTempFileName();
        try
        {
            await server.WriteKubeconfigAsync(kubeconfig);
            await using var client = new KubernetesClient(KubernetesClientConfiguration.Load(kubeconfig));

            ApiResult<ConfigMap> created = await client.CreateAsync(ConfigMap.Resource, Map("a", "one", ns: null), new(), TestClients.Limit());
            ApiResult<ConfigMap> applied = await client.ApplyAsync(ConfigMap.Resource, Map("b", "two"), new() { FieldManager = "test" }, TestClients.Limit());
            ApiResult<ConfigMap> again = await client.ApplyAsync(ConfigMap.Resource, applied.Value with { Metadata = new() { Name = "b" }, Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "three" } }, new() { FieldManager = "test" }, TestClients.Limit());

            Assert.That(created.Value.Metadata.Namespace, Is.EqualTo("default"), "the namespace of the context");
            Assert.That(again.Value.Data!["k"], Is.EqualTo("three"));
            Assert.That(again.Value.Metadata.Labels, Is.Empty, "what is not declared any more is given up");
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    [Test]
    public async Task Object_without_a_name_is_not_applied()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address);
        await Assert.ThatAsync(() => client.ApplyAsync(ConfigMap.Resource, new(), new() { FieldManager = "test" }, TestClients.Limit()), Throws.ArgumentException.With.Message.Contains("metadata.name"));
        Assert.That(server.Requests, Is.Empty);
    }

    public sealed record ConfigMap : IKubernetesObject
    {
        public string? ApiVersion { get; init; }

        public string? Kind { get; init; }

        public ObjectMeta Metadata { get => field ?? new(); init; } = new();

        public IReadOnlyDictionary<string, string>? Data { get; init; }

        public static KubernetesResource<ConfigMap> Resource { get; } = new(new("", "v1", "ConfigMap"), "configmaps", true, TypedWriteJson.Default.ConfigMap);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TypedWriteTests.ConfigMap))]
internal sealed partial class TypedWriteJson : JsonSerializerContext;
