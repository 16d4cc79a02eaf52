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
        new("apps.vworkspace.io", ["applicationinstances"], ["get", "list", "watch", "update", "patch"]),
        new("apps.vworkspace.io", ["applicationinstances/status", "applicationinstances/finalizers"], ["get", "update", "patch"]),
        new("ops.vworkspace.io", ["operations", "clusters"], ["get", "list", "watch"]),
        new("apiextensions.k8s.io", ["customresourcedefinitions"], ["get", "list", "watch"]),
        new("", ["namespaces"], ["get", "list", "watch"]),
        new("helm.toolkit.fluxcd.io", ["helmreleases"], ["get", "list", "watch"]),
        new("source.toolkit.fluxcd.io", ["helmrepositories", "ocirepositories"], ["get", "list", "watch"]),
        new("events.k8s.io", ["events"], ["create", "patch"]),
    ];

    /// <summary>What leader election needs in the namespace of the Lease.</summary>
    public static PermissionRule Leases { get; } = new("coordination.k8s.io", ["leases"], ["get", "create", "update"]);
}

/// <summary>A rule of a role.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resources">Plurals, with <c>/subresource</c> where it is one.</param>
/// <param name="Verbs">Verbs.</param>
internal sealed record PermissionRule(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs);
