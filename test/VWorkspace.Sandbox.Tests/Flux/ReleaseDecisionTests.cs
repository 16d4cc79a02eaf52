using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Tests.Flux;

public sealed class ReleaseDecisionTests
{
    private static readonly HelmReleaseSpec OperatorsSpec = new()
    {
        Install = new() { Remediation = new() { Retries = 3 } },
        Upgrade = new() { Remediation = new() { Retries = 1, RemediateLastFailure = true } },
        DriftDetection = new() { Mode = "warn" },
    };

    private static readonly Snapshot Good = Snapshot(1, "deployed");
    private static readonly Snapshot Bad = Snapshot(2, "failed");

    private static IEnumerable<TestCaseData> Table()
    {
        TestCaseData Case(string name, ReleaseStatus state, HelmReleaseStatus status, ReleaseStep expected, HelmReleaseSpec? spec = null, bool forced = false) =>
            new TestCaseData(state, spec ?? OperatorsSpec, status, forced, expected).SetName($"{{m}}({name})");

        yield return Case("absent: install", ReleaseStatus.Absent, new(), ReleaseStep.Install);
        yield return Case("absent after retries left: install", ReleaseStatus.Absent, Installed(failures: 3), ReleaseStep.Install);
        yield return Case("absent after all retries: stall", ReleaseStatus.Absent, Installed(failures: 4), ReleaseStep.Stall);
        yield return Case("absent after all retries, forced: install", ReleaseStatus.Absent, Installed(failures: 4), ReleaseStep.Install, forced: true);
        yield return Case("in sync: nothing", ReleaseStatus.InSync, Upgraded(0, Good), ReleaseStep.None);
        yield return Case("in sync, forced: upgrade", ReleaseStatus.InSync, Upgraded(0, Good), ReleaseStep.Upgrade, forced: true);
        yield return Case("other chart or values: upgrade", ReleaseStatus.OutOfSync, Upgraded(0, Good), ReleaseStep.Upgrade);
        yield return Case("rolled back with a retry left: upgrade again", ReleaseStatus.OutOfSync, Upgraded(1, Good), ReleaseStep.Upgrade);
        yield return Case("rolled back twice: stall", ReleaseStatus.OutOfSync, Upgraded(2, Good), ReleaseStep.Stall);
        yield return Case("rolled back twice, forced: upgrade", ReleaseStatus.OutOfSync, Upgraded(2, Good), ReleaseStep.Upgrade, forced: true);
        yield return Case("not ours: take over by upgrade", ReleaseStatus.Unmanaged, new(), ReleaseStep.Upgrade);
        yield return Case("pending of a process that died: unlock", ReleaseStatus.Locked, new(), ReleaseStep.Unlock);
        yield return Case("drift with warn: only said", ReleaseStatus.Drifted, Upgraded(0, Good), ReleaseStep.None);
        yield return Case("drift with enabled: corrected", ReleaseStatus.Drifted, Upgraded(0, Good), ReleaseStep.CorrectDrift,
            OperatorsSpec with { DriftDetection = new() { Mode = "enabled" } });
        yield return Case("install failed: uninstall", ReleaseStatus.Failed, Installed(1, Bad), ReleaseStep.UninstallRemediation);
        yield return Case("install failed for the last time: left for inspection", ReleaseStatus.Failed, Installed(4, Bad), ReleaseStep.Stall);
        yield return Case("install failed without retries: stall", ReleaseStatus.Failed, Installed(1, Bad), ReleaseStep.Stall, new HelmReleaseSpec());
        yield return Case("upgrade failed: roll back", ReleaseStatus.Failed, Upgraded(1, Bad, Good), ReleaseStep.RollbackRemediation);
        yield return Case("upgrade failed for the last time: roll back too", ReleaseStatus.Failed, Upgraded(2, Bad, Good), ReleaseStep.RollbackRemediation);
        yield return Case("upgrade failed with nothing to go back to: stall", ReleaseStatus.Failed, Upgraded(1, Bad), ReleaseStep.Stall);
        yield return Case("upgrade failed, strategy uninstall", ReleaseStatus.Failed, Upgraded(1, Bad, Good), ReleaseStep.UninstallRemediation,
            new() { Upgrade = new() { Remediation = new() { Retries = 1, Strategy = "uninstall" } } });
        yield return Case("failed, but something changed since", ReleaseStatus.Failed, Upgraded(0, Bad, Good), ReleaseStep.Upgrade);
        yield return Case("failed, forced: upgrade", ReleaseStatus.Failed, Upgraded(2, Bad, Good), ReleaseStep.Upgrade, forced: true);
        yield return Case("failed, never attempted by us: upgrade", ReleaseStatus.Failed, new() { History = [Bad] }, ReleaseStep.Upgrade);
        yield return Case("endless retries: roll back", ReleaseStatus.Failed, Upgraded(900, Bad, Good), ReleaseStep.RollbackRemediation,
            new() { Upgrade = new() { Remediation = new() { Retries = -1 } } });
    }

    [TestCaseSource(nameof(Table))]
    public void Decide_gives_the_step_of_helm_controller(object state, object spec, object status, bool forced, object expected) =>
        Assert.That(
            ReleaseDecision.Decide(new((ReleaseStatus)state), (HelmReleaseSpec)spec, (HelmReleaseStatus)status, forced).Step,
            Is.EqualTo(expected));

    [Test]
    public void Stall_says_what_was_attempted_and_how_often()
    {
        ReleaseDecision decision = ReleaseDecision.Decide(new(ReleaseStatus.OutOfSync), OperatorsSpec, Upgraded(2, Good), false);
        Assert.That((decision.Reason, decision.Message), Is.EqualTo(("RetriesExceeded", "Failed to upgrade after 2 attempt(s)")));
    }

    [Test]
    public void Missing_rollback_target_has_a_reason_of_its_own() =>
        Assert.That(ReleaseDecision.Decide(new(ReleaseStatus.Failed), OperatorsSpec, Upgraded(1, Bad), false).Reason, Is.EqualTo("MissingRollbackTarget"));

    private static HelmReleaseStatus Installed(long failures, params Snapshot[] history) =>
        new() { LastAttemptedReleaseAction = "install", InstallFailures = failures, History = history };

    private static HelmReleaseStatus Upgraded(long failures, params Snapshot[] history) =>
        new() { LastAttemptedReleaseAction = "upgrade", UpgradeFailures = failures, History = history };

    internal static Snapshot Snapshot(int version, string status, string chartVersion = "1.0.0") => new()
    {
        Name = "app", Namespace = "ns", Version = version, Status = status, ChartName = "chart", ChartVersion = chartVersion,
        ConfigDigest = "sha256:c", Digest = $"sha256:{version}", FirstDeployed = "2026-01-01T00:00:00Z", LastDeployed = "2026-01-01T00:00:00Z",
    };
}
