using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>One piece of work on an <see cref="ApplicationInstance"/> (<c>ops.vworkspace.io/v1alpha1</c>). Runs once.</summary>
public sealed record Operation : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; init; }

    /// <inheritdoc/>
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>What is to be done.</summary>
    public OperationSpec Spec { get => field ?? new(); init; } = new();

    /// <summary>What the operator observed.</summary>
    public OperationStatus Status { get => field ?? new(); init; } = new();
}
