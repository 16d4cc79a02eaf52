namespace VWorkspace.Kubernetes.InMemory;

/// <summary>Which requests a fault is for. Members that are null match everything.</summary>
public sealed record RequestMatch
{
    /// <summary>The Kubernetes verb: get, list, watch, create, update, patch, delete, deletecollection.</summary>
    public string? Verb { get; init; }

    /// <summary>The plural resource name, e.g. <c>configmaps</c>.</summary>
    public string? Resource { get; init; }

    /// <summary>The API group; empty for the core group.</summary>
    public string? Group { get; init; }

    /// <summary>The namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The object's name.</summary>
    public string? Name { get; init; }

    /// <summary>The subresource; empty for the resource itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>How many matching requests pass before the first one is hit. Default 0.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests are hit; null (the default) for all that follow.</summary>
    public int? Times { get; init; }

    /// <summary>The probability that a matching request is hit, from the server's seeded randomness. Default 1.</summary>
    public double Probability { get; init; } = 1;

    internal bool Matches(Http.RequestInfo info, string user) =>
        Is(Verb, info.Verb) && Is(Resource, info.Resource) && Is(Group, info.Group) && Is(Namespace, info.Namespace) && Is(Name, info.Name) && Is(Subresource, info.Subresource) && Is(User, user);

    private static bool Is(string? wanted, string actual) => wanted is null || wanted == actual;
}
