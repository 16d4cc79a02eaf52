using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>Identity and posture of the operator itself (<c>ops.vworkspace.io/v1alpha1</c>); meaningful in the operator's namespace.</summary>
public sealed record Cluster : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; init; }

    /// <inheritdoc/>
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>How the operator reaches its control plane.</summary>
    public ClusterSpec Spec { get => field ?? new(); init; } = new();

    /// <summary>What the operator observed.</summary>
    public ClusterStatus Status { get => field ?? new(); init; } = new();
}
