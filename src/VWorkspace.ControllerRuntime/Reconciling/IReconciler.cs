using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Brings one object towards its desired state. Level-triggered: it is told which object, never what happened.</summary>
public interface IReconciler
{
    /// <summary>One pass. Safe to repeat at any point; never called for the same key by two workers at once.</summary>
    /// <param name="key">Which object.</param>
    /// <param name="cancellationToken">Fires on the reconcile time-out, on lost leadership and at the end of the graceful stop.</param>
    Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken);
}
