using System.Collections.Frozen;

namespace VWorkspace.Kubernetes.Discovery;

/// <summary>What the API server served at one moment. Immutable.</summary>
public sealed class DiscoverySnapshot
{
    private readonly FrozenDictionary<GroupVersionKind, DiscoveredResource> _byKind;

    internal DiscoverySnapshot(IReadOnlyList<DiscoveredResource> resources, IReadOnlyList<string> unavailable)
    {
        (Resources, Unavailable) = (resources, unavailable);
        var byKind = new Dictionary<GroupVersionKind, DiscoveredResource>();
        foreach (DiscoveredResource resource in resources) byKind.TryAdd(resource.Kind, resource);
        _byKind = byKind.ToFrozenDictionary();
    }

    /// <summary>All resources, in the order of the server.</summary>
    public IReadOnlyList<DiscoveredResource> Resources { get; }

    /// <summary>
    /// Group versions (<c>group/version</c>) about which the server could not say anything certain, such as those of an aggregated API that is down. Their absence
    /// from <see cref="Resources"/> does not mean that they are gone.
    /// </summary>
    public IReadOnlyList<string> Unavailable { get; }

    /// <summary>The resource of a kind, or null.</summary>
    public DiscoveredResource? Find(GroupVersionKind kind) => _byKind.GetValueOrDefault(kind);

    /// <summary>True when the kind is served.</summary>
    public bool IsServed(GroupVersionKind kind) => _byKind.ContainsKey(kind);
}
