using System.Collections.Immutable;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>What happened to an object.</summary>
internal enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One committed change.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after the change; for a deletion its last state under the deletion's resource version.</param>
/// <param name="Previous">The object before the change; null for an addition.</param>
/// <param name="After">The whole table after the change, sharing structure with its neighbours.</param>
internal sealed record StoreEvent(StoreEventType Type, StoredObject Object, StoredObject? Previous, ImmutableSortedSet<StoredObject> After)
{
    private StoredObject? _previousAtRevision;

    public long Revision => Object.ResourceVersion;

    /// <summary>The previous state under this event's resource version: what a watcher gets when the object leaves its selector.</summary>
    public StoredObject? PreviousAtRevision => Previous is null ? null : _previousAtRevision ??= Type == StoreEventType.Deleted ? Object : Previous.WithResourceVersion(Revision);
}
