using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What the source kinds have in common.</summary>
internal interface ISource : IKubernetesObject
{
    SourceStatus Status { get; }
}

/// <summary><c>source.toolkit.fluxcd.io/v1 OCIRepository</c>.</summary>
internal sealed record OciRepository : ISource
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public OciRepositorySpec Spec { get => field ?? new(); init; } = new();
    public SourceStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record OciRepositorySpec
{
    public string? Url { get; init; }
    public string? Interval { get; init; }
    public bool Suspend { get; init; }
    public OciReference? Ref { get; init; }
    public OciLayerSelector? LayerSelector { get; init; }
}

internal sealed record OciReference
{
    public string? Digest { get; init; }
    public string? Semver { get; init; }
    public string? Tag { get; init; }
}

internal sealed record OciLayerSelector
{
    public string? MediaType { get; init; }
    public string? Operation { get; init; }
}

/// <summary><c>source.toolkit.fluxcd.io/v1 HelmRepository</c>.</summary>
internal sealed record HelmRepository : ISource
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public HelmRepositorySpec Spec { get => field ?? new(); init; } = new();
    public SourceStatus Status { get => field ?? new(); init; } = new();

    /// <summary>True for <c>type: oci</c>, which source-controller leaves alone: no reconcile, no condition, no artifact.</summary>
    public bool IsStatic => Spec.Type == "oci";
}

internal sealed record HelmRepositorySpec
{
    public string? Url { get; init; }
    public string? Interval { get; init; }
    public string? Type { get; init; }
    public bool Suspend { get; init; }
}

/// <summary><c>source.toolkit.fluxcd.io/v1 HelmChart</c>.</summary>
internal sealed record HelmChart : ISource
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public HelmChartSpec Spec { get => field ?? new(); init; } = new();
    public SourceStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record HelmChartSpec
{
    public string? Chart { get; init; }
    public string? Version { get; init; }
    public string? Interval { get; init; }
    public string? ReconcileStrategy { get; init; }
    public bool Suspend { get; init; }
    public SourceReference? SourceRef { get; init; }
    public IReadOnlyList<string>? ValuesFiles { get; init; }
}

internal sealed record SourceReference
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? Namespace { get; init; }
}

/// <summary>Status of the three source kinds; members of the other kinds stay null.</summary>
internal sealed record SourceStatus
{
    public long? ObservedGeneration { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public Artifact? Artifact { get; init; }
    public string? Url { get; init; }
    public string? LastHandledReconcileAt { get; init; }
    public OciLayerSelector? ObservedLayerSelector { get; init; }
    public string? ObservedSourceArtifactRevision { get; init; }
    public string? ObservedChartName { get; init; }
}

/// <summary>What a source has stored. All but size and metadata are required by the schema.</summary>
internal sealed record Artifact
{
    public required string Digest { get; init; }
    public required string LastUpdateTime { get; init; }
    public required string Path { get; init; }
    public required string Revision { get; init; }
    public required string Url { get; init; }
    public long? Size { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
