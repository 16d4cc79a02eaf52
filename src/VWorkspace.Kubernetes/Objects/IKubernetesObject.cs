namespace VWorkspace.Kubernetes;

/// <summary>
/// What every object and every projection of one has. A projection declares only the members that its reader needs;
/// everything else on the wire is skipped while decoding and never allocated.
/// </summary>
public interface IKubernetesObject
{
    /// <summary><c>group/version</c>. Items of a list arrive without it; the decoder leaves it null then.</summary>
    string? ApiVersion { get; }

    /// <summary>Kind of the object. Items of a list arrive without it.</summary>
    string? Kind { get; }

    /// <summary>Standard metadata; never null after decoding.</summary>
    ObjectMeta Metadata { get; }
}
