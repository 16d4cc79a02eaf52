using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>What failing writes, drift and revisions mean for the status.</summary>
public sealed class WriteOutcomeTests
{
    private static Observation New => new() { Instance = Samples.Instance() };

    [Test]
    public void Denied_write_is_policy()
    {
        StatusDecision decision = AggregationTableTests.Decide(New, outcome: new() { Result = WriteResult.Denied, Detail = "forbidden: no" });
        Assert.That(AggregationTableTests.Of(decision, "Blocked"), Is.EqualTo("True/PolicyDenied"));
        Assert.That(AggregationTableTests.Of(decision, "Ready"), Is.EqualTo("Unknown/Reconciling"));
        Assert.That(AggregationTableTests.Of(decision, "Reconciling"), Is.EqualTo("False/Stable"));
        Assert.That(decision.Next, Is.EqualTo(NextPass.BackOff));
        Assert.That(decision.ObservedGeneration, Is.Null);
    }

    [Test]
    public void Refused_write_is_a_failed_release()
    {
        StatusDecision decision = AggregationTableTests.Decide(New, outcome: new() { Result = WriteResult.Refused, Detail = "spec.x: invalid" });
        Assert.That(AggregationTableTests.Of(decision, "Ready"), Is.EqualTo("False/HelmReleaseFailed"));
        Assert.That(AggregationTableTests.Of(decision, "Reconciling"), Is.EqualTo("False/Stable"));
        Assert.That(decision.Conditions[0].Message, Is.EqualTo("spec.x: invalid"));
        Assert.That(decision.LastAppliedChart, Is.Null);
    }

    [TestCase(0, false)]
    [TestCase(3, false)]
    [TestCase(4, true)]
    public void Fault_shows_after_five_in_a_row(int before, bool shows)
    {
        StatusDecision decision = AggregationTableTests.Decide(New with { Memory = new(before) }, outcome: new() { Result = WriteResult.Failed, Detail = "500" });
        Assert.That(decision.WritesStatus, Is.EqualTo(shows));
        Assert.That(decision.Memory.WriteFailures, Is.EqualTo(before + 1));
        if (shows) Assert.That(AggregationTableTests.Of(decision, "Ready"), Is.EqualTo("False/HelmReleaseFailed"));
    }

    [Test]
    public void Success_forgets_earlier_faults() => Assert.That(AggregationTableTests.Decide(Settled(Samples.Instance()) with { Memory = new(4) }).Memory.WriteFailures, Is.Zero);

    [Test]
    public void Drift_degrades_and_ready_follows_the_release()
    {
        StatusDecision decision = AggregationTableTests.Decide(Settled(Samples.Instance()), outcome: new() { Drift = ["HelmRelease spec.interval by kubectl-edit"] });
        Assert.That(AggregationTableTests.Of(decision, "Ready"), Is.EqualTo("True/HelmReleaseReady"));
        Assert.That(AggregationTableTests.Of(decision, "Degraded"), Is.EqualTo("True/Drifted"));
        Assert.That(decision.Conditions.Single(c => c.Type == "Degraded").Message, Does.Contain("spec.interval").And.Contain("kubectl-edit"));
    }

    [TestCase(1, 2, true)]
    [TestCase(2, 2, false)]
    [TestCase(3, 2, false)]
    public void Revision_that_rises_is_an_upgrade(int known, int deployed, bool upgraded)
    {
        Observation observed = Settled(Samples.Instance()) with { Memory = new(Revision: known) };
        observed = observed with { Release = observed.Release!.With((deployed, "deployed", "1.3.0")) };
        Assert.That(AggregationTableTests.Decide(observed).Upgraded, Is.EqualTo(upgraded ? ((int?, int)?)(known, deployed) : null));
    }

    [Test]
    public void Upgrade_during_a_restart_of_the_operator_is_noticed()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Ready", "False", "Upgrading"), ("Reconciling", "True", "HelmReleaseUpgrading"));
        Observation observed = Settled(instance);
        observed = observed with { Release = observed.Release!.With((2, "deployed", "1.3.0")) };
        Assert.That(AggregationTableTests.Decide(observed).Upgraded, Is.EqualTo(((int?, int)?)(null, 2)));
    }

    [Test]
    public void Generation_is_taken_up_once()
    {
        Observation observed = Settled(Samples.Instance());
        StatusDecision first = AggregationTableTests.Decide(observed);
        Assert.That(first.Started, Is.True);
        Assert.That(AggregationTableTests.Decide(observed with { Memory = first.Memory }).Started, Is.False);
    }

    [Test]
    public void Next_passes()
    {
        Observation settled = Settled(Samples.Instance());
        Assert.That(AggregationTableTests.Decide(settled).Next, Is.EqualTo(NextPass.After(TimeSpan.FromMinutes(5))));
        Assert.That(AggregationTableTests.Decide(settled with { Release = null }).Next, Is.EqualTo(NextPass.After(TimeSpan.FromSeconds(30))));
        Observation unreachable = settled with { Source = Source(Samples.Instance(), Cond("Ready", "False", "X"), Cond("FetchFailed", "True", "X", "timeout", Samples.Now.AddSeconds(-290))) };
        Assert.That(AggregationTableTests.Decide(unreachable).Next, Is.EqualTo(NextPass.After(TimeSpan.FromSeconds(10))), "exactly at the threshold");
    }
}
