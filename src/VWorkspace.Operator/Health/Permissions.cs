namespace VWorkspace.Operator.Health;

/// <summary>
/// What the operator must be allowed everywhere, the same as <c>deploy/manifests/20-cluster-role.yaml</c>; a test compares the two.
/// What it may do in managed namespaces is granted and taken away one by one, and is not asked for here.
/// </summary>
internal static class Permissions
{
    /// <summary>The rules of the cluster-wide role.</summary>
    public static IReadOnlyList<PermissionRule> ClusterWide { get; } =
    [
        new("apps.vworkspace.io", ["applicationinstances"], ["get", "list", "watch", "patch"]),
        new("apps.vworkspace.io", ["applicationinstances/status"], ["patch"]),
        new("apps.vworkspace.io", ["applicationinstances/finalizers"], ["update"]),
        new("ops.vworkspace.io", ["operations", "clusters"], ["list", "watch"]),
        new("apiextensions.k8s.io", ["customresourcedefinitions"], ["list", "watch"]),
        new("", ["namespaces"], ["get", "list", "watch"]),
        new("events.k8s.io", ["events"], ["create", "patch"]),
    ];

    /// <summary>What the policy of the catalog needs in the namespace of the operator.</summary>
    public static PermissionRule CatalogPolicy { get; } = new("", ["configmaps"], ["list", "watch"], Apps.CatalogPolicy.ConfigMapName);

    /// <summary>What leader election needs in the namespace of the Lease.</summary>
    public static PermissionRule Leases { get; } = new("coordination.k8s.io", ["leases"], ["get", "create", "patch"]);
}

/// <summary>A rule of a role.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resources">Plurals, with <c>/subresource</c> where it is one.</param>
/// <param name="Verbs">Verbs.</param>
/// <param name="Name">The only object that is meant, or null for all.</param>
internal sealed record PermissionRule(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs, string? Name = null);
