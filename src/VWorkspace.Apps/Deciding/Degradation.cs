using VWorkspace.Api;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>The Degraded condition: several causes at once, the first in table order gives the reason, the message lists all.</summary>
internal static class Degradation
{
    private static readonly string[] Order =
    [
        ApplicationReasons.UpgradeFailed, ApplicationReasons.HelmReleaseDegraded, ApplicationReasons.ChartUnreachable, ApplicationReasons.EndpointUnreachable,
        ApplicationReasons.Drifted, ApplicationReasons.ChartVersionDeprecated, ApplicationReasons.ForbiddenVersionOverride,
    ];

    /// <summary>The condition to set, or null when it stays as it is.</summary>
    /// <param name="stored">As stored, or null.</param>
    /// <param name="causes">Active causes.</param>
    /// <param name="complete">True when causes that are not named are known to be gone.</param>
    public static DesiredCondition? Decide(Condition? stored, IReadOnlyList<(string Reason, string Message)> causes, bool complete)
    {
        if (causes.Count == 0)
            return stored is null || !complete ? null : new(ApplicationConditions.Degraded, ConditionStatus.False, ApplicationReasons.Recovered, "nothing impairs the instance any more");
        List<(string Reason, string Message)> sorted = [.. causes.OrderBy(c => Array.IndexOf(Order, c.Reason))];
        // Where the state is not fully known, a graver cause that was found earlier is not replaced by a lighter one. These two exclude each
        // other, though: a later failure without a rollback means that the previous revision does not run.
        bool excluded = stored is { Reason: ApplicationReasons.UpgradeFailed } && sorted[0].Reason == ApplicationReasons.HelmReleaseDegraded;
        if (!complete && !excluded && stored is { IsTrue: true } && Array.IndexOf(Order, stored.Reason) is >= 0 and var rank && rank < Array.IndexOf(Order, sorted[0].Reason)) return null;
        string message = sorted.Count == 1 ? sorted[0].Message : string.Join("; ", sorted.Select(c => $"{c.Reason}: {c.Message}"));
        return new(ApplicationConditions.Degraded, ConditionStatus.True, sorted[0].Reason, message);
    }
}
