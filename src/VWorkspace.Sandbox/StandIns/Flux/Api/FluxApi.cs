using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Names of the Flux API, as helm-controller 1.6 and source-controller 1.9 write them.</summary>
internal static class FluxApi
{
    public const string SourceGroup = "source.toolkit.fluxcd.io";
    public const string HelmGroup = "helm.toolkit.fluxcd.io";
    public const string Finalizer = "finalizers.fluxcd.io";
    public const string SourceControllerName = "source-controller";
    public const string HelmControllerName = "helm-controller";

    public const string RequestedAt = "reconcile.fluxcd.io/requestedAt";
    public const string ForceAt = "reconcile.fluxcd.io/forceAt";
    public const string ResetAt = "reconcile.fluxcd.io/resetAt";

    public static KubernetesResource<OciRepository> OciRepositories { get; } =
        new(new(SourceGroup, "v1", "OCIRepository"), "ocirepositories", true, FluxJson.Default.OciRepository);

    public static KubernetesResource<HelmRepository> HelmRepositories { get; } =
        new(new(SourceGroup, "v1", "HelmRepository"), "helmrepositories", true, FluxJson.Default.HelmRepository);

    public static KubernetesResource<HelmChart> HelmCharts { get; } =
        new(new(SourceGroup, "v1", "HelmChart"), "helmcharts", true, FluxJson.Default.HelmChart);

    public static KubernetesResource<HelmRelease> HelmReleases { get; } =
        new(new(HelmGroup, "v2", "HelmRelease"), "helmreleases", true, FluxJson.Default.HelmRelease);

    /// <summary>True when a change has to be looked at: new, another generation (deletion raises it too), or a new request by annotation.</summary>
    public static bool NeedsReconcile<T>(T? previous, T? current) where T : class, IKubernetesObject
    {
        if (current is null) return false;
        if (previous is null) return true;
        return previous.Metadata.Generation != current.Metadata.Generation
            || previous.Metadata.Uid != current.Metadata.Uid
            || previous.Metadata.IsBeingDeleted != current.Metadata.IsBeingDeleted
            || Annotation(previous, RequestedAt) != Annotation(current, RequestedAt);
    }

    /// <summary>Value of an annotation, or null.</summary>
    public static string? Annotation(IKubernetesObject obj, string key) => obj.Metadata.Annotations.GetValueOrDefault(key);
}

/// <summary>Condition types of Flux.</summary>
internal static class FluxCondition
{
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
    public const string Released = "Released";
    public const string Remediated = "Remediated";
    public const string Drifted = "Drifted";
    public const string ArtifactInStorage = "ArtifactInStorage";
    public const string ArtifactOutdated = "ArtifactOutdated";
    public const string FetchFailed = "FetchFailed";
    public const string BuildFailed = "BuildFailed";
}

/// <summary>Condition reasons of Flux.</summary>
internal static class FluxReason
{
    public const string Progressing = "Progressing";
    public const string ProgressingWithRetry = "ProgressingWithRetry";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string NewRevision = "NewRevision";
    public const string UrlInvalid = "URLInvalid";
    public const string OciPullFailed = "OCIArtifactPullFailed";
    public const string ChartPullSucceeded = "ChartPullSucceeded";
    public const string InvalidChartReference = "InvalidChartReference";
    public const string SourceNotReady = "SourceNotReady";
    public const string ArtifactFailed = "ArtifactFailed";
    public const string ValuesError = "ValuesError";
    public const string DependencyNotReady = "DependencyNotReady";
    public const string StateError = "StateError";
    public const string InstallSucceeded = "InstallSucceeded";
    public const string InstallFailed = "InstallFailed";
    public const string UpgradeSucceeded = "UpgradeSucceeded";
    public const string UpgradeFailed = "UpgradeFailed";
    public const string RollbackSucceeded = "RollbackSucceeded";
    public const string RollbackFailed = "RollbackFailed";
    public const string UninstallSucceeded = "UninstallSucceeded";
    public const string UninstallFailed = "UninstallFailed";
    public const string PendingRelease = "PendingRelease";
    public const string RetriesExceeded = "RetriesExceeded";
    public const string MissingRollbackTarget = "MissingRollbackTarget";
    public const string DriftDetected = "DriftDetected";
    public const string NoDriftDetected = "NoDriftDetected";
}
