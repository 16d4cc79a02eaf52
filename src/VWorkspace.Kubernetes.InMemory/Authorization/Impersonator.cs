using VWorkspace.Kubernetes.InMemory.Errors;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>
/// Decides who may act as whom (upstream: <c>apiserver/pkg/endpoints/filters/impersonation</c>, on by default since 1.36). The constrained modes come first: they
/// want <c>impersonate-on:MODE:VERB</c> for the request and <c>impersonate:MODE</c> for the user. Then the plain verb <c>impersonate</c>. When all refuse, the first
/// refusal is the answer. The mode <c>associated-node</c> is left out: our tokens name no node.
/// </summary>
internal sealed class Impersonator(RbacAuthorizer authorizer)
{
    private const string AccountPrefix = "system:serviceaccount:";
    private const string NodePrefix = "system:node:";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>From this many values on, one check of <c>*</c> may stand for all.</summary>
    private const int Many = 4;

    /// <summary>The user whom the request is made as.</summary>
    /// <exception cref="StatusException">403: the requestor may not.</exception>
    public UserInfo Impersonate(UserInfo wanted, AccessAttributes request)
    {
        StatusException? first = null;
        if (Mode(wanted) is { } mode)
        {
            first = Refusal(request with { Verb = $"impersonate-on:{mode}:{request.Verb}" }) ?? Check(wanted, request.User, "impersonate:" + mode, AuthenticationGroup, constrained: true);
            if (first is null) return Complete(wanted, constrained: true);
        }

        return Check(wanted, request.User, "impersonate", "", constrained: false) is { } refusal ? throw first ?? refusal : Complete(wanted, constrained: false);
    }

    /// <summary>The constrained mode for a user: nodes and service accounts have their own, by name alone.</summary>
    private static string? Mode(UserInfo wanted)
    {
        var (node, account) = (IsNode(wanted.Name), Account(wanted.Name) is not null);
        if (!node && !account) return "user-info";
        if (wanted.Uid.Length > 0 || wanted.Groups.Count > 0 || wanted.Extra.Count > 0) return null;
        return node ? "arbitrary-node" : "serviceaccount";
    }

    private StatusException? Check(UserInfo wanted, UserInfo requestor, string verb, string group, bool constrained)
    {
        var attributes = new AccessAttributes { User = requestor, Verb = verb, Group = group, Resource = "users", Name = wanted.Name };
        if (Account(wanted.Name) is var (ns, account)) attributes = attributes with { Resource = "serviceaccounts", Namespace = ns, Name = account };
        else if (constrained && IsNode(wanted.Name)) attributes = attributes with { Resource = "nodes", Name = wanted.Name[NodePrefix.Length..] };
        if (Refusal(attributes) is { } user) return user;
        attributes = new AccessAttributes { User = requestor, Verb = verb, Group = AuthenticationGroup, Resource = "uids", Name = wanted.Uid };
        if (wanted.Uid.Length > 0 && Refusal(attributes) is { } uid) return uid;
        attributes = attributes with { Group = group, Resource = "groups", Name = "" };
        return CheckGroups(wanted.Groups, attributes, constrained) ?? CheckExtra(wanted.Extra, attributes with { Group = AuthenticationGroup, Resource = "userextras" }, constrained);
    }

    private StatusException? CheckGroups(IReadOnlyList<string> groups, AccessAttributes attributes, bool constrained)
    {
        if (constrained && groups.Contains("", StringComparer.Ordinal)) return attributes.Forbidden("impersonating the empty string group is not allowed");
        if (constrained && groups.Contains("system:masters", StringComparer.Ordinal))
            return (attributes with { Name = "system:masters" }).Forbidden("impersonating the system:masters group is not allowed");
        if (constrained && groups.Count >= Many && Refusal(attributes with { Name = "*" }) is null) return null;
        return groups.Select(g => Refusal(attributes with { Name = g })).FirstOrDefault(r => r is not null);
    }

    private StatusException? CheckExtra(IReadOnlyDictionary<string, IReadOnlyList<string>> extra, AccessAttributes attributes, bool constrained)
    {
        if (constrained && extra.ContainsKey("")) return attributes.Forbidden("impersonating the empty string key in extra is not allowed");
        if (constrained && extra.Values.Any(v => v.Contains("", StringComparer.Ordinal))) return attributes.Forbidden("impersonating the empty string value in extra is not allowed");
        if (constrained && extra.Values.Sum(v => v.Count) >= Many && Refusal(attributes with { Subresource = "*", Name = "*" }) is null) return null;
        return extra.SelectMany(e => e.Value, (e, value) => Refusal(attributes with { Subresource = e.Key, Name = value })).FirstOrDefault(r => r is not null);
    }

    private StatusException? Refusal(AccessAttributes attributes) => authorizer.Decide(attributes) is { Allowed: false } refused ? attributes.Forbidden(refused.Reason) : null;

    /// <summary>The groups that the server adds.</summary>
    private static UserInfo Complete(UserInfo wanted, bool constrained)
    {
        List<string> groups = [.. wanted.Groups];
        if (constrained && IsNode(wanted.Name)) groups = ["system:nodes"];
        if (groups.Count == 0 && Account(wanted.Name) is var (ns, _)) groups = ["system:serviceaccounts", "system:serviceaccounts:" + ns];
        const string authenticated = "system:authenticated", unauthenticated = "system:unauthenticated";
        var own = wanted.Name == UserInfo.Anonymous.Name ? unauthenticated : authenticated;
        if (!groups.Contains(own, StringComparer.Ordinal) && !groups.Contains(unauthenticated, StringComparer.Ordinal)) groups.Add(own);
        return wanted with { Groups = groups };
    }

    private static bool IsNode(string name) => name.Length > NodePrefix.Length && name.StartsWith(NodePrefix, StringComparison.Ordinal);

    private static (string Namespace, string Name)? Account(string user) =>
        user.StartsWith(AccountPrefix, StringComparison.Ordinal) && user.Split(':') is [_, _, { Length: > 0 } ns, { Length: > 0 } name] ? (ns, name) : null;
}
