using System.Text.Json;
using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Flux;

/// <summary>What the controller reads of a HelmRelease (<c>helm.toolkit.fluxcd.io/v2</c>).</summary>
internal sealed record HelmRelease : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>The whole spec: drift is found by comparing it with what was rendered.</summary>
    public RawJson? Spec { get; init; }

    public HelmReleaseStatus Status { get => field ?? new(); init; } = new();

    public bool IsSuspended => Spec is not null && Spec.TryGetMember("suspend", out JsonElement suspend) && suspend.ValueKind == JsonValueKind.True;
}

internal sealed record HelmReleaseStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    /// <summary>Newest first.</summary>
    [JsonConverter(typeof(CompactListConverter<HelmRevision>))]
    public IReadOnlyList<HelmRevision> History { get => field ?? []; init; } = [];

    /// <summary>Chart version that was tried last; with a part of the digest for a registry.</summary>
    public string? LastAttemptedRevision { get; init; }

    /// <summary>Digest of the artifact of an OCIRepository that was tried last.</summary>
    public string? LastAttemptedRevisionDigest { get; init; }
}

/// <summary>One Helm revision.</summary>
internal sealed record HelmRevision
{
    public int Version { get; init; }

    [JsonConverter(typeof(SharedStringConverter))]
    public string Status { get => field ?? string.Empty; init; } = string.Empty;

    [JsonConverter(typeof(SharedStringConverter))]
    public string? ChartName { get; init; }

    [JsonConverter(typeof(SharedStringConverter))]
    public string? ChartVersion { get; init; }

    public bool WasDeployed => Status is "deployed" or "superseded";
}
