namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class LeaseDecisionTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private static IEnumerable<TestCaseData> Rows()
    {
        yield return Row("No_lease_is_created", null, 0, LeaseDecision.Create);
        yield return Row("Own_lease_is_renewed", Held("me", 15), 0, LeaseDecision.Renew);
        yield return Row("Own_lease_is_renewed_even_when_old", Held("me", 15), 100, LeaseDecision.Renew);
        yield return Row("Released_lease_is_taken_at_once", Held("", 1), 0, LeaseDecision.Take);
        yield return Row("Lease_without_holder_is_taken_at_once", Held(null, null), 0, LeaseDecision.Take);
        yield return Row("Lease_of_another_that_moves_is_left_alone", Held("other", 15), 14.9, LeaseDecision.Wait);
        yield return Row("Lease_of_another_that_stood_still_is_taken", Held("other", 15), 15, LeaseDecision.Take);
        yield return Row("Duration_of_the_record_counts_and_not_the_own_one", Held("other", 60), 59, LeaseDecision.Wait);
        yield return Row("Own_duration_counts_when_the_record_has_none", Held("other", null), 15, LeaseDecision.Take);
    }

    private static LeaseSpec Held(string? by, int? seconds) => new() { HolderIdentity = by, LeaseDurationSeconds = seconds };

    private static TestCaseData Row(string name, LeaseSpec? spec, double unchanged, object expected) => new TestCaseData(spec, unchanged, expected).SetName(name);

    [TestCaseSource(nameof(Rows))]
    public void Decide(object? spec, double unchangedSeconds, object expected) =>
        Assert.That(LeaseDecisions.Decide((LeaseSpec?)spec, "me", TimeSpan.FromSeconds(unchangedSeconds), Duration), Is.EqualTo((LeaseDecision)expected));
}
