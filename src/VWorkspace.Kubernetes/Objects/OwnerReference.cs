namespace VWorkspace.Kubernetes;

/// <summary>A reference from a dependent to its owner (<c>meta/v1 OwnerReference</c>); owners live in the same namespace or are cluster-scoped.</summary>
public sealed record OwnerReference
{
    /// <summary><c>group/version</c> of the owner.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind of the owner.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the owner.</summary>
    public required string Name { get; init; }

    /// <summary>UID of the owner; an owner of the same name with another UID is not meant.</summary>
    public required string Uid { get; init; }

    /// <summary>True for the one owner that controls the object.</summary>
    public bool? Controller { get; init; }

    /// <summary>True when foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}
