namespace VWorkspace.Api;

/// <summary>Annotation keys and values.</summary>
public static class Annotations
{
    /// <summary>On an ApplicationInstance: <see cref="ReconcileDisabled"/> pauses it.</summary>
    public const string Reconcile = "apps.vworkspace.io/reconcile";

    /// <summary>Value of <see cref="Reconcile"/> that pauses; compared trimmed and without regard to case.</summary>
    public const string ReconcileDisabled = "disabled";

    /// <summary>Value of <see cref="Reconcile"/> that announces maintenance.</summary>
    public const string ReconcileMaintenance = "maintenance";

    /// <summary>On an ApplicationInstance: <c>&lt;RFC 3339&gt;/&lt;RFC 3339&gt;</c>, paused inside.</summary>
    public const string MaintenanceWindow = "apps.vworkspace.io/maintenance-window";

    /// <summary>On an ApplicationInstance: <c>true</c> admits a forbidden version.</summary>
    public const string OverrideForbidden = "apps.vworkspace.io/override-forbidden";

    /// <summary>On an ApplicationInstance: UID of the Restore that suspends it.</summary>
    public const string SuspendedByOperation = "apps.vworkspace.io/suspended-by-operation";

    /// <summary>On an ApplicationInstance: <c>true</c> takes over a foreign, uncontrolled HelmRelease.</summary>
    public const string Adopt = "apps.vworkspace.io/adopt";

    /// <summary>Prefix of the capability annotations of an ApplicationInstance and of the operator's own annotations of Operations.</summary>
    public const string OpsPrefix = "ops.vworkspace.io/";

    /// <summary>On an ApplicationInstance: quiesce support, informational.</summary>
    public const string Quiesce = "ops.vworkspace.io/quiesce";

    /// <summary>On an Operation: <c>true</c> cancels it and keeps the object.</summary>
    public const string Cancel = "ops.vworkspace.io/cancel";

    /// <summary>On a Namespace: comma-separated types of Operations that are allowed.</summary>
    public const string AllowedTypes = "ops.vworkspace.io/allowed-types";

    /// <summary>On a Cluster: forces an exchange of the token.</summary>
    public const string RotateCredentials = "ops.vworkspace.io/rotate-credentials";

    /// <summary>On engine objects: <c>&lt;namespace&gt;/&lt;name&gt;</c> of the Operation.</summary>
    public const string OperationRef = "ops.vworkspace.io/operation-ref";

    /// <summary>On objects applied for the control plane: hash of the intent.</summary>
    public const string AppliedIntentHash = "vworkspace.io/applied-intent-hash";

    /// <summary>On Flux objects: generation of the ApplicationInstance at the write.</summary>
    public const string LastAppliedGeneration = "vworkspace.io/last-applied-generation";

    /// <summary>On Flux objects: SHA-256 of the rendered spec.</summary>
    public const string AppliedSpecHash = "vworkspace.io/applied-spec-hash";

    /// <summary>On a HelmRelease: digest of the referenced values document.</summary>
    public const string ValuesDigest = "vworkspace.io/values-digest";

    /// <summary>Flux: reconcile now.</summary>
    public const string FluxRequestedAt = "reconcile.fluxcd.io/requestedAt";

    /// <summary>Verbs of the capability annotations: <c>ops.vworkspace.io/&lt;verb&gt;</c>.</summary>
    public static IReadOnlyList<string> CapabilityVerbs { get; } =
        ["backup", "restore", "upgrade", "migration", "runcommand", "runbook", "snapshot", "replicate"];
}
