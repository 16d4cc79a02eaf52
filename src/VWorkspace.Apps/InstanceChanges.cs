using VWorkspace.Api;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>Which changes queue an instance.</summary>
internal static class InstanceChanges
{
    /// <summary>A new spec, a deletion, finalizers, or a label or annotation that the controller reads. Its own status writes do not.</summary>
    public static bool Matter(ApplicationInstance? previous, ApplicationInstance? current)
    {
        if (previous is null || current is null || previous.Metadata.Uid != current.Metadata.Uid) return true;
        ObjectMeta before = previous.Metadata, after = current.Metadata;
        return before.Generation != after.Generation
            || before.DeletionTimestamp != after.DeletionTimestamp
            || !before.Finalizers.SequenceEqual(after.Finalizers, StringComparer.Ordinal)
            || !Same(before.Labels, after.Labels, static key => key is Labels.ClusterId)
            || !Same(before.Annotations, after.Annotations, static key => key is Annotations.Reconcile or Annotations.MaintenanceWindow
                or Annotations.OverrideForbidden or Annotations.SuspendedByOperation or Annotations.Adopt);
    }

    /// <summary>The labels of a namespace decide about the gate; a new namespace has no instances yet.</summary>
    public static bool NamespaceMatters(PartialObject? previous, PartialObject? current) =>
        previous is not null && current is not null && Labels.IsGated(previous.Metadata.Labels) != Labels.IsGated(current.Metadata.Labels);

    /// <summary>A Restore that ended or went may leave a suspension behind.</summary>
    public static bool OperationMatters(Operation? previous, Operation? current)
    {
        Operation? any = current ?? previous;
        if (any is null || any.Spec.Type != OperationType.Restore) return false;
        return current is null || (OperationPhase.IsTerminal(current.Status.Phase) && !(previous is not null && OperationPhase.IsTerminal(previous.Status.Phase)));
    }

    /// <summary>Hosts and labels; not the address that a load balancer got.</summary>
    public static bool IngressMatters(Flux.Ingress? previous, Flux.Ingress? current) =>
        previous is null || current is null || previous.Metadata.Uid != current.Metadata.Uid || previous.Metadata.Generation != current.Metadata.Generation
        || !Same(previous.Metadata.Labels, current.Metadata.Labels, static key => key is Labels.HelmInstance or Labels.FluxHelmName or Labels.FluxHelmNamespace);

    private static bool Same(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after, Func<string, bool> matters)
    {
        foreach ((string key, string value) in before)
            if (matters(key) && !(after.TryGetValue(key, out string? now) && now == value)) return false;
        foreach (string key in after.Keys)
            if (matters(key) && !before.ContainsKey(key)) return false;
        return true;
    }
}
