using VWorkspace.Api;
using VWorkspace.Apps.Acting;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>Each transition gives exactly one Event; milestones without a transition give one of their own.</summary>
public sealed class AnnouncementTests
{
    private static string[] Of(IReadOnlyList<ConditionTransition> transitions, bool started = false, (int?, int)? upgraded = null, params Condition[] stored)
    {
        ApplicationInstance instance = Samples.Instance() with { Status = new() { Conditions = [.. stored, .. transitions.Select(t => t.Current)], LastAppliedChart = Samples.Instance().Spec.Chart } };
        var decision = new StatusDecision { Conditions = [], Next = NextPass.OnChange, Started = started, Upgraded = upgraded };
        return [.. TransitionPublisher.Announcements(instance, transitions, decision).Select(a => $"{(a.Type == EventType.Warning ? "!" : string.Empty)}{a.Reason}: {a.Message}")];
    }

    private static ConditionTransition To(string type, string status, string reason, Condition? before = null) => new(Cond(type, status, reason, "text"), before);

    [Test]
    public void First_pass_of_a_generation() => Assert.That(
        Of([To("Ready", "Unknown", "Reconciling"), To("Reconciling", "True", "HelmReleaseInstalling"), To("Suspended", "False", "Active")], started: true),
        Is.EqualTo(new[] { "ReconcileStarted: generation 1", "Reconciling: Ready=Unknown: text", "Active: Suspended=False: text" }));

    [Test]
    public void Ready_with_a_new_revision() => Assert.That(
        Of([To("Ready", "True", "HelmReleaseReady", Cond("Ready", "False", "Upgrading")), To("Reconciling", "False", "Stable", Cond("Reconciling", "True", "HelmReleaseUpgrading"))], upgraded: (1, 2)),
        Is.EqualTo(new[] { "ReconcileSucceeded: chart wiki 1.2.3", "HelmReleaseUpgraded: revision 1 to 2", "Stable: Reconciling=False: text" }));

    [Test]
    public void Failure_and_degradation_are_one_event_each() => Assert.That(
        Of([To("Ready", "False", "HelmReleaseFailed"), To("Degraded", "True", "UpgradeFailed")]),
        Is.EqualTo(new[] { "!ReconcileFailed: HelmReleaseFailed: text", "!ReconcileFailed: UpgradeFailed: text" }));

    [Test]
    public void Blocked_is_a_warning_with_its_own_reason() => Assert.That(
        Of([To("Blocked", "True", "MissingSecret"), To("Ready", "False", "WaitingForSecret")]),
        Is.EqualTo(new[] { "!MissingSecret: Blocked=True: text", "WaitingForSecret: Ready=False: text" }));

    [Test]
    public void Reason_alone_keeps_its_own_name() => Assert.That(
        Of([To("Ready", "True", "HelmReleaseReadyWithWarnings", Cond("Ready", "True", "HelmReleaseReady"))]),
        Is.EqualTo(new[] { "HelmReleaseReadyWithWarnings: Ready=True: text" }));

    [Test]
    public void Generation_that_changes_nothing_still_starts_and_succeeds() => Assert.That(
        Of([], started: true, stored: [Cond("Ready", "True", "HelmReleaseReady"), Cond("Reconciling", "False", "Stable")]),
        Is.EqualTo(new[] { "ReconcileStarted: generation 1", "ReconcileSucceeded: chart wiki 1.2.3" }));

    [Test]
    public void Nothing_new_is_silent() => Assert.That(Of([], stored: [Cond("Ready", "True", "HelmReleaseReady")]), Is.Empty);
}
