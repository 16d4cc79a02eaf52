using System.Globalization;
using VWorkspace.Api;
using VWorkspace.Apps.Observing;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>Whether and why nothing is pushed.</summary>
/// <param name="Condition">The Suspended condition.</param>
/// <param name="Pauses">True when the operator writes no child.</param>
/// <param name="SuspendsRelease">True when the operator itself has to hold Flux back.</param>
/// <param name="ChangesAt">When the answer changes by the clock alone, or null.</param>
internal sealed record Suspension(DesiredCondition Condition, bool Pauses = false, bool SuspendsRelease = false, DateTimeOffset? ChangesAt = null)
{
    /// <summary>Annotation on a HelmRelease whose suspension is ours; lives and dies with the field.</summary>
    public const string Marker = "vworkspace.io/suspended-by-operation";

    public bool IsActive => Condition.Status == ConditionStatus.True;

    public static Suspension Decide(Observation observed, DateTimeOffset now)
    {
        ApplicationInstance instance = observed.Instance;
        if (IsDisabled(instance))
            return new(True(ApplicationReasons.ReconcilePaused, $"paused by the annotation {Annotations.Reconcile}={Annotations.ReconcileDisabled}"), Pauses: true);
        if (observed.Suspending.State == SuspendingState.Active)
            return new(True(ApplicationReasons.ManuallySuspended, $"suspended while Operation {observed.Suspending.Name} runs"), Pauses: true, SuspendsRelease: true);
        Suspension byWindow = Window(instance, now);
        bool byPerson = observed.Release is { IsSuspended: true } release && Ownership.IsOurs(instance, release) && !release.Metadata.Annotations.ContainsKey(Marker);
        if (byPerson)
        {
            // A window that is open as well still keeps the operator from writing; only the reason shown is the more specific one.
            return byWindow with { Condition = True(ApplicationReasons.ManuallySuspended, "the HelmRelease is suspended (spec.suspend)") };
        }

        return byWindow;
    }

    public static bool IsDisabled(ApplicationInstance instance) =>
        instance.Metadata.Annotations.TryGetValue(Annotations.Reconcile, out string? value)
        && value.Trim().Equals(Annotations.ReconcileDisabled, StringComparison.OrdinalIgnoreCase);

    private static Suspension Window(ApplicationInstance instance, DateTimeOffset now)
    {
        if (instance.Metadata.Annotations.TryGetValue(Annotations.Reconcile, out string? value)
            && value.Trim().Equals(Annotations.ReconcileMaintenance, StringComparison.OrdinalIgnoreCase))
            return new(True(ApplicationReasons.MaintenanceWindow, $"maintenance announced by the annotation {Annotations.Reconcile}"), Pauses: true);
        if (!instance.Metadata.Annotations.TryGetValue(Annotations.MaintenanceWindow, out string? window) || !TryParse(window, out DateTimeOffset start, out DateTimeOffset end))
            return new(Active());
        if (now >= start && now < end)
            return new(True(ApplicationReasons.MaintenanceWindow, $"inside the maintenance window that ends at {KubernetesTimeConverter.ToText(end)}"), Pauses: true, ChangesAt: end);
        return new(Active(), ChangesAt: now < start ? start : null);
    }

    /// <summary>Reads <c>&lt;RFC 3339&gt;/&lt;RFC 3339&gt;</c>; anything else, and an interval that ends before it begins, is no window.</summary>
    public static bool TryParse(string window, out DateTimeOffset start, out DateTimeOffset end)
    {
        (start, end) = (default, default);
        string[] parts = window.Split('/');
        return parts.Length == 2 && Instant(parts[0], out start) && Instant(parts[1], out end) && start < end;

        static bool Instant(string text, out DateTimeOffset instant) => DateTimeOffset.TryParse(
            text.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    private static DesiredCondition Active() => new(ApplicationConditions.Suspended, ConditionStatus.False, ApplicationReasons.Active, "nothing suspends the instance");

    private static DesiredCondition True(string reason, string message) => new(ApplicationConditions.Suspended, ConditionStatus.True, reason, message);
}
