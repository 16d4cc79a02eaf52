using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>A <c>coordination.k8s.io/v1 Lease</c>, as far as leader election needs it.</summary>
internal sealed record Lease : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public LeaseSpec Spec { get => field ?? new(); init; } = new();

    public static KubernetesResource<Lease> Resource { get; } = new(
        new("coordination.k8s.io", "v1", "Lease"), "leases", true, RuntimeJson.Default.Lease);
}

internal sealed record LeaseSpec
{
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    public DateTimeOffset? AcquireTime { get; init; }

    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}
