namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What fetching an OCIRepository, a HelmRepository or a HelmChart gives; pure but for the catalogue.</summary>
internal static class OciDecision
{
    public static FetchResult Fetch(OciRepositorySpec spec, ChartCatalogue catalogue)
    {
        string url = spec.Url ?? string.Empty;
        (string repository, string chart) = SplitUrl(url);
        if (chart.Length == 0 || chart.Contains(':', StringComparison.Ordinal))
            return new FetchResult.Stalled(FluxReason.UrlInvalid, $"URL validation failed for '{url}': URL must be in format 'oci://<domain>/<org>/<repo>'");
        string tag = spec.Ref?.Tag ?? spec.Ref?.Semver ?? "latest";
        (string host, string path) = (new Uri(repository).Host, url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..]);
        path = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return catalogue.Find(repository, chart, tag) switch
        {
            ChartLookup.Found found => Stored(spec.Ref?.Digest ?? $"{tag}@{found.Chart.Digest}", found.Chart),
            ChartLookup.Unreachable unreachable => new FetchResult.Failed(
                FluxReason.OciPullFailed, $"failed to determine artifact digest: Get \"https://{host}/v2/\": {unreachable.Error}"),
            _ => new FetchResult.Failed(
                FluxReason.OciPullFailed,
                $"failed to determine artifact digest: GET https://{host}/v2/{path}/manifests/{tag}: MANIFEST_UNKNOWN: manifest unknown; tag '{tag}' not found"),
        };
    }

    /// <summary>Repository and chart of an <c>oci://host/path/chart</c> URL; an empty chart when the URL has no path.</summary>
    public static (string Repository, string Chart) SplitUrl(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int last = url.LastIndexOf('/');
        return scheme < 0 || last < scheme + 3 || !Uri.TryCreate(url[..last], UriKind.Absolute, out _) ? (url, string.Empty) : (url[..last], url[(last + 1)..]);
    }

    private static FetchResult.Stored Stored(string revision, ChartPackage chart) =>
        new(revision, chart.Digest, $"{chart.Digest}.tgz", FluxReason.Succeeded, $"stored artifact for digest '{revision}'");
}

/// <summary>What fetching the index of a HelmRepository gives.</summary>
internal static class HelmRepositoryDecision
{
    public static FetchResult Fetch(HelmRepositorySpec spec, ChartCatalogue catalogue)
    {
        string url = (spec.Url ?? string.Empty).TrimEnd('/');
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            return new FetchResult.Stalled(FluxReason.UrlInvalid, "invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type");
        if (catalogue.HostFault(uri.Host) is { } fault)
            return new FetchResult.Failed(
                FluxReason.Failed, $"failed to fetch Helm repository index: failed to cache index to temporary file: Get \"{url}/index.yaml\": {fault}");
        string revision = ChartCatalogue.DigestOf(url);
        return new FetchResult.Stored(revision, revision, $"index-{revision[7..]}.yaml", FluxReason.Succeeded, $"stored artifact: revision '{revision}'");
    }
}

/// <summary>What fetching a HelmChart from its HelmRepository gives.</summary>
internal static class HelmChartDecision
{
    public static FetchResult Fetch(HelmChartSpec spec, HelmRepository? repository, ChartCatalogue catalogue)
    {
        if (repository is null)
            return new FetchResult.Failed("SourceUnavailable", $"failed to get source: HelmRepository.source.toolkit.fluxcd.io \"{spec.SourceRef?.Name}\" not found");
        if (!repository.IsStatic && repository.Status.Artifact is null)
            return new FetchResult.Failed("NoSourceArtifact", $"no artifact available for HelmRepository source '{spec.SourceRef?.Name}'");
        (string chart, string version) = (spec.Chart ?? string.Empty, spec.Version ?? "*");
        return catalogue.Find(repository.Spec.Url ?? string.Empty, chart, version) switch
        {
            ChartLookup.Found found => new FetchResult.Stored(
                found.Chart.Version, found.Chart.Digest, $"{chart}-{found.Chart.Version}.tgz", FluxReason.ChartPullSucceeded,
                $"pulled '{chart}' chart with version '{found.Chart.Version}'"),
            ChartLookup.Unreachable unreachable => new FetchResult.Failed("ChartPullError", $"chart pull error: failed to download chart for remote reference: {unreachable.Error}"),
            _ => new FetchResult.Failed(
                FluxReason.InvalidChartReference,
                $"invalid chart reference: failed to get chart version for remote reference: no '{chart}' chart with version matching '{version}' found"),
        };
    }
}
