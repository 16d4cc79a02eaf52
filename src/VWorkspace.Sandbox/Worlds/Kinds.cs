using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>The kinds that the sandbox itself reads and writes, as any client without their types would.</summary>
public static class Kinds
{
    /// <summary><c>v1 Namespace</c>.</summary>
    public static KubernetesResource<DynamicObject> Namespaces { get; } = DynamicObject.Resource(new(string.Empty, "v1", "Namespace"), "namespaces", namespaced: false);

    /// <summary><c>v1 Secret</c>.</summary>
    public static KubernetesResource<DynamicObject> Secrets { get; } = DynamicObject.Resource(new(string.Empty, "v1", "Secret"), "secrets");

    /// <summary><c>v1 Event</c>.</summary>
    public static KubernetesResource<DynamicObject> Events { get; } = DynamicObject.Resource(new(string.Empty, "v1", "Event"), "events");

    /// <summary><c>apps/v1 Deployment</c>.</summary>
    public static KubernetesResource<DynamicObject> Deployments { get; } = DynamicObject.Resource(new("apps", "v1", "Deployment"), "deployments");

    /// <summary><c>apiextensions.k8s.io/v1 CustomResourceDefinition</c>.</summary>
    public static KubernetesResource<DynamicObject> CustomResourceDefinitions { get; } =
        DynamicObject.Resource(new("apiextensions.k8s.io", "v1", "CustomResourceDefinition"), "customresourcedefinitions", namespaced: false);

    /// <summary><c>apps.vworkspace.io/v1alpha1 ApplicationInstance</c>.</summary>
    public static KubernetesResource<DynamicObject> ApplicationInstances { get; } =
        DynamicObject.Resource(new("apps.vworkspace.io", "v1alpha1", "ApplicationInstance"), "applicationinstances");

    /// <summary><c>helm.toolkit.fluxcd.io/v2 HelmRelease</c>.</summary>
    public static KubernetesResource<DynamicObject> HelmReleases { get; } = DynamicObject.Resource(new("helm.toolkit.fluxcd.io", "v2", "HelmRelease"), "helmreleases");

    /// <summary><c>source.toolkit.fluxcd.io/v1 OCIRepository</c>.</summary>
    public static KubernetesResource<DynamicObject> OciRepositories { get; } =
        DynamicObject.Resource(new("source.toolkit.fluxcd.io", "v1", "OCIRepository"), "ocirepositories");

    /// <summary><c>source.toolkit.fluxcd.io/v1 HelmRepository</c>.</summary>
    public static KubernetesResource<DynamicObject> HelmRepositories { get; } =
        DynamicObject.Resource(new("source.toolkit.fluxcd.io", "v1", "HelmRepository"), "helmrepositories");

    /// <summary><c>source.toolkit.fluxcd.io/v1 HelmChart</c>.</summary>
    public static KubernetesResource<DynamicObject> HelmCharts { get; } = DynamicObject.Resource(new("source.toolkit.fluxcd.io", "v1", "HelmChart"), "helmcharts");

    /// <summary>The kind of a manifest, for the kinds above.</summary>
    /// <returns>Null for any other kind.</returns>
    public static KubernetesResource<DynamicObject>? Of(System.Text.Json.Nodes.JsonObject manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest["apiVersion"] is not { } apiVersion || manifest["kind"] is not { } kind) return null;
        return All.FirstOrDefault(resource => resource.Kind.ApiVersion == (string?)apiVersion && resource.Kind.Kind == (string?)kind);
    }

    private static IReadOnlyList<KubernetesResource<DynamicObject>> All => field ??=
    [
        Namespaces, Secrets, Events, Deployments, CustomResourceDefinitions, ApplicationInstances, HelmReleases, OciRepositories, HelmRepositories, HelmCharts,
    ];
}
