namespace VWorkspace.Api;

/// <summary>Condition types and reasons of an <see cref="ApplicationInstance"/>. The vocabulary is closed.</summary>
public static class ApplicationConditions
{
    /// <summary>The wanted release runs.</summary>
    public const string Ready = "Ready";

    /// <summary>Something is in flight.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>It runs, but not as wanted.</summary>
    public const string Degraded = "Degraded";

    /// <summary>Nothing is pushed.</summary>
    public const string Suspended = "Suspended";

    /// <summary>Something is missing or refused.</summary>
    public const string Blocked = "Blocked";

    /// <summary>Being deleted.</summary>
    public const string Deleting = "Deleting";

    /// <summary>All types, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [Ready, Reconciling, Degraded, Suspended, Blocked, Deleting];
}

/// <summary>Reasons of the conditions of an <see cref="ApplicationInstance"/>.</summary>
public static class ApplicationReasons
{
    /// <summary>Ready=True: the release is ready.</summary>
    public const string HelmReleaseReady = "HelmReleaseReady";

    /// <summary>Ready=True, with something that a person should look at.</summary>
    public const string HelmReleaseReadyWithWarnings = "HelmReleaseReadyWithWarnings";

    /// <summary>Ready=True: placeholder mode.</summary>
    public const string Placeholder = "Placeholder";

    /// <summary>Ready=False: install, upgrade, rollback or the write of the release failed.</summary>
    public const string HelmReleaseFailed = "HelmReleaseFailed";

    /// <summary>Ready=False, Degraded=True: the chart source cannot be fetched.</summary>
    public const string ChartUnreachable = "ChartUnreachable";

    /// <summary>Ready=False: a Certificate of the release is not issued.</summary>
    public const string WaitingForCertificate = "WaitingForCertificate";

    /// <summary>Ready=False: a Secret is missing or not synced.</summary>
    public const string WaitingForSecret = "WaitingForSecret";

    /// <summary>Ready=False: a ConfigMap or its key is missing.</summary>
    public const string WaitingForConfigMap = "WaitingForConfigMap";

    /// <summary>Ready=False: first install in progress.</summary>
    public const string Installing = "Installing";

    /// <summary>Ready=False: moving to a newer chart or values.</summary>
    public const string Upgrading = "Upgrading";

    /// <summary>Ready=False, Blocked=True: the stored spec breaks a rule.</summary>
    public const string ValidationFailed = "ValidationFailed";

    /// <summary>Ready=Unknown: not enough observed.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>Reconciling=True: first install.</summary>
    public const string HelmReleaseInstalling = "HelmReleaseInstalling";

    /// <summary>Reconciling=True: upgrade or rollback.</summary>
    public const string HelmReleaseUpgrading = "HelmReleaseUpgrading";

    /// <summary>Reconciling=True: the source fetches the artifact.</summary>
    public const string ChartSourceSyncing = "ChartSourceSyncing";

    /// <summary>Reconciling=False.</summary>
    public const string Stable = "Stable";

    /// <summary>Degraded=True: an upgrade failed and was rolled back.</summary>
    public const string UpgradeFailed = "UpgradeFailed";

    /// <summary>Degraded=True: the release failed after an earlier success, without a successful rollback.</summary>
    public const string HelmReleaseDegraded = "HelmReleaseDegraded";

    /// <summary>Degraded=True, Ready=False: a readiness check failed.</summary>
    public const string EndpointUnreachable = "EndpointUnreachable";

    /// <summary>Degraded=True: somebody changed what the operator or the chart set.</summary>
    public const string Drifted = "Drifted";

    /// <summary>Degraded=True: the version is on the deprecated list.</summary>
    public const string ChartVersionDeprecated = "ChartVersionDeprecated";

    /// <summary>Degraded=True: a forbidden version runs by override.</summary>
    public const string ForbiddenVersionOverride = "ForbiddenVersionOverride";

    /// <summary>Degraded=False.</summary>
    public const string Recovered = "Recovered";

    /// <summary>Suspended=True: paused by annotation.</summary>
    public const string ReconcilePaused = "ReconcilePaused";

    /// <summary>Suspended=True: suspended in another way.</summary>
    public const string ManuallySuspended = "ManuallySuspended";

    /// <summary>Suspended=True: inside a maintenance window.</summary>
    public const string MaintenanceWindow = "MaintenanceWindow";

    /// <summary>Suspended=False.</summary>
    public const string Active = "Active";

    /// <summary>Blocked=True: a Secret or its key is missing.</summary>
    public const string MissingSecret = "MissingSecret";

    /// <summary>Blocked=True: a ConfigMap or its key is missing.</summary>
    public const string MissingConfigMap = "MissingConfigMap";

    /// <summary>Blocked=True: the chart is not there or not allowed.</summary>
    public const string MissingChartSource = "MissingChartSource";

    /// <summary>Blocked=True: a controller is not installed.</summary>
    public const string MissingDependencies = "MissingDependencies";

    /// <summary>Blocked=True: policy refuses.</summary>
    public const string PolicyDenied = "PolicyDenied";

    /// <summary>Blocked=True: catalog policy demands an approval.</summary>
    public const string AwaitingApproval = "AwaitingApproval";

    /// <summary>Blocked=True: catalog policy was needed and not available.</summary>
    public const string CatalogUnreachable = "CatalogUnreachable";

    /// <summary>Blocked=False.</summary>
    public const string Unblocked = "Unblocked";

    /// <summary>Deleting=True: the HelmRelease still exists.</summary>
    public const string Uninstalling = "Uninstalling";

    /// <summary>Deleting=True: the HelmRelease is gone, other objects are not.</summary>
    public const string WaitingForChildResources = "WaitingForChildResources";
}
