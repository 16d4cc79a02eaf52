using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Tests.Flux;

public sealed class ReleaseReportingTests
{
    [Test]
    public void History_keeps_the_previous_good_revision_and_nothing_behind_it()
    {
        IReadOnlyList<Snapshot> history = [Of(5, "deployed"), Of(4, "failed"), Of(3, "superseded"), Of(2, "superseded"), Of(1, "superseded")];
        Assert.That(ReleaseHistory.Truncate(history)!.Select(snapshot => snapshot.Version), Is.EqualTo(new[] { 5, 4, 3 }));
    }

    [Test]
    public void History_without_a_good_revision_keeps_five() =>
        Assert.That(ReleaseHistory.Truncate([.. Enumerable.Range(1, 8).Reverse().Select(version => Of(version, "failed"))])!.Select(snapshot => snapshot.Version),
            Is.EqualTo(new[] { 8, 7, 6, 5, 4 }));

    [Test]
    public void Record_replaces_an_entry_of_the_same_revision_and_puts_the_newest_first()
    {
        IReadOnlyList<Snapshot> history = ReleaseHistory.Record([Of(1, "deployed")], Of(2, "deployed"));
        history = ReleaseHistory.Record(history, Of(1, "superseded"));
        Assert.That(history.Select(snapshot => (snapshot.Version, snapshot.Status)), Is.EqualTo(new[] { (2, "deployed"), (1, "superseded") }));
    }

    [TestCase(null, null, null, null)]
    [TestCase("True/InstallSucceeded/1", null, "True/InstallSucceeded", null)]
    [TestCase("False/UpgradeFailed/2", "True/RollbackSucceeded/2", "False/RollbackSucceeded", "a remediated release is not ready")]
    [TestCase("False/UpgradeFailed/2", "False/RollbackFailed/2", "False/RollbackFailed", null)]
    [TestCase("True/UpgradeSucceeded/3", "True/RollbackSucceeded/2", "True/UpgradeSucceeded", "the newer generation wins")]
    public void Ready_is_derived_from_Remediated_then_Released(string? released, string? remediated, string? expected, string? why)
    {
        var conditions = new ConditionSet(
            [.. new[] { Parse("Released", released), Parse("Remediated", remediated) }.OfType<Condition>()], 3, TimeProvider.System);
        ReleaseSummary.Apply(conditions, 3);
        Condition? ready = conditions["Ready"];
        Assert.That(ready is null ? null : $"{ready.Status}/{ready.Reason}", Is.EqualTo(expected), why);
        if (ready is not null) Assert.That(ready.ObservedGeneration, Is.EqualTo(3));
    }

    [Test]
    public void Ready_true_clears_Stalled()
    {
        var conditions = new ConditionSet([], 1, TimeProvider.System);
        conditions.MarkStalled("RetriesExceeded", "");
        conditions.MarkTrue("Released", "InstallSucceeded", "");
        ReleaseSummary.Apply(conditions, 1);
        Assert.That(conditions.IsTrue("Stalled"), Is.False);
    }

    [Test]
    public void Reconciling_and_Stalled_exclude_each_other_and_Ready_comes_first()
    {
        var conditions = new ConditionSet([], 1, TimeProvider.System);
        conditions.MarkTrue("Released", "InstallSucceeded", "");
        conditions.MarkStalled("RetriesExceeded", "");
        conditions.MarkReconciling("Progressing", "");
        conditions.MarkFalse("Ready", "InstallFailed", "");
        Assert.That(conditions.ToList().Select(condition => condition.Type), Is.EqualTo(new[] { "Ready", "Reconciling", "Released" }));
    }

    [Test]
    public void Force_request_counts_once_and_only_together_with_requestedAt()
    {
        HelmRelease Release(params (string, string)[] annotations) => new()
        {
            Metadata = new() { Annotations = annotations.ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal) },
        };
        ReleasePass Pass(HelmRelease release) => new(new(release, new("c", "1", "1", "d"), [], null), new(), new([], 1, TimeProvider.System));

        ReleasePass both = Pass(Release((FluxApi.RequestedAt, "t1"), (FluxApi.ForceAt, "t1")));
        Assert.That((both.TakeForceRequest(), both.TakeForceRequest(), both.Status.LastHandledForceAt), Is.EqualTo((true, false, "t1")));
        Assert.That(Pass(Release((FluxApi.RequestedAt, "t2"), (FluxApi.ForceAt, "t1"))).TakeForceRequest(), Is.False);
        Assert.That(Pass(Release((FluxApi.ForceAt, "t1"))).TakeForceRequest(), Is.False);
    }

    private static Snapshot Of(int version, string status) => ReleaseDecisionTests.Snapshot(version, status);

    private static Condition? Parse(string type, string? text) => text?.Split('/') is [var status, var reason, var generation]
        ? new() { Type = type, Status = status, Reason = reason, ObservedGeneration = long.Parse(generation) }
        : null;
}
