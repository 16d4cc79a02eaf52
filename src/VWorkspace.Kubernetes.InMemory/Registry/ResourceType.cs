using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Registry;

/// <summary>A subresource as discovery lists it.</summary>
/// <param name="Name">E.g. <c>status</c>.</param>
/// <param name="Verbs">The verbs it answers.</param>
/// <param name="Group">The group of its kind when that differs from the parent's.</param>
/// <param name="Version">The version of its kind when that differs from the parent's.</param>
/// <param name="Kind">The kind of its body when that differs from the parent's.</param>
internal sealed record Subresource(string Name, IReadOnlyList<string> Verbs, string? Group = null, string? Version = null, string? Kind = null);

/// <summary>One served resource in one version.</summary>
internal sealed record ResourceType
{
    public static readonly IReadOnlyList<string> StandardVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public static readonly IReadOnlyList<string> StatusVerbs = ["get", "patch", "update"];

    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public string ListKind { get; init; } = "";

    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = StandardVerbs;

    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    public required ResourceStrategy Strategy { get; init; }

    /// <summary>True for resources defined by a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Where the objects live; two served resources with the same key share them (events in both groups, versions of one CRD).</summary>
    public required string StorageKey { get; init; }

    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;

    /// <summary>The group that messages name; events are stored as those of the core group, whichever group asks.</summary>
    public string? StorageGroup { get; init; }

    public GroupResource Resource => new(StorageGroup ?? Group, Plural);

    public GroupResource GroupKind => new(StorageGroup ?? Group, Kind);

    /// <summary>The key that etcd would hold an object under, as some messages show it.</summary>
    public string StoragePath(string ns, string name)
    {
        var resource = IsCustom || Group is "apiextensions.k8s.io" or "apiregistration.k8s.io" ? $"{Group}/{Plural}" : Plural switch
        {
            "nodes" => "minions",
            "services" => "services/specs",
            "endpoints" => "services/endpoints",
            "ingresses" => "ingress",
            _ => Plural,
        };
        return string.Join('/', (string[])["/registry", resource, .. ns.Length == 0 ? (string[])[] : [ns], name]);
    }

    public Subresource? FindSubresource(string name) => Subresources.FirstOrDefault(s => s.Name == name);
}
