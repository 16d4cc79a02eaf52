using Microsoft.AspNetCore.Http;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Acting as somebody else: the <c>Impersonate-*</c> headers (<c>kubectl --as</c>).</summary>
internal static class ImpersonationHeaders
{
    public static UserInfo Apply(IHeaderDictionary headers, UserInfo user, RbacAuthorizer authorizer)
    {
        var name = headers["Impersonate-User"].ToString();
        if (name.Length == 0) return user;
        var groups = headers["Impersonate-Group"].OfType<string>().ToList();
        Check(user, authorizer, name.StartsWith("system:serviceaccount:", StringComparison.Ordinal) ? "serviceaccounts" : "users", name);
        foreach (var group in groups) Check(user, authorizer, "groups", group);
        if (name.StartsWith("system:serviceaccount:", StringComparison.Ordinal) && name.Split(':') is [_, _, var ns, _] && groups.Count == 0)
            groups.AddRange(["system:serviceaccounts", "system:serviceaccounts:" + ns]);
        groups.Add(name == UserInfo.Anonymous.Name ? "system:unauthenticated" : "system:authenticated");
        return new UserInfo(name, headers["Impersonate-Uid"].ToString(), [.. groups.Distinct(StringComparer.Ordinal)]);
    }

    private static void Check(UserInfo user, RbacAuthorizer authorizer, string resource, string name)
    {
        var (ns, target) = resource == "serviceaccounts" && name.Split(':') is [_, _, var accountNamespace, var account] ? (accountNamespace, account) : ("", name);
        var attributes = new AccessAttributes { User = user, Verb = "impersonate", Resource = resource, Name = target, Namespace = ns };
        if (authorizer.Decide(attributes) is { Allowed: false } refused) throw attributes.Forbidden(refused.Reason);
    }
}
