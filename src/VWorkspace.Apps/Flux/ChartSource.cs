using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Flux;

/// <summary>What the controller reads of a HelmRepository or OCIRepository (<c>source.toolkit.fluxcd.io/v1</c>).</summary>
internal sealed record ChartSource : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>The whole spec: drift is found by comparing it with what was rendered.</summary>
    public RawJson? Spec { get; init; }

    public ChartSourceStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record ChartSourceStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    public ChartArtifact? Artifact { get; init; }
}

internal sealed record ChartArtifact
{
    /// <summary>For a registry <c>1.2.3@sha256:...</c>.</summary>
    public string? Revision { get; init; }
}
