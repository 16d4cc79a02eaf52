using System.Text.Json;

namespace VWorkspace.Api;

/// <summary>What an <see cref="Operation"/> is to do.</summary>
public sealed record OperationSpec
{
    /// <summary>The instance to work on; null in an object that bypassed the schema. Immutable.</summary>
    public TargetReference? TargetRef { get; init; }

    /// <summary>See <see cref="OperationType"/>. Immutable.</summary>
    public string Type { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>See <see cref="OperationEngine"/>. Immutable.</summary>
    public string Engine { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Parameters of the template; absent, null and an empty object are the same.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>How the operation waits and how long it may take.</summary>
    public OperationPolicy? Policy { get; init; }

    /// <summary>Approval by a second person.</summary>
    public OperationApprovals? Approvals { get; init; }
}

/// <summary>Points to an <see cref="ApplicationInstance"/> of the same namespace.</summary>
public sealed record TargetReference
{
    /// <summary>Always <c>apps.vworkspace.io/v1alpha1</c>; also when absent.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Always <c>ApplicationInstance</c>; also when absent.</summary>
    public string? Kind { get; init; }

    /// <summary>Name of the instance.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>How an operation waits and how long it may take.</summary>
public sealed record OperationPolicy
{
    /// <summary>Wait until the target is Ready; null means true.</summary>
    public bool? RequireReady { get; init; }

    /// <summary>Longest run time in seconds from <see cref="OperationStatus.StartedAt"/>; null means the operator's limit.</summary>
    public long? TimeoutSeconds { get; init; }

    /// <summary>Longest wait in seconds; null means the operator's limit.</summary>
    public long? WaitTimeoutSeconds { get; init; }

    /// <summary>Makes a RunCommand or Runbook conflict like an Upgrade; null means false.</summary>
    public bool? Exclusive { get; init; }
}

/// <summary>Approval by a second person.</summary>
public sealed record OperationApprovals
{
    /// <summary>The operation waits for a valid claim; null means that the template decides.</summary>
    public bool? Required { get; init; }

    /// <summary>Signed claim, <c>vws1.&lt;body&gt;.&lt;digest&gt;</c>.</summary>
    public string? Claim { get; init; }

    /// <summary>Who approved; for information.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When it was approved, RFC 3339; for information.</summary>
    public string? ApprovedAt { get; init; }
}

/// <summary>Values of <see cref="OperationSpec.Type"/>.</summary>
public static class OperationType
{
    /// <summary>Reads the target.</summary>
    public const string Backup = "Backup";

    /// <summary>Writes the target back from a backup.</summary>
    public const string Restore = "Restore";

    /// <summary>Moves the release to another version or other values.</summary>
    public const string Upgrade = "Upgrade";

    /// <summary>Runs a migration of the application's data.</summary>
    public const string Migration = "Migration";

    /// <summary>Runs a command in a Job.</summary>
    public const string RunCommand = "RunCommand";

    /// <summary>Runs a workflow.</summary>
    public const string Runbook = "Runbook";

    /// <summary>All, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [Backup, Restore, Upgrade, Migration, RunCommand, Runbook];
}

/// <summary>Values of <see cref="OperationSpec.Engine"/>.</summary>
public static class OperationEngine
{
    /// <summary>Velero.</summary>
    public const string Velero = "velero";

    /// <summary>Argo Workflows.</summary>
    public const string Workflow = "workflow";

    /// <summary>A Kubernetes Job.</summary>
    public const string Job = "job";

    /// <summary>Flux's HelmRelease.</summary>
    public const string Helm = "helm";

    /// <summary>A Job cloned from a hook of the release.</summary>
    public const string HelmHookJob = "helmHookJob";

    /// <summary>VolSync.</summary>
    public const string VolSync = "volsync";

    /// <summary>CSI snapshots.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>All, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [Velero, Workflow, Job, Helm, HelmHookJob, VolSync, Snapshot];
}
