using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Decides by the Roles, ClusterRoles and bindings that are stored (upstream: <c>plugin/pkg/auth/authorizer/rbac</c>).</summary>
internal sealed class RbacAuthorizer(ObjectStore store, bool enabled)
{
    private const string Suffix = ".rbac.authorization.k8s.io";

    public AccessDecision Decide(AccessAttributes request)
    {
        if (request.User.IsMaster) return new AccessDecision(true);
        if (!enabled) return new AccessDecision(request.User != UserInfo.Anonymous);
        foreach (var (rules, reason) in RulesFor(request.User, request.Namespace))
            if (rules.Any(rule => Allows(rule, request))) return new AccessDecision(true, reason);
        return new AccessDecision(false);
    }

    /// <summary>All rules that bind the user, cluster-wide and in a namespace, with the text that explains them.</summary>
    public IEnumerable<(IReadOnlyList<JsonObject> Rules, string Reason)> RulesFor(UserInfo user, string ns)
    {
        foreach (var binding in store.Read("clusterrolebindings" + Suffix).Objects)
            if (Subject(binding.Node, user, "") is { } subject)
                yield return (RoleRules(binding.Node, ""), $"RBAC: allowed by ClusterRoleBinding \"{binding.Name}\" of {RoleText(binding.Node)} to {subject}");
        if (ns.Length == 0) yield break;
        foreach (var binding in store.Read("rolebindings" + Suffix).Objects)
            if (binding.Namespace == ns && Subject(binding.Node, user, ns) is { } subject)
                yield return (RoleRules(binding.Node, ns), $"RBAC: allowed by RoleBinding \"{binding.Name}/{ns}\" of {RoleText(binding.Node)} to {subject}");
    }

    private IReadOnlyList<JsonObject> RoleRules(JsonObject binding, string ns)
    {
        var reference = binding["roleRef"];
        var name = reference.Text("name") ?? "";
        var role = reference.Text("kind") == "ClusterRole" ? store.Find("clusterroles" + Suffix, "", name) : store.Find("roles" + Suffix, ns, name);
        if (role is null) return [];
        List<JsonObject> rules = [.. (role.Node.Items("rules") ?? []).OfType<JsonObject>()];
        if (role.Node["aggregationRule"].Items("clusterRoleSelectors") is not { Count: > 0 } selectors) return rules;
        foreach (var selector in selectors.OfType<JsonObject>())
            foreach (var other in store.Read("clusterroles" + Suffix).Objects)
                if (other.Name != name && LabelSelectorJson.Matches(selector, other.Labels)) rules.AddRange((other.Node.Items("rules") ?? []).OfType<JsonObject>());
        return rules;
    }

    private static string RoleText(JsonObject binding) => $"{binding["roleRef"].Text("kind")} {FieldCause.Quote(binding["roleRef"].Text("name") ?? "")}";

    private static string? Subject(JsonObject binding, UserInfo user, string bindingNamespace)
    {
        foreach (var subject in binding.Items("subjects") ?? [])
        {
            var name = subject.Text("name") ?? "";
            switch (subject.Text("kind"))
            {
                case "User" when name == user.Name:
                    return $"User {FieldCause.Quote(name)}";
                case "Group" when user.Groups.Contains(name, StringComparer.Ordinal):
                    return $"Group {FieldCause.Quote(name)}";
                case "ServiceAccount":
                    var ns = subject.Text("namespace") is { Length: > 0 } given ? given : bindingNamespace;
                    if (user.Name == $"system:serviceaccount:{ns}:{name}") return $"ServiceAccount {FieldCause.Quote($"{name}/{ns}")}";
                    break;
            }
        }

        return null;
    }

    private static bool Allows(JsonObject rule, AccessAttributes request)
    {
        if (!Has(rule, "verbs", request.Verb)) return false;
        if (request.Path is { } path)
            return rule.Items("nonResourceURLs").Texts().Any(u => u == "*" || u == path || (u.EndsWith('*') && path.StartsWith(u[..^1], StringComparison.Ordinal)));
        if (!Has(rule, "apiGroups", request.Group)) return false;
        var full = request.FullResource;
        if (!rule.Items("resources").Texts().Any(r => r == "*" || r == full || (request.Subresource.Length > 0 && r == "*/" + request.Subresource))) return false;
        var names = rule.Items("resourceNames").Texts();
        return names.Count == 0 || (request.Name.Length > 0 && names.Contains(request.Name, StringComparer.Ordinal));
    }

    private static bool Has(JsonObject rule, string list, string value) => rule.Items(list).Texts().Any(v => v == "*" || v == value);
}
