using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>What a controller that mirrors the state of a release reads.</summary>
internal sealed record HelmReleaseView : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public HelmReleaseViewStatus? Status { get; init; }

    public static KubernetesResource<HelmReleaseView> Resource { get; } =
        new(new("helm.toolkit.fluxcd.io", "v2", "HelmRelease"), "helmreleases", true, BenchmarkJson.Default.HelmReleaseView);
}

internal sealed record HelmReleaseViewStatus
{
    public long ObservedGeneration { get; init; }

    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];
}

/// <summary>The object as a generated model has it: every member is there.</summary>
internal sealed class HelmReleaseFull
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public FullMeta? Metadata { get; set; }

    public FullSpec? Spec { get; set; }

    public FullStatus? Status { get; set; }
}

internal sealed class FullMeta
{
    public string? Name { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public long? Generation { get; set; }

    public DateTimeOffset? CreationTimestamp { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public List<string>? Finalizers { get; set; }

    public List<FullManagedFields>? ManagedFields { get; set; }
}

internal sealed class FullManagedFields
{
    public string? ApiVersion { get; set; }

    public string? FieldsType { get; set; }

    public JsonElement? FieldsV1 { get; set; }

    public string? Manager { get; set; }

    public string? Operation { get; set; }

    public string? Subresource { get; set; }

    public DateTimeOffset? Time { get; set; }
}

internal sealed class FullSpec
{
    public JsonElement? Chart { get; set; }

    public string? Interval { get; set; }

    public string? ReleaseName { get; set; }

    public Dictionary<string, JsonElement>? Values { get; set; }
}

internal sealed class FullStatus
{
    public long? ObservedGeneration { get; set; }

    public List<Condition>? Conditions { get; set; }

    public List<JsonElement>? History { get; set; }
}

/// <summary>The envelope as the first of two parses sees it: type, and of the object its kind and version.</summary>
internal sealed class Envelope<T>
{
    public string? Type { get; set; }

    public T? Object { get; set; }
}

internal sealed class TypeMeta
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }
}

internal sealed class FullList
{
    public List<HelmReleaseFull>? Items { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HelmReleaseView))]
[JsonSerializable(typeof(Envelope<HelmReleaseFull>))]
[JsonSerializable(typeof(Envelope<TypeMeta>))]
[JsonSerializable(typeof(FullList))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;

/// <summary>Makes releases of a given size: a third managed fields, the rest values and history, as real ones are.</summary>
internal static class HelmReleases
{
    public static byte[] Json(int number, int bytes)
    {
        var fields = new JsonObject();
        for (int i = 0; fields.ToJsonString().Length < bytes / 3; i++) fields[$"f:member{i}"] = new JsonObject { ["."] = new JsonObject(), [$"f:inner{i}"] = new JsonObject() };
        var values = new JsonObject();
        var release = new JsonObject
        {
            ["apiVersion"] = "helm.toolkit.fluxcd.io/v2",
            ["kind"] = "HelmRelease",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"release-{number}", ["namespace"] = "apps", ["uid"] = $"0000-{number}", ["resourceVersion"] = $"{1000 + number}", ["generation"] = 3,
                ["creationTimestamp"] = "2026-01-01T00:00:00Z",
                ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "demo", ["team"] = "x" },
                ["finalizers"] = new JsonArray("finalizers.fluxcd.io"),
                ["managedFields"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "helm.toolkit.fluxcd.io/v2", ["fieldsType"] = "FieldsV1", ["fieldsV1"] = fields, ["manager"] = "helm-controller", ["operation"] = "Update", ["time"] = "2026-01-01T00:00:00Z",
                }),
            },
            ["spec"] = new JsonObject { ["interval"] = "5m", ["releaseName"] = "demo", ["chart"] = new JsonObject { ["spec"] = new JsonObject { ["chart"] = "demo", ["version"] = "1.2.3" } }, ["values"] = values },
            ["status"] = new JsonObject
            {
                ["observedGeneration"] = 3,
                ["conditions"] = new JsonArray(
                    Condition("Ready", "InstallSucceeded", "Helm install succeeded for release apps/demo.v1 with chart demo@1.2.3"),
                    Condition("Released", "InstallSucceeded", "Helm install succeeded for release apps/demo.v1 with chart demo@1.2.3")),
                ["history"] = new JsonArray(new JsonObject { ["chartName"] = "demo", ["digest"] = "sha256:0123456789abcdef", ["status"] = "deployed", ["version"] = 1 }),
            },
        };
        for (int i = 0; release.ToJsonString().Length < bytes; i++)
            values[$"component{i}"] = new JsonObject { ["enabled"] = true, ["replicas"] = i, ["image"] = new JsonObject { ["repository"] = "registry.example.com/some/image", ["tag"] = "1.2.3", ["digest"] = Digest(i) } };
        return Encoding.UTF8.GetBytes(release.ToJsonString());
    }

    /// <summary>Something that no packing makes smaller than half, so that the values are not all alike.</summary>
    private static string Digest(int number) => "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private static JsonObject Condition(string type, string reason, string message) => new()
    {
        ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = message, ["observedGeneration"] = 3, ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
    };

    /// <summary>A client whose network is a byte array.</summary>
    public static KubernetesClient ClientOver(byte[] answer) => new(new() { Server = new Uri("http://memory.example.com") }, new() { Handler = new Replay(answer), Random = new Random(1) });

    private sealed class Replay(byte[] answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new MemoryStream(answer, writable: false)) });
    }
}
