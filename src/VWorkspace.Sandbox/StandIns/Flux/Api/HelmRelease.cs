using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary><c>helm.toolkit.fluxcd.io/v2 HelmRelease</c>.</summary>
internal sealed record HelmRelease : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public HelmReleaseSpec Spec { get => field ?? new(); init; } = new();
    public HelmReleaseStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record HelmReleaseSpec
{
    public string? Interval { get; init; }
    public string? Timeout { get; init; }
    public string? ReleaseName { get; init; }
    public string? TargetNamespace { get; init; }
    public string? StorageNamespace { get; init; }
    public int? MaxHistory { get; init; }
    public bool Suspend { get; init; }
    public ChartTemplate? Chart { get; init; }
    public SourceReference? ChartRef { get; init; }
    public IReadOnlyList<ReleaseDependency>? DependsOn { get; init; }
    public JsonObject? Values { get; init; }
    public IReadOnlyList<ValuesReference>? ValuesFrom { get; init; }
    public ActionSpec? Install { get; init; }
    public ActionSpec? Upgrade { get; init; }
    public ActionSpec? Rollback { get; init; }
    public ActionSpec? Uninstall { get; init; }
    public DriftDetection? DriftDetection { get; init; }
}

internal sealed record ChartTemplate
{
    public ChartTemplateMetadata? Metadata { get; init; }
    public ChartTemplateSpec? Spec { get; init; }
}

internal sealed record ChartTemplateMetadata
{
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

internal sealed record ChartTemplateSpec
{
    public string? Chart { get; init; }
    public string? Version { get; init; }
    public string? Interval { get; init; }
    public string? ReconcileStrategy { get; init; }
    public SourceReference? SourceRef { get; init; }
    public IReadOnlyList<string>? ValuesFiles { get; init; }
}

internal sealed record ReleaseDependency
{
    public string? Name { get; init; }
    public string? Namespace { get; init; }
}

internal sealed record ValuesReference
{
    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? ValuesKey { get; init; }
    public string? TargetPath { get; init; }
    public bool Optional { get; init; }
}

/// <summary>What the stand-in reads of install, upgrade, rollback and uninstall.</summary>
internal sealed record ActionSpec
{
    public string? Timeout { get; init; }
    public bool KeepHistory { get; init; }
    public RemediationSpec? Remediation { get; init; }
}

internal sealed record RemediationSpec
{
    /// <summary>Retries before giving up; negative for no limit. Upstream default 0.</summary>
    public int Retries { get; init; }

    /// <summary>Remediate after the last failure too. Upstream default: false for install; for upgrade true as soon as retries are set.</summary>
    public bool? RemediateLastFailure { get; init; }

    /// <summary><c>rollback</c> (default) or <c>uninstall</c>; upgrade only.</summary>
    public string? Strategy { get; init; }
}

internal sealed record DriftDetection
{
    public string? Mode { get; init; }
}

/// <summary>Status of a HelmRelease; changed in place by the pass that owns its copy.</summary>
internal sealed record HelmReleaseStatus
{
    public long? ObservedGeneration { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
    public string? HelmChart { get; set; }
    public string? StorageNamespace { get; set; }
    public IReadOnlyList<Snapshot>? History { get; set; }
    public long? Failures { get; set; }
    public long? InstallFailures { get; set; }
    public long? UpgradeFailures { get; set; }
    public long? LastAttemptedGeneration { get; set; }
    public string? LastAttemptedRevision { get; set; }
    public string? LastAttemptedRevisionDigest { get; set; }
    public string? LastAttemptedConfigDigest { get; set; }
    public string? LastAttemptedReleaseAction { get; set; }
    public string? LastAttemptedReleaseActionDuration { get; set; }
    public string? LastHandledReconcileAt { get; set; }
    public string? LastHandledForceAt { get; set; }
    public string? LastHandledResetAt { get; set; }
    public Inventory? Inventory { get; set; }

    public void ClearFailures() => (Failures, InstallFailures, UpgradeFailures) = (null, null, null);
}

/// <summary>One Helm revision as helm-controller remembers it; newest first in the history.</summary>
internal sealed record Snapshot
{
    public string? Action { get; init; }
    public string? AppVersion { get; init; }
    public required string ChartName { get; init; }
    public required string ChartVersion { get; init; }
    public required string ConfigDigest { get; init; }
    public string? Deleted { get; init; }
    public required string Digest { get; init; }
    public required string FirstDeployed { get; init; }
    public required string LastDeployed { get; init; }
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public string? OciDigest { get; init; }
    public required string Status { get; init; }
    public required int Version { get; init; }

    /// <summary><c>namespace/name.vN</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string FullReleaseName => string.Create(CultureInfo.InvariantCulture, $"{Namespace}/{Name}.v{Version}");

    /// <summary><c>chart@version</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string VersionedChartName => $"{ChartName}@{ChartVersion}";
}

internal sealed record Inventory
{
    public IReadOnlyList<InventoryEntry> Entries { get; init; } = [];
}

internal sealed record InventoryEntry(string Id, string V);
