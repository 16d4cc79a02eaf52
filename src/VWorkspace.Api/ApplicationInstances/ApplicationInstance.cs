using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>An application of the catalog, installed once in one namespace (<c>apps.vworkspace.io/v1alpha1</c>).</summary>
public sealed record ApplicationInstance : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; init; }

    /// <inheritdoc/>
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>What is wanted.</summary>
    public ApplicationInstanceSpec Spec { get => field ?? new(); init; } = new();

    /// <summary>What the operator observed.</summary>
    public ApplicationInstanceStatus Status { get => field ?? new(); init; } = new();
}
