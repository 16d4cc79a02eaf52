using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>The parts of a resource path, after <c>k8s.io/apiserver/pkg/endpoints/request</c>.</summary>
internal sealed record RequestInfo
{
    public required string Path { get; init; }

    /// <summary>False for discovery, health and the like.</summary>
    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>The Kubernetes verb: get, list, watch, create, update, patch, delete, deletecollection; for other paths the HTTP method in lower case.</summary>
    public required string Verb { get; init; }

    /// <summary>
    /// What authorization sees: a list or watch of exactly one name asks for that name, so that a rule with <c>resourceNames</c> can allow it.
    /// </summary>
    public RequestInfo NamedBy(string? fieldSelector)
    {
        if (!IsResource || Name.Length > 0 || Verb is not ("list" or "watch") || string.IsNullOrEmpty(fieldSelector)) return this;
        return FieldSelector.TryParse(fieldSelector, out var selector, out _) && selector.RequiresExactMatch("metadata.name") is { Length: > 0 } name ? this with { Name = name } : this;
    }

    public static RequestInfo Parse(string path, string method, bool watch)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++) parts[i] = Uri.UnescapeDataString(parts[i]);
        var other = new RequestInfo { Path = path, Verb = method.ToLowerInvariant() };
        int start;
        string group, version;
        switch (parts)
        {
            case ["api", _, _, ..]:
                (group, version, start) = ("", parts[1], 2);
                break;
            case ["apis", _, _, _, ..]:
                (group, version, start) = (parts[1], parts[2], 3);
                break;
            default:
                return other;
        }

        var rest = parts.AsSpan(start);
        var ns = "";
        // A namespace is itself a resource: its status and finalize are subresources, anything else is what it contains.
        if (rest is ["namespaces", _, not ("status" or "finalize"), ..])
        {
            ns = rest[1];
            rest = rest[2..];
        }
        else if (rest is ["namespaces", _, ..])
        {
            ns = rest[1];
        }

        if (rest.Length > 3 && rest[2] != "proxy") return other;
        var name = rest.Length > 1 ? rest[1] : "";
        return new RequestInfo
        {
            Path = path,
            IsResource = true,
            Group = group,
            Version = version,
            Namespace = ns,
            Resource = rest[0],
            Name = name,
            Subresource = rest.Length > 2 ? rest[2] : "",
            Verb = method switch
            {
                "GET" or "HEAD" => name.Length > 0 ? "get" : watch ? "watch" : "list",
                "POST" => "create",
                "PUT" => "update",
                "PATCH" => "patch",
                "DELETE" => name.Length > 0 ? "delete" : "deletecollection",
                _ => method.ToLowerInvariant(),
            },
        };
    }
}
