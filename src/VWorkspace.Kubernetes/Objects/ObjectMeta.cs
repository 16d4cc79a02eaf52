using System.Text.Json.Serialization;

namespace VWorkspace.Kubernetes;

/// <summary>
/// Standard object metadata (<c>meta/v1 ObjectMeta</c>) without <c>managedFields</c>, which no controller reads and which
/// is often the largest part of an object.
/// </summary>
public sealed record ObjectMeta
{
    /// <summary>Name, unique per namespace and kind.</summary>
    public string? Name { get; init; }

    /// <summary>Prefix from which the server makes a name when <see cref="Name"/> is absent.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Namespace; null for cluster-scoped objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity of this incarnation; a deleted and recreated object has another one.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version for optimistic locking and watches.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Number of the desired state; raised by the server when <c>spec</c> changes.</summary>
    public long Generation { get; init; }

    /// <summary>When the server stored the object first (UTC, whole seconds).</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once deletion was asked for; the object stays until its finalizers are gone.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Labels; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? NoStrings; init; } = NoStrings;

    /// <summary>Annotations; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get => field ?? NoStrings; init; } = NoStrings;

    /// <summary>Names that have to be removed before the server deletes the object.</summary>
    public IReadOnlyList<string> Finalizers { get => field ?? []; init; } = [];

    /// <summary>Objects on which this one depends; the garbage collector deletes it when all are gone.</summary>
    public IReadOnlyList<OwnerReference> OwnerReferences { get => field ?? []; init; } = [];

    /// <summary>True when deletion was asked for.</summary>
    [JsonIgnore]
    public bool IsBeingDeleted => DeletionTimestamp is not null;

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

    private static readonly IReadOnlyDictionary<string, string> NoStrings = new Dictionary<string, string>(StringComparer.Ordinal);
}
