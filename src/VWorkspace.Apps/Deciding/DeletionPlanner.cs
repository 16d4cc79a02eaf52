using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>What a pass knows of an instance that is being deleted.</summary>
internal sealed record DeletionObservation
{
    public required ApplicationInstance Instance { get; init; }

    /// <summary>The HelmRelease by a live read, or from the store while that still shows it; null when it is gone or its kind is not served.</summary>
    public HelmRelease? Release { get; init; }

    /// <summary>Chart sources that may be ours, from the store where it knows, else by live reads.</summary>
    public IReadOnlyList<(KubernetesResource<ChartSource> Resource, ChartSource Source)> Sources { get; init; } = [];
}

/// <summary>What a pass over an instance that is being deleted does next.</summary>
internal enum DeletionStep
{
    /// <summary>Nothing holds the object: remove the finalizer.</summary>
    Finish,

    /// <summary>Give release and sources up without deleting them, then remove the finalizer.</summary>
    Release,

    /// <summary>Delete the HelmRelease, or wait until Flux has uninstalled it.</summary>
    Uninstall,

    /// <summary>Delete the sources, or wait until they are gone.</summary>
    DeleteSources,
}

/// <summary>The decision of a deletion pass.</summary>
/// <param name="Step">What to do.</param>
/// <param name="Deleting">The Deleting condition, written before anything else happens.</param>
/// <param name="ResumesFirst">The HelmRelease is suspended: Flux would leave the workload behind.</param>
internal sealed record DeletionPlan(DeletionStep Step, DesiredCondition Deleting, bool ResumesFirst = false);

/// <summary>Decides how an instance goes. Pure.</summary>
internal static class DeletionPlanner
{
    public static DeletionPlan Plan(DeletionObservation observed)
    {
        ApplicationInstance instance = observed.Instance;
        if (instance.Spec.IsPlaceholder) return new(DeletionStep.Finish, Deleting(ApplicationReasons.Uninstalling, "a placeholder owns nothing to uninstall"));
        if (Suspension.IsDisabled(instance))
        {
            return new(DeletionStep.Release, Deleting(ApplicationReasons.Uninstalling,
                $"the release is kept: the annotation {Annotations.Reconcile}={Annotations.ReconcileDisabled} is set"));
        }

        if (observed.Release is { } release && Ownership.IsOurs(instance, release))
        {
            return new(DeletionStep.Uninstall, Deleting(ApplicationReasons.Uninstalling, Text(release)), release.IsSuspended);
        }

        return observed.Sources.Any(s => Ownership.IsOurs(instance, s.Source))
            ? new(DeletionStep.DeleteSources, Deleting(ApplicationReasons.WaitingForChildResources, "the release is gone; waiting for its chart source"))
            : new(DeletionStep.Finish, instance.Status.Conditions.Find(ApplicationConditions.Deleting) is { } shown
                ? Deleting(shown.Reason, shown.Message)
                : Deleting(ApplicationReasons.Uninstalling, "there is no release"));
    }

    private static string Text(HelmRelease release)
    {
        Condition? ready = release.Status.Conditions.Find("Ready");
        string state = ready is null ? string.Empty : $": {ready.Reason}: {Redactor.Copied(ready.Message)}";
        string resumed = release.IsSuspended ? "; the HelmRelease was suspended and is resumed, because Flux does not uninstall a suspended one" : string.Empty;
        return $"waiting for Flux to uninstall HelmRelease {release.Metadata.Name}{resumed}{(release.Metadata.IsBeingDeleted ? state : string.Empty)}";
    }

    public static DesiredCondition Deleting(string reason, string message) => new(ApplicationConditions.Deleting, ConditionStatus.True, reason, message);
}
