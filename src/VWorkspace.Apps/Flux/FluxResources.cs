using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Flux;

/// <summary>Where the objects beside the instance live on the API server.</summary>
internal static class FluxResources
{
    public static KubernetesResource<HelmRelease> HelmReleases { get; } =
        new(new("helm.toolkit.fluxcd.io", "v2", "HelmRelease"), "helmreleases", Namespaced: true, FluxJson.Default.HelmRelease);

    public static KubernetesResource<ChartSource> HelmRepositories { get; } =
        new(new("source.toolkit.fluxcd.io", "v1", "HelmRepository"), "helmrepositories", Namespaced: true, FluxJson.Default.ChartSource);

    public static KubernetesResource<ChartSource> OciRepositories { get; } =
        new(new("source.toolkit.fluxcd.io", "v1", "OCIRepository"), "ocirepositories", Namespaced: true, FluxJson.Default.ChartSource);

    /// <summary>Made by helm-controller for a release of a chart repository; only ever read by name.</summary>
    public static KubernetesResource<ChartSource> HelmCharts { get; } =
        new(new("source.toolkit.fluxcd.io", "v1", "HelmChart"), "helmcharts", Namespaced: true, FluxJson.Default.ChartSource);

    public static KubernetesResource<ConditionedObject> Certificates { get; } =
        new(new("cert-manager.io", "v1", "Certificate"), "certificates", Namespaced: true, FluxJson.Default.ConditionedObject);

    public static KubernetesResource<ExternalSecret> ExternalSecrets { get; } =
        new(new("external-secrets.io", "v1", "ExternalSecret"), "externalsecrets", Namespaced: true, FluxJson.Default.ExternalSecret);

    public static KubernetesResource<ExternalSecret> ExternalSecretsBeta { get; } =
        new(new("external-secrets.io", "v1beta1", "ExternalSecret"), "externalsecrets", Namespaced: true, FluxJson.Default.ExternalSecret);

    public static KubernetesResource<Ingress> Ingresses { get; } =
        new(new("networking.k8s.io", "v1", "Ingress"), "ingresses", Namespaced: true, FluxJson.Default.Ingress);

    public static KubernetesResource<DataObject> Secrets { get; } = new(new("", "v1", "Secret"), "secrets", Namespaced: true, FluxJson.Default.DataObject);

    public static KubernetesResource<DataObject> ConfigMaps { get; } = new(new("", "v1", "ConfigMap"), "configmaps", Namespaced: true, FluxJson.Default.DataObject);

    public static KubernetesResource<PartialObject> Namespaces { get; } = PartialObject.Resource(new("", "v1", "Namespace"), "namespaces", namespaced: false);

    /// <summary>The kind of source for a source type of the API.</summary>
    public static KubernetesResource<ChartSource> Source(string sourceType) => sourceType == Api.ChartSourceType.Oci ? OciRepositories : HelmRepositories;

    /// <summary>The kind of source that a source type does not use.</summary>
    public static KubernetesResource<ChartSource> OtherSource(string sourceType) => sourceType == Api.ChartSourceType.Oci ? HelmRepositories : OciRepositories;
}
