using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What a write of this process is known to have made of an object, until the informer has seen it too.</summary>
/// <param name="Object">The object as the server answered, or null when it was deleted or left the scope.</param>
/// <param name="ResourceVersion">Version of <paramref name="Object"/>; null for a deletion.</param>
/// <param name="DeletedUid">The incarnation that was deleted; null for other writes.</param>
/// <param name="At">Clock timestamp of the answer.</param>
internal sealed record OverlayEntry<T>(T? Object, string? ResourceVersion, string? DeletedUid, long At) where T : class, IKubernetesObject
{
    /// <summary>Whether the informer, having seen this state of the object, knows at least as much as the entry.</summary>
    public bool IsSupersededBy(T seen)
    {
        if (DeletedUid is not null) return seen.Metadata.Uid != DeletedUid;
        return !ResourceVersions.IsOlder(seen.Metadata.ResourceVersion, ResourceVersion);
    }
}
