using System.Text.Json.Serialization;
using VWorkspace.Kubernetes.Compact;

namespace VWorkspace.Kubernetes;

/// <summary>
/// Standard object metadata (<c>meta/v1 ObjectMeta</c>) without <c>managedFields</c>, which no controller reads and which
/// is often the largest part of an object.
/// </summary>
/// <remarks>
/// Made to be kept by the ten thousand: what decoding yields takes 128 bytes besides its name, labels, annotations and owners. UID and resource version are kept as numbers and
/// written out when they are asked for.
/// </remarks>
public sealed record ObjectMeta
{
    private readonly Identity _identity;
    private readonly OptionalTime _created;
    private readonly OptionalTime _deleted;

    /// <summary>Name, unique per namespace and kind.</summary>
    public string? Name { get; init; }

    /// <summary>Prefix from which the server makes a name when <see cref="Name"/> is absent.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Namespace; null for cluster-scoped objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity of this incarnation; a deleted and recreated object has another one.</summary>
    public string? Uid { get => _identity.Uid; init => _identity = _identity.WithUid(value); }

    /// <summary>Opaque version for optimistic locking and watches.</summary>
    public string? ResourceVersion { get => _identity.Version; init => _identity = _identity.WithVersion(value); }

    /// <summary>Number of the desired state; raised by the server when <c>spec</c> changes.</summary>
    public long Generation { get; init; }

    /// <summary>When the server stored the object first (UTC, whole seconds).</summary>
    public DateTimeOffset? CreationTimestamp { get => _created.Moment; init => _created = new(value); }

    /// <summary>Set once deletion was asked for; the object stays until its finalizers are gone.</summary>
    public DateTimeOffset? DeletionTimestamp { get => _deleted.Moment; init => _deleted = new(value); }

    /// <summary>Labels; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? StringMap.Empty; init; }

    /// <summary>Annotations; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get => field ?? StringMap.Empty; init; }

    /// <summary>Names that have to be removed before the server deletes the object.</summary>
    public IReadOnlyList<string> Finalizers { get => field ?? []; init; } = [];

    /// <summary>Objects on which this one depends; the garbage collector deletes it when all are gone.</summary>
    public IReadOnlyList<OwnerReference> OwnerReferences { get => field ?? []; init; } = [];

    /// <summary>True when deletion was asked for.</summary>
    [JsonIgnore]
    public bool IsBeingDeleted => _deleted != default;

    /// <summary>The owner marked as controller, or null.</summary>
    [JsonIgnore]
    public OwnerReference? Controller
    {
        get
        {
            foreach (OwnerReference owner in OwnerReferences)
                if (owner.Controller == true) return owner;
            return null;
        }
    }

    /// <summary>Whether both have the same UID, or both have none: the same incarnation of an object. Cheaper than comparing <see cref="Uid"/>, which is written out each time.</summary>
    /// <param name="other">The metadata to compare with.</param>
    public bool HasSameUid(ObjectMeta other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _identity.HasSameUid(other._identity);
    }

    /// <summary>Whether both have a resource version and it is the same. Cheaper than comparing <see cref="ResourceVersion"/>, which is written out each time.</summary>
    /// <param name="other">The metadata to compare with.</param>
    public bool HasSameVersion(ObjectMeta other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _identity.HasSameVersion(other._identity);
    }
}
