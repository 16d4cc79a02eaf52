using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>Where the three kinds live on the API server.</summary>
public static class ApiResources
{
    /// <summary>Group of ApplicationInstance.</summary>
    public const string AppsGroup = "apps.vworkspace.io";

    /// <summary>Group of Operation and Cluster.</summary>
    public const string OpsGroup = "ops.vworkspace.io";

    /// <summary>The only version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>ApplicationInstance.</summary>
    public static KubernetesResource<ApplicationInstance> ApplicationInstances { get; } =
        new(new(AppsGroup, Version, "ApplicationInstance"), "applicationinstances", Namespaced: true, ApiJson.Default.ApplicationInstance);

    /// <summary>Operation.</summary>
    public static KubernetesResource<Operation> Operations { get; } =
        new(new(OpsGroup, Version, "Operation"), "operations", Namespaced: true, ApiJson.Default.Operation);

    /// <summary>Cluster.</summary>
    public static KubernetesResource<Cluster> Clusters { get; } =
        new(new(OpsGroup, Version, "Cluster"), "clusters", Namespaced: true, ApiJson.Default.Cluster);
}
