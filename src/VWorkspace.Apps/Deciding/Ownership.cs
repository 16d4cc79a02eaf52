using VWorkspace.Api;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>Whose a Flux object is, seen from an instance.</summary>
internal enum Owner
{
    /// <summary>The object does not exist.</summary>
    Nobody,

    /// <summary>Controlled by the instance.</summary>
    Ours,

    /// <summary>Has our label and no controller: it lost its owner reference, for instance by a restore from a backup.</summary>
    Orphaned,

    /// <summary>No controller and not our label.</summary>
    Stray,

    /// <summary>Controlled by something else.</summary>
    Foreign,
}

internal static class Ownership
{
    public static Owner Of(ApplicationInstance instance, IKubernetesObject? child)
    {
        if (child is null) return Owner.Nobody;
        if (child.Metadata.Controller is { } controller) return controller.Uid == instance.Metadata.Uid ? Owner.Ours : Owner.Foreign;
        return child.Metadata.Labels.TryGetValue(Labels.ApplicationInstance, out string? label) && label == Labels.ValueOf(instance.Metadata.Name ?? string.Empty)
            ? Owner.Orphaned
            : Owner.Stray;
    }

    /// <summary>True when the instance may write the object: it is absent, ours, an orphan of ours, or a stray that the instance is allowed to adopt.</summary>
    public static bool MayWrite(ApplicationInstance instance, IKubernetesObject? child) => Of(instance, child) switch
    {
        Owner.Nobody or Owner.Ours or Owner.Orphaned => true,
        Owner.Stray => instance.Metadata.Annotations.TryGetValue(Annotations.Adopt, out string? adopt) && adopt.Trim() == "true",
        _ => false,
    };

    /// <summary>True when the object belongs to the instance and goes with it.</summary>
    public static bool IsOurs(ApplicationInstance instance, IKubernetesObject? child) => Of(instance, child) is Owner.Ours or Owner.Orphaned;

    /// <summary>Who stands in the way, for people.</summary>
    public static string Describe(IKubernetesObject child) => child.Metadata.Controller is { } controller
        ? $"is controlled by {controller.Kind} {controller.Name}"
        : $"was not created for this instance; set the annotation {Annotations.Adopt}=true to take it over";
}
