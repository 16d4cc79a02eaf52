namespace VWorkspace.Api;

/// <summary>Condition types of an <see cref="Operation"/>. The vocabulary is closed.</summary>
public static class OperationConditions
{
    /// <summary>Spec and target are valid.</summary>
    public const string Accepted = "Accepted";

    /// <summary>The engine works.</summary>
    public const string Running = "Running";

    /// <summary>Ended well.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Ended in a failure.</summary>
    public const string Failed = "Failed";

    /// <summary>Ended by a person or by another operation.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>Waits for something.</summary>
    public const string Blocked = "Blocked";

    /// <summary>All types, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [Accepted, Running, Succeeded, Failed, Cancelled, Blocked];
}

/// <summary>Reasons of the conditions of an <see cref="Operation"/>.</summary>
public static class OperationReasons
{
    /// <summary>Accepted=True.</summary>
    public const string AdmissionPassed = "AdmissionPassed";

    /// <summary>Accepted=False.</summary>
    public const string ValidationFailed = "ValidationFailed";

    /// <summary>Running=True.</summary>
    public const string EngineStarted = "EngineStarted";

    /// <summary>Running=False, before the start and after the end.</summary>
    public const string EngineNotStarted = "EngineNotStarted";

    /// <summary>Succeeded=True.</summary>
    public const string EngineCompleted = "EngineCompleted";

    /// <summary>Succeeded=False.</summary>
    public const string NotYetSucceeded = "NotYetSucceeded";

    /// <summary>Failed=True: a Velero Backup.</summary>
    public const string VeleroBackupFailed = "VeleroBackupFailed";

    /// <summary>Failed=True: a Job whose Pods exceeded the back-off limit.</summary>
    public const string JobFailedBackoffExceeded = "JobFailedBackoffExceeded";

    /// <summary>Failed=True: a Workflow that ended Failed.</summary>
    public const string WorkflowFailed = "WorkflowFailed";

    /// <summary>Failed=True: a limit of time.</summary>
    public const string Timeout = "Timeout";

    /// <summary>Failed=True: a wait window was exceeded.</summary>
    public const string PreconditionFailed = "PreconditionFailed";

    /// <summary>Failed=True: every other failure.</summary>
    public const string EngineFailed = "EngineFailed";

    /// <summary>Cancelled=True: by a person or the control plane.</summary>
    public const string UserCancelled = "UserCancelled";

    /// <summary>Cancelled=True: overtaken by a newer equal Backup.</summary>
    public const string SupersededByOperation = "SupersededByOperation";

    /// <summary>Blocked=True: the target does not advertise the engine.</summary>
    public const string CapabilityMissing = "CapabilityMissing";

    /// <summary>Blocked=True: a valid claim is missing.</summary>
    public const string AwaitingApproval = "AwaitingApproval";

    /// <summary>Blocked=True: another operation on the target goes first.</summary>
    public const string ConflictingOperation = "ConflictingOperation";

    /// <summary>Blocked=True: the target is missing or not Ready.</summary>
    public const string TargetNotReady = "TargetNotReady";

    /// <summary>Blocked=True: the controller or API of the engine is absent.</summary>
    public const string DependencyMissing = "DependencyMissing";

    /// <summary>Blocked=True: a Secret named by the parameters is absent.</summary>
    public const string MissingSecret = "MissingSecret";

    /// <summary>Blocked=True: the named VolumeSnapshotClass is absent.</summary>
    public const string MissingVolumeSnapshotClass = "MissingVolumeSnapshotClass";

    /// <summary>Blocked=True: outside a maintenance window.</summary>
    public const string OutsideMaintenanceWindow = "OutsideMaintenanceWindow";

    /// <summary>Blocked=True: the engine's object is suspended.</summary>
    public const string AwaitingResume = "AwaitingResume";

    /// <summary>Blocked=False.</summary>
    public const string Unblocked = "Unblocked";
}
