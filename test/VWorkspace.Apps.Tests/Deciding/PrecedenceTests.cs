using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Deciding.AggregationTableTests;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>Several states at once: the one that the reference of the conditions names first is shown, and the others are not forgotten.</summary>
public sealed class PrecedenceTests
{
    private static readonly Condition NotReleased = Cond("Released", "False", "UpgradeFailed", "boom");
    private static readonly Condition[] SourceGone = [Cond("Ready", "False", "X"), Cond("FetchFailed", "True", "X", "dial tcp: timeout", Samples.Now.AddMinutes(-6))];
    private static readonly (int, string, string)[] Ran = [(2, "failed", "1.3.0"), (1, "deployed", "1.2.3")];
    private static readonly Surroundings Unsynced = new() { WaitingSecrets = [new("db", "no store", "db-secret")] };

    [Test]
    public void Failing_source_is_told_although_flux_has_not_looked_at_the_release()
    {
        ApplicationInstance instance = Samples.Instance();
        StatusDecision decision = Decide(new()
        {
            Instance = instance, NamespaceLabels = new Dictionary<string, string>(StringComparer.Ordinal), Release = Release(instance), Source = Source(instance, SourceGone),
        });
        Assert.Multiple(() =>
        {
            Assert.That(Of(decision, "Ready"), Is.EqualTo("False/ChartUnreachable"));
            Assert.That(Of(decision, "Reconciling"), Is.EqualTo("True/ChartSourceSyncing"));
            Assert.That(Of(decision, "Degraded"), Is.EqualTo("True/ChartUnreachable"));
        });
    }

    private static IEnumerable<TestCaseData> Waiting()
    {
        ApplicationInstance instance = Samples.Instance();
        Observation settled = Settled(instance);
        yield return new TestCaseData(
            settled with { Release = Release(instance, Cond("Ready", "False", "InstallFailed", "timed out"), Cond("Reconciling", "True", "ProgressingWithRetry")) }, "True/HelmReleaseInstalling", null)
            .SetArgDisplayNames("failed install");
        yield return new TestCaseData(settled with { Release = Release(instance, Cond("Ready", "False", "UpgradeFailed", "timed out"), NotReleased).With(Ran) }, "False/Stable", "True/HelmReleaseDegraded")
            .SetArgDisplayNames("failed upgrade");
        yield return new TestCaseData(settled with { Source = Source(instance, SourceGone) }, "True/ChartSourceSyncing", "True/ChartUnreachable").SetArgDisplayNames("unreachable source");
    }

    [TestCaseSource(nameof(Waiting))]
    public void Missing_secret_of_the_release_goes_before_its_failure(object given, string reconciling, string? degraded)
    {
        StatusDecision decision = Decide((Observation)given, Unsynced);
        Assert.Multiple(() =>
        {
            Assert.That(Of(decision, "Ready"), Is.EqualTo("False/WaitingForSecret"));
            Assert.That(Of(decision, "Blocked"), Is.EqualTo("True/MissingSecret"));
            Assert.That(Of(decision, "Reconciling"), Is.EqualTo(reconciling));
            Assert.That(Of(decision, "Degraded"), Is.EqualTo(degraded));
        });
    }

    [Test]
    public void Certificate_goes_behind_a_failure()
    {
        Observation failed = Settled(Samples.Instance());
        failed = failed with { Release = Release(failed.Instance, Cond("Ready", "False", "InstallFailed", "timed out")) };
        Assert.That(Of(Decide(failed, new() { WaitingCertificates = ["wiki-tls"] }), "Ready"), Is.EqualTo("False/HelmReleaseFailed"));
    }

    [Test]
    public void First_install_that_has_not_converged_is_installing_although_its_revision_is_deployed()
    {
        Observation observed = Settled(Samples.Instance());
        observed = observed with { Release = Release(observed.Instance, Cond("Ready", "False", "InstallSucceeded", "waiting"), Cond("Reconciling", "True", "ProgressingWithRetry")).With((1, "deployed", "1.2.3")) };
        StatusDecision decision = Decide(observed);
        Assert.That(Of(decision, "Ready"), Is.EqualTo("False/Installing"));
        Assert.That(Of(decision, "Reconciling"), Is.EqualTo("True/HelmReleaseInstalling"));
    }

    [Test]
    public void Second_failed_upgrade_without_rollback_no_longer_says_that_the_previous_revision_runs()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Degraded", "True", "UpgradeFailed"));
        Observation observed = Settled(instance) with
        {
            Release = Release(instance, Cond("Ready", "False", "RollbackFailed", "x"), NotReleased, Cond("Remediated", "False", "RollbackFailed")).With(Ran),
        };
        Assert.That(Of(Decide(observed), "Degraded"), Is.EqualTo("True/HelmReleaseDegraded"));
    }

    [Test]
    public void Chart_that_can_be_had_again_is_no_degradation_although_the_first_install_fails()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Degraded", "True", "ChartUnreachable"));
        Observation failed = Settled(instance) with { Release = Release(instance, Cond("Ready", "False", "InstallFailed", "timed out"), Cond("Released", "False", "InstallFailed")).With((1, "failed", "1.2.3")) };
        Assert.That(Of(Decide(failed), "Degraded"), Is.EqualTo("False/Recovered"));
        Assert.That(Of(Decide(failed with { Source = Source(instance, SourceGone) }), "Degraded"), Is.EqualTo("True/ChartUnreachable"));
    }

    [Test]
    public void Rolled_back_release_whose_source_is_gone_lists_both()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Degraded", "True", "UpgradeFailed"));
        Observation observed = Settled(instance) with
        {
            Release = Release(instance, Cond("Ready", "False", "RollbackSucceeded", "back"), NotReleased, Cond("Remediated", "True", "RollbackSucceeded")).With(Ran),
            Source = Source(instance, SourceGone),
        };
        DesiredCondition degraded = Decide(observed).Conditions.Single(c => c.Type == "Degraded");
        Assert.That(degraded.Reason, Is.EqualTo("UpgradeFailed"));
        Assert.That(degraded.Message, Does.Contain("1.2.3 runs again").And.Contain("ChartUnreachable: ").And.Contain("dial tcp: timeout"));
    }

    [Test]
    public void Instance_without_a_release_does_not_say_that_flux_is_late()
    {
        StatusDecision decision = Decide(new() { Instance = Samples.Instance(), Served = new(false, false, false, false, false) });
        Assert.That(Of(decision, "Ready"), Is.EqualTo("Unknown/Reconciling"));
        Assert.That(decision.Conditions[0].Message, Is.EqualTo("there is no HelmRelease yet"));
    }
}
