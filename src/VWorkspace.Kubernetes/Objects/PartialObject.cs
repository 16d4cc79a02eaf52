namespace VWorkspace.Kubernetes;

/// <summary>Only the metadata of an object, whatever its kind.</summary>
public sealed record PartialObject : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; init; }

    /// <inheritdoc/>
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    /// <summary>Addresses any kind by its metadata alone.</summary>
    public static KubernetesResource<PartialObject> Resource(GroupVersionKind kind, string plural, bool namespaced = true) =>
        new(kind, plural, namespaced, KubernetesJson.Default.PartialObject);
}
