using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>What the application controller reads of a release but for its spec: status, history, conditions.</summary>
internal sealed record ReleaseStatusProjection : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public ReleaseStatusView Status { get => field ?? new(); init; } = new();

    public static KubernetesResource<ReleaseStatusProjection> Resource { get; } = HelmReleaseView.Resource.As(ReleaseJson.Default.ReleaseStatusProjection);
}

/// <summary>The same and the whole spec, as the application controller keeps it to find drift.</summary>
internal sealed record ReleaseSpecProjection : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public RawJson? Spec { get; init; }

    public ReleaseStatusView Status { get => field ?? new(); init; } = new();

    public static KubernetesResource<ReleaseSpecProjection> Resource { get; } = HelmReleaseView.Resource.As(ReleaseJson.Default.ReleaseSpecProjection);
}

internal sealed record ReleaseStatusView
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    [JsonConverter(typeof(CompactListConverter<ReleaseRevision>))]
    public IReadOnlyList<ReleaseRevision> History { get => field ?? []; init; } = [];

    public string? LastAttemptedRevisionDigest { get; init; }
}

internal sealed record ReleaseRevision
{
    public int Version { get; init; }

    [JsonConverter(typeof(SharedStringConverter))]
    public string Status { get => field ?? string.Empty; init; } = string.Empty;

    [JsonConverter(typeof(SharedStringConverter))]
    public string? ChartName { get; init; }

    [JsonConverter(typeof(SharedStringConverter))]
    public string? ChartVersion { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReleaseStatusProjection))]
[JsonSerializable(typeof(ReleaseSpecProjection))]
internal sealed partial class ReleaseJson : JsonSerializerContext;
