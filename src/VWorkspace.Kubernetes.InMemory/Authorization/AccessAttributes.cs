using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>What somebody wants to do.</summary>
internal sealed record AccessAttributes
{
    public required UserInfo User { get; init; }

    public required string Verb { get; init; }

    /// <summary>Set for paths that are not resources.</summary>
    public string? Path { get; init; }

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string FullResource => Subresource.Length == 0 ? Resource : Resource + "/" + Subresource;

    public static AccessAttributes Of(RequestInfo info, UserInfo user) => info.IsResource
        ? new AccessAttributes { User = user, Verb = info.Verb, Group = info.Group, Resource = info.Resource, Subresource = info.Subresource, Namespace = info.Namespace, Name = info.Name }
        : new AccessAttributes { User = user, Verb = info.Verb, Path = info.Path };

    /// <summary>The 403 of upstream.</summary>
    public StatusException Forbidden(string reason = "")
    {
        var user = FieldCause.Quote(User.Name);
        var why = Path is not null
            ? $"User {user} cannot {Verb} path {FieldCause.Quote(Path)}"
            : $"User {user} cannot {Verb} resource {FieldCause.Quote(FullResource)} in API group {FieldCause.Quote(Group)} {(Namespace.Length > 0 ? $"in the namespace {FieldCause.Quote(Namespace)}" : "at the cluster scope")}";
        if (reason.Length > 0) why += ": " + reason;
        return StatusErrors.Forbidden(new GroupResource(Group, Resource), Name, why);
    }
}

/// <summary>The answer of an authoriser.</summary>
/// <param name="Allowed">Whether it may be done.</param>
/// <param name="Reason">Why, as reviews show it; may be empty.</param>
internal sealed record AccessDecision(bool Allowed, string Reason = "");
