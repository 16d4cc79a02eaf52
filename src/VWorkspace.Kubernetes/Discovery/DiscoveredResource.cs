namespace VWorkspace.Kubernetes.Discovery;

/// <summary>One resource that the API server serves.</summary>
/// <param name="Kind">Group, version and kind of its objects.</param>
/// <param name="Plural">Lower-case plural, as in the URL.</param>
/// <param name="Namespaced">False for cluster-scoped kinds.</param>
public sealed record DiscoveredResource(GroupVersionKind Kind, string Plural, bool Namespaced)
{
    /// <summary>Lower-case singular; empty when the server does not tell.</summary>
    public string Singular { get; init; } = string.Empty;

    /// <summary>Verbs such as <c>get</c>, <c>list</c>, <c>watch</c>.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Short names such as <c>deploy</c>.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Categories such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Subresources such as <c>status</c>.</summary>
    public IReadOnlyList<string> Subresources { get; init; } = [];

    /// <summary>True when the server takes <paramref name="verb"/>.</summary>
    public bool Can(string verb) => Verbs.Contains(verb, StringComparer.Ordinal);

    /// <summary>The resource read as JSON trees.</summary>
    public KubernetesResource<DynamicObject> AsDynamic() => DynamicObject.Resource(Kind, Plural, Namespaced);

    /// <summary>The resource read as metadata alone; the server sends nothing else.</summary>
    public KubernetesResource<PartialObject> AsMetadata() => PartialObject.Resource(Kind, Plural, Namespaced);
}
