using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>The RBAC objects that every cluster has from the start (those that matter to clients).</summary>
internal static class BootstrapPolicy
{
    public static IEnumerable<JsonObject> Objects()
    {
        yield return Role("cluster-admin", [Rule(["*"], ["*"], ["*"]), Paths(["*"], ["*"])]);
        yield return Role("system:discovery", [Paths(["get"], ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"])]);
        yield return Role("system:public-info-viewer", [Paths(["get"], ["/healthz", "/livez", "/readyz", "/version", "/version/"])]);
        yield return Role("system:basic-user",
        [
            Rule(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
            Rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
        ]);
        yield return Role("system:auth-delegator", [Rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]), Rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"])]);
        foreach (var name in (IReadOnlyList<string>)["admin", "edit", "view"]) yield return Aggregated(name);
        yield return Workloads("view", ["get", "list", "watch"], secrets: false);
        yield return Workloads("edit", ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"], secrets: true);
        var admin = Role("system:aggregate-to-admin", [Rule(["rbac.authorization.k8s.io"], ["rolebindings", "roles"], ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]), Rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"])]);
        admin["metadata"]!["labels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-admin"] = "true" };
        yield return admin;
        yield return Binding("cluster-admin", "system:masters");
        yield return Binding("system:discovery", "system:authenticated");
        yield return Binding("system:basic-user", "system:authenticated");
        yield return Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated");
    }

    private static JsonObject Workloads(string name, string[] verbs, bool secrets)
    {
        string[] core = ["configmaps", "endpoints", "events", "limitranges", "namespaces", "persistentvolumeclaims", "pods", "pods/log", "pods/status", "podtemplates", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services"];
        var role = Role("system:aggregate-to-" + name,
        [
            Rule([""], secrets ? [.. core.Where(r => r is not ("namespaces" or "limitranges" or "resourcequotas")), "secrets"] : core, verbs),
            Rule(["apps"], ["controllerrevisions", "daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"], verbs),
            Rule(["batch"], ["cronjobs", "jobs"], verbs),
            Rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], verbs),
            Rule(["policy"], ["poddisruptionbudgets"], verbs),
            Rule(["autoscaling"], ["horizontalpodautoscalers"], verbs),
        ]);
        var labels = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-" + name] = "true" };
        // What viewers may do editors and admins may too, and what editors may do admins may.
        if (name == "view") labels["rbac.authorization.k8s.io/aggregate-to-edit"] = "true";
        labels["rbac.authorization.k8s.io/aggregate-to-admin"] = "true";
        role["metadata"]!["labels"] = labels;
        return role;
    }

    private static JsonObject Aggregated(string name)
    {
        var role = Role(name, []);
        role["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-" + name] = "true" } }) };
        return role;
    }

    private static JsonObject Role(string name, JsonObject[] rules) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "ClusterRole",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["rules"] = new JsonArray([.. rules]),
    };

    private static JsonObject Binding(string role, params string[] groups) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "ClusterRoleBinding",
        ["metadata"] = new JsonObject { ["name"] = role },
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = role },
        ["subjects"] = new JsonArray([.. groups.Select(g => (JsonNode)new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Group", ["name"] = g })]),
    };

    private static JsonObject Rule(string[] groups, string[] resources, string[] verbs) => new() { ["apiGroups"] = Texts(groups), ["resources"] = Texts(resources), ["verbs"] = Texts(verbs) };

    private static JsonObject Paths(string[] verbs, string[] urls) => new() { ["nonResourceURLs"] = Texts(urls), ["verbs"] = Texts(verbs) };

    private static JsonArray Texts(string[] values) => new([.. values.Select(v => (JsonNode)v)]);
}
