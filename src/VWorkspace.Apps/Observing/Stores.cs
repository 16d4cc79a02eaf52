using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Observing;

/// <summary>The stores that a pass reads. What stands beside the instance is watched in its namespace only, see <see cref="ChildWatches"/>.</summary>
internal sealed record Stores(
    IObjectStore<ApplicationInstance> Instances,
    IObjectStore<Operation> Operations,
    IObjectStore<PartialObject> Namespaces,
    INamespacedInformer<HelmRelease> Releases,
    INamespacedInformer<ChartSource> HelmRepositories,
    INamespacedInformer<ChartSource> OciRepositories,
    INamespacedInformer<Ingress> Ingresses,
    INamespacedInformer<ConditionedObject> Certificates,
    INamespacedInformer<ExternalSecret> ExternalSecrets,
    INamespacedInformer<ExternalSecret> ExternalSecretsBeta)
{
    /// <summary>Index of Operations.</summary>
    public const string ByUid = "apps.operation-by-uid";

    /// <summary>Index of instances: namespace and the label value that their children carry.</summary>
    public const string ByLabel = "apps.instance-by-label";

    /// <summary>Index of instances: namespace and name of the release.</summary>
    public const string ByRelease = "apps.instance-by-release";

    /// <summary>Index of what a release made: the name of the release.</summary>
    public const string OfRelease = "apps.of-release";

    public INamespacedInformer<ChartSource> Sources(string sourceType) => sourceType == ChartSourceType.Oci ? OciRepositories : HelmRepositories;

    public static Stores Open(IInformerCache cache)
    {
        IInformer<ApplicationInstance> instances = cache.Informer(ApiResources.ApplicationInstances);
        instances.AddIndex(ByLabel, static instance => [$"{instance.Metadata.Namespace}/{Labels.ValueOf(instance.Metadata.Name ?? string.Empty)}"]);
        instances.AddIndex(ByRelease, static instance => instance.Spec.Release is { Name.Length: > 0 } release ? [$"{instance.Metadata.Namespace}/{release.Name}"] : []);
        IInformer<Operation> operations = cache.Informer(ApiResources.Operations);
        operations.AddIndex(ByUid, static operation => operation.Metadata.Uid is { } uid ? [uid] : []);
        return new(
            instances.Store,
            operations.Store,
            cache.Informer(FluxResources.Namespaces, optional: true).Store,
            cache.NamespacedInformer(FluxResources.HelmReleases, Labels.ApplicationInstance),
            cache.NamespacedInformer(FluxResources.HelmRepositories, Labels.ApplicationInstance),
            cache.NamespacedInformer(FluxResources.OciRepositories, Labels.ApplicationInstance),
            // Of two labels either will do, which no selector can say.
            Indexed(cache.NamespacedInformer(FluxResources.Ingresses)),
            Indexed(cache.NamespacedInformer(FluxResources.Certificates, Labels.HelmInstance)),
            Indexed(cache.NamespacedInformer(FluxResources.ExternalSecrets, Labels.HelmInstance)),
            Indexed(cache.NamespacedInformer(FluxResources.ExternalSecretsBeta, Labels.HelmInstance)));
    }

    /// <summary>The releases that an object says to be of: by the label of charts, else by those of Flux.</summary>
    public static IReadOnlyList<string> ReleasesOf(IKubernetesObject obj)
    {
        IReadOnlyDictionary<string, string> labels = obj.Metadata.Labels;
        var names = new List<string>(1);
        if (labels.TryGetValue(Labels.HelmInstance, out string? byChart)) names.Add(byChart);
        if (labels.TryGetValue(Labels.FluxHelmName, out string? byFlux) && byFlux != byChart
            && labels.TryGetValue(Labels.FluxHelmNamespace, out string? home) && home == obj.Metadata.Namespace) names.Add(byFlux);
        return names;
    }

    private static INamespacedInformer<T> Indexed<T>(INamespacedInformer<T> informer) where T : class, IKubernetesObject
    {
        informer.AddIndex(OfRelease, static obj => ReleasesOf(obj));
        return informer;
    }
}
