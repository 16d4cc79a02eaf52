using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Registers the stand-ins' controllers with their managers, with the watches and predicates of the real ones.</summary>
internal static class FluxControllers
{
    /// <summary>The controllers of source-controller.</summary>
    public static void AddSources(IControllerManager manager, FluxOptions options)
    {
        ChartCatalogue catalogue = options.Catalogue;
        manager.AddController("ocirepository").For(FluxApi.OciRepositories, FluxApi.NeedsReconcile).With(Paced(options)).Reconcile(
            new SourceReconciler<OciRepository>(manager, FluxApi.OciRepositories, options, new()
            {
                Fetch = source => OciDecision.Fetch(source.Spec, catalogue),
                Interval = source => source.Spec.Interval,
                IsSuspended = source => source.Spec.Suspend,
                Observe = (source, status) => status with { ObservedLayerSelector = source.Spec.LayerSelector },
                StoredMessage = (source, _, stored) => $"stored artifact with revision '{stored.Revision}' from '{source.Spec.Url}'",
            }));
        manager.AddController("helmrepository").For(FluxApi.HelmRepositories, FluxApi.NeedsReconcile).With(Paced(options)).Reconcile(
            new SourceReconciler<HelmRepository>(manager, FluxApi.HelmRepositories, options, new()
            {
                Fetch = source => HelmRepositoryDecision.Fetch(source.Spec, catalogue),
                Interval = source => source.Spec.Interval,
                IsSuspended = source => source.Spec.Suspend,
                IsStatic = source => source.IsStatic,
                Observe = (_, status) => status with { Url = status.Artifact?.Url },
                StoredMessage = (source, _, _) => $"stored fetched index of size 1.024kB from '{source.Spec.Url}'",
            }));

        IObjectStore<HelmRepository> repositories = manager.Cache.Informer(FluxApi.HelmRepositories).Store;
        IObjectStore<HelmChart> charts = manager.Cache.Informer(FluxApi.HelmCharts).Store;
        HelmRepository? RepositoryOf(HelmChart chart) => repositories.Get(new(chart.Metadata.Namespace ?? string.Empty, chart.Spec.SourceRef?.Name ?? string.Empty));
        manager.AddController("helmchart")
            .For(FluxApi.HelmCharts, FluxApi.NeedsReconcile)
            .Watches(
                FluxApi.HelmRepositories,
                repository => charts.List(repository.Metadata.Namespace).Where(chart => chart.Spec.SourceRef?.Name == repository.Metadata.Name).Select(ObjectKey.Of),
                predicate: NewRevision)
            .With(Paced(options))
            .Reconcile(new SourceReconciler<HelmChart>(manager, FluxApi.HelmCharts, options, new()
            {
                Fetch = chart => HelmChartDecision.Fetch(chart.Spec, RepositoryOf(chart), catalogue),
                Interval = chart => chart.Spec.Interval,
                IsSuspended = chart => chart.Spec.Suspend,
                Observe = (chart, status) => status with
                {
                    Url = status.Artifact?.Url,
                    ObservedChartName = chart.Spec.Chart,
                    ObservedSourceArtifactRevision = RepositoryOf(chart)?.Status.Artifact?.Revision,
                },
                StoredReason = FluxReason.ChartPullSucceeded,
            }));
    }

    /// <summary>The controller of helm-controller.</summary>
    public static void AddReleases(IControllerManager manager, FluxOptions options)
    {
        IObjectStore<HelmRelease> releases = manager.Cache.Informer(FluxApi.HelmReleases).Store;
        IEnumerable<ObjectKey> Users(string kind, IKubernetesObject source) =>
            releases.List().Where(release => ReleaseSources.SourceOf(release) == (kind, ObjectKey.Of(source))).Select(ObjectKey.Of);
        manager.AddController("helmrelease")
            .For(FluxApi.HelmReleases, FluxApi.NeedsReconcile)
            .Watches(FluxApi.OciRepositories, source => Users("OCIRepository", source), predicate: NewRevision)
            .Watches(FluxApi.HelmCharts, source => Users("HelmChart", source), predicate: NewRevision)
            .With(Paced(options))
            .Reconcile(new HelmReleaseReconciler(manager, options));
    }

    /// <summary>A source is of interest to its users when it has a new artifact, or becomes usable again.</summary>
    internal static bool NewRevision<T>(T? previous, T? current) where T : class, ISource
    {
        if (current?.Status.Artifact is not { } artifact) return false;
        return previous?.Status.Artifact?.Revision != artifact.Revision
            || (ReleaseSources.Unready(string.Empty, previous) is not null && ReleaseSources.Unready(string.Empty, current) is null);
    }

    private static ControllerOptions Paced(FluxOptions options) => new()
    {
        MaxConcurrentReconciles = options.Concurrency,
        BackoffBase = options.MinRetryDelay,
        BackoffMax = options.MaxRetryDelay,
        ReconcileTimeout = TimeSpan.Zero,
    };
}
