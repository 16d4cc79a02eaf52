using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What the source of a release says.</summary>
internal abstract record SourceAnswer
{
    private SourceAnswer()
    {
    }

    public sealed record Absent(string Message) : SourceAnswer;

    public sealed record NotReady(string Message) : SourceAnswer;

    public sealed record Found(ChartPackage Chart, string? OciDigest) : SourceAnswer;
}

/// <summary>Finds the chart of a release, and keeps the HelmChart object of a release that has a chart template.</summary>
internal sealed class ReleaseSources(IControllerManager manager, ChartCatalogue catalogue)
{
    private const int ShortDigest = 12;

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>(StringComparer.Ordinal);

    private readonly IObjectStore<OciRepository> _ociRepositories = manager.Cache.Informer(FluxApi.OciRepositories).Store;
    private readonly IObjectStore<HelmChart> _charts = manager.Cache.Informer(FluxApi.HelmCharts).Store;
    private readonly IObjectStore<HelmRepository> _helmRepositories = manager.Cache.Informer(FluxApi.HelmRepositories).Store;

    /// <summary>Key of the source object that a release watches, or null.</summary>
    public static (string Kind, ObjectKey Key)? SourceOf(HelmRelease release)
    {
        string own = release.Metadata.Namespace ?? string.Empty;
        if (release.Spec.ChartRef is { } reference) return (reference.Kind ?? string.Empty, new(reference.Namespace ?? own, reference.Name ?? string.Empty));
        return release.Spec.Chart?.Spec is { } template ? ("HelmChart", new(template.SourceRef?.Namespace ?? own, $"{own}-{release.Metadata.Name}")) : null;
    }

    /// <summary>Applies the HelmChart of a chart template, and deletes one that the release no longer has.</summary>
    public async Task ReconcileChartAsync(HelmRelease release, HelmReleaseStatus status, CancellationToken cancellationToken)
    {
        string? wanted = release.Spec.Chart?.Spec is not null && SourceOf(release) is { } source ? source.Key.ToString() : null;
        if (status.HelmChart is not null && status.HelmChart != wanted) await DeleteChartAsync(status, cancellationToken);
        if (wanted is null) return;

        ObjectKey key = SourceOf(release)!.Value.Key;
        ChartTemplateSpec template = release.Spec.Chart!.Spec!;
        JsonObject labels = new() { ["helm.toolkit.fluxcd.io/name"] = release.Metadata.Name, ["helm.toolkit.fluxcd.io/namespace"] = release.Metadata.Namespace };
        foreach ((string label, string value) in release.Spec.Chart.Metadata?.Labels ?? NoLabels) labels[label] = value;
        JsonObject chart = new()
        {
            ["apiVersion"] = FluxApi.HelmCharts.Kind.ApiVersion,
            ["kind"] = FluxApi.HelmCharts.Kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["labels"] = labels },
            ["spec"] = new JsonObject
            {
                ["chart"] = template.Chart,
                ["version"] = template.Version ?? "*",
                ["interval"] = template.Interval ?? release.Spec.Interval ?? "5m0s",
                ["reconcileStrategy"] = template.ReconcileStrategy ?? "ChartVersion",
                ["sourceRef"] = new JsonObject { ["kind"] = template.SourceRef?.Kind, ["name"] = template.SourceRef?.Name },
            },
        };
        WriteOptions writer = new() { FieldManager = FluxApi.HelmControllerName, Force = true };
        ApiResult<HelmChart> applied = await manager.Client.PatchAsync(FluxApi.HelmCharts, key, Patch.Apply(chart), writer, cancellationToken);
        _ = applied.Value;
        status.HelmChart = wanted;
    }

    /// <summary>Deletes the HelmChart that the status names, if any.</summary>
    public async Task DeleteChartAsync(HelmReleaseStatus status, CancellationToken cancellationToken)
    {
        if (status.HelmChart?.Split('/') is not [var @namespace, var name]) return;
        ApiResult<JsonObject> deleted = await manager.Client.DeleteAsync(FluxApi.HelmCharts, new(@namespace, name), new(), cancellationToken);
        if (deleted.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
        status.HelmChart = null;
    }

    /// <summary>Reads the source from the cache and loads the chart from its artifact.</summary>
    public SourceAnswer Find(HelmRelease release, HelmReleaseStatus status)
    {
        if (SourceOf(release) is not { } reference) return new SourceAnswer.Absent("could not get Source object: no chart is named");
        ISource? source = reference.Kind switch
        {
            "OCIRepository" => _ociRepositories.Get(reference.Key),
            "HelmChart" => _charts.Get(reference.Key),
            _ => null,
        };
        string plural = reference.Kind == "OCIRepository" ? FluxApi.OciRepositories.QualifiedName : FluxApi.HelmCharts.QualifiedName;
        if (source is null) return new SourceAnswer.Absent($"could not get Source object: {plural} \"{reference.Key.Name}\" not found");
        if (Unready(reference.Kind, source) is { } unready) return new SourceAnswer.NotReady(unready);
        return Load(source, release.Spec.Chart?.Spec?.Chart);
    }

    /// <summary>Why a source cannot be used yet, in the words of helm-controller; null when it can.</summary>
    internal static string? Unready(string kind, ISource source)
    {
        Condition? Of(string type) => source.Status.Conditions?.FirstOrDefault(condition => condition.Type == type);
        string? why = source.Status.ObservedGeneration != source.Metadata.Generation
                ? Of(FluxCondition.Ready) is { IsFalse: true } ready ? ready.Message : "latest generation of object has not been reconciled"
            : Of(FluxCondition.Stalled) is { IsTrue: true } stalled ? stalled.Message
            : source.Status.Artifact is null ? "does not have an artifact"
            : null;
        return why is null ? null : $"{kind} '{ObjectKey.Of(source)}' is not ready: {why}";
    }

    private SourceAnswer Load(ISource source, string? chartName)
    {
        string revision = source.Status.Artifact!.Revision;
        if (source is not OciRepository oci)
        {
            HelmChart chart = (HelmChart)source;
            string repository = _helmRepositories.Get(new(chart.Metadata.Namespace ?? string.Empty, chart.Spec.SourceRef?.Name ?? string.Empty))?.Spec.Url ?? string.Empty;
            return catalogue.Find(repository, chart.Spec.Chart ?? chartName ?? string.Empty, revision) is ChartLookup.Found found
                ? new SourceAnswer.Found(found.Chart, null)
                : new SourceAnswer.Found(new(chart.Spec.Chart ?? string.Empty, revision, revision, source.Status.Artifact.Digest), null);
        }

        // A stored artifact stays usable when the registry loses it: what the chart is follows from its revision.
        (string repositoryUrl, string name) = OciDecision.SplitUrl(oci.Spec.Url ?? string.Empty);
        string tag = revision.Split('@')[0].Replace('_', '+');
        string digest = revision.Split('@')[^1];
        ChartPackage package = catalogue.Find(repositoryUrl, name, tag) is ChartLookup.Found known ? known.Chart : new(name, tag, tag.Split('+')[0], digest);
        string sha = digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return new SourceAnswer.Found(package with { Version = $"{tag.Split('+')[0]}+{sha[..Math.Min(ShortDigest, sha.Length)]}" }, digest);
    }
}
