using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>Every row of the aggregation table, from the state of the Flux objects to the conditions.</summary>
public sealed class AggregationTableTests
{
    private static readonly DateTimeOffset Now = Samples.Now;
    private static readonly Condition Retrying = Cond("Reconciling", "True", "ProgressingWithRetry");
    private static readonly Condition Progressing = Cond("Reconciling", "True", "Progressing");
    private static readonly Condition InstallFailed = Cond("Ready", "False", "InstallFailed", "boom");
    private static readonly Condition UpgradeFailed = Cond("Ready", "False", "UpgradeFailed", "boom");
    private static readonly Condition NotReleased = Cond("Released", "False", "UpgradeFailed", "boom");
    private static readonly Condition RolledBack = Cond("Remediated", "True", "RollbackSucceeded", "back");
    private static readonly (int, string, string)[] Ran = [(2, "failed", "1.3.0"), (1, "deployed", "1.2.3")];
    private static readonly (int, string, string)[] Never = [];

    internal sealed record Row(
        string Name,
        Condition[] Release,
        Condition[] Source,
        (int, string, string)[] History,
        string Ready,
        string Reconciling,
        string? Degraded = null,
        string? Blocked = null,
        Surroundings? Around = null,
        ChartVersionVerdict? Verdict = null,
        bool ReleaseMissing = false,
        string? Annotation = null);

    private static IEnumerable<Row> Rows()
    {
        Condition[] ok = [SourceReady];
        Condition unknown = Cond("Ready", "Unknown", "Progressing", "running");
        yield return new("row 1: release without conditions", [], ok, Never, "Unknown/Reconciling", "True/HelmReleaseInstalling");
        yield return new("row 1: release without conditions, deployed before", [], ok, Ran, "Unknown/Reconciling", "True/HelmReleaseUpgrading");
        yield return new("row 1: stale generation", [unknown with { ObservedGeneration = 0 }], ok, Never, "Unknown/Reconciling", "True/HelmReleaseInstalling");
        yield return new("row 2: address refused", [Cond("Ready", "False", "SourceNotReady")], [Cond("Ready", "False", "URLInvalid", "bad"), Cond("Stalled", "True", "URLInvalid", "bad")], Never,
            "False/ChartUnreachable", "True/ChartSourceSyncing", Blocked: "True/MissingChartSource");
        yield return new("row 2: version does not exist", [Cond("Ready", "False", "SourceNotReady")],
            [Cond("Ready", "False", "OCIArtifactPullFailed"), Cond("FetchFailed", "True", "OCIArtifactPullFailed", "MANIFEST_UNKNOWN: manifest unknown")], Never,
            "False/ChartUnreachable", "True/ChartSourceSyncing", Blocked: "True/MissingChartSource");
        yield return new("row 2: chart not in the repository", [Cond("Ready", "False", "SourceNotReady", "no 'wiki' chart with version matching '9' found")], ok, Never,
            "False/ChartUnreachable", "True/ChartSourceSyncing", Blocked: "True/MissingChartSource");
        yield return new("row 3: fetch failed", [Cond("Ready", "False", "SourceNotReady")],
            [Cond("Ready", "False", "OCIArtifactPullFailed"), Cond("FetchFailed", "True", "OCIArtifactPullFailed", "dial tcp: timeout")], Never, "False/ChartUnreachable", "True/ChartSourceSyncing");
        yield return new("row 3: not authorised", [Cond("Ready", "False", "SourceNotReady")],
            [Cond("Ready", "False", "AuthenticationFailed", "secret not found"), Cond("FetchFailed", "True", "AuthenticationFailed", "secret not found")], Never, "False/ChartUnreachable", "True/ChartSourceSyncing");
        yield return new("row 3: storage", [Cond("Ready", "False", "SourceNotReady")],
            [Cond("Ready", "False", "ReadOperationFailed"), Cond("StorageOperationFailed", "True", "ReadOperationFailed", "disk")], Never, "False/ChartUnreachable", "True/ChartSourceSyncing");
        yield return new("row 3: artifact cannot be loaded", [Cond("Ready", "False", "ArtifactFailed", "corrupt"), Retrying], ok, Never, "False/ChartUnreachable", "True/ChartSourceSyncing");
        yield return new("row 3: lasting", [Cond("Ready", "False", "SourceNotReady")],
            [Cond("Ready", "False", "X"), Cond("FetchFailed", "True", "X", "dial tcp: timeout", Now.AddMinutes(-5))], Never, "False/ChartUnreachable", "True/ChartSourceSyncing", "True/ChartUnreachable");
        yield return new("row 3: although the release runs", [ReadyTrue], [Cond("Ready", "False", "X"), Cond("FetchFailed", "True", "X", "dial tcp: timeout")], Ran, "False/ChartUnreachable", "True/ChartSourceSyncing");
        yield return new("row 4: source without conditions", [Cond("Ready", "False", "SourceNotReady"), Retrying], [], Never, "Unknown/Reconciling", "True/ChartSourceSyncing");
        yield return new("row 4: source progressing", [unknown], [Cond("Ready", "Unknown", "Progressing")], Never, "Unknown/Reconciling", "True/ChartSourceSyncing");
        yield return new("row 5: rolled back, given up", [Cond("Ready", "False", "RollbackSucceeded", "back"), NotReleased, RolledBack], ok, Ran, "False/HelmReleaseFailed", "False/Stable", "True/UpgradeFailed");
        yield return new("row 5: rolled back, retrying", [Cond("Ready", "False", "RollbackSucceeded", "back"), NotReleased, RolledBack, Retrying], ok, Ran,
            "False/HelmReleaseFailed", "True/HelmReleaseUpgrading", "True/UpgradeFailed");
        yield return new("row 6: upgrade failed, retrying", [UpgradeFailed, NotReleased, Retrying], ok, Ran, "False/HelmReleaseFailed", "True/HelmReleaseUpgrading", "True/HelmReleaseDegraded");
        yield return new("row 6: rollback failed", [Cond("Ready", "False", "RollbackFailed", "x"), NotReleased, Cond("Remediated", "False", "RollbackFailed")], ok, Ran,
            "False/HelmReleaseFailed", "False/Stable", "True/HelmReleaseDegraded");
        yield return new("row 6: stalled", [UpgradeFailed, NotReleased, Cond("Stalled", "True", "RetriesExceeded")], ok, Ran, "False/HelmReleaseFailed", "False/Stable", "True/HelmReleaseDegraded");
        yield return new("row 7: first install failed, retrying", [InstallFailed, Cond("Released", "False", "InstallFailed"), Retrying], ok, [(1, "failed", "1.2.3")],
            "False/HelmReleaseFailed", "True/HelmReleaseInstalling");
        yield return new("row 7: first install given up", [InstallFailed, Cond("Released", "False", "InstallFailed")], ok, [(1, "failed", "1.2.3")], "False/HelmReleaseFailed", "False/Stable");
        yield return new("row 7: reason nobody knows", [Cond("Ready", "False", "SomethingNew", "x"), Retrying], ok, Ran, "False/HelmReleaseFailed", "True/HelmReleaseUpgrading");
        yield return new("row 8: first install runs", [unknown, Progressing], ok, Never, "False/Installing", "True/HelmReleaseInstalling");
        yield return new("row 8: dependency", [Cond("Ready", "False", "DependencyNotReady"), Retrying], ok, Never, "False/Installing", "True/HelmReleaseInstalling");
        yield return new("row 8: installed, not converged", [Cond("Ready", "False", "InstallSucceeded"), Retrying], ok, Never, "False/Installing", "True/HelmReleaseInstalling");
        yield return new("row 8: waits for a certificate", [unknown], ok, Never, "False/WaitingForCertificate", "True/HelmReleaseInstalling", Around: new() { WaitingCertificates = ["wiki-tls"] });
        yield return new("row 8: waits for a secret", [unknown], ok, Never, "False/WaitingForSecret", "True/HelmReleaseInstalling", Around: new() { WaitingSecrets = [new("db", "", null)] });
        yield return new("row 9: upgrade runs", [unknown, Progressing], ok, Ran, "False/Upgrading", "True/HelmReleaseUpgrading");
        yield return new("row 9: drift correction runs", [Cond("Ready", "False", "UpgradeFailed"), Progressing], ok, Ran, "False/Upgrading", "True/HelmReleaseUpgrading");
        yield return new("row 10: ready", [ReadyTrue], ok, Ran, "True/HelmReleaseReady", "False/Stable");
        yield return new("row 10: certificate", [ReadyTrue], ok, Ran, "False/WaitingForCertificate", "False/Stable", Around: new() { WaitingCertificates = ["wiki-tls"] });
        yield return new("row 10: external secret", [ReadyTrue], ok, Ran, "False/WaitingForSecret", "False/Stable", Around: new() { WaitingSecrets = [new("db", "no store", null)] });
        yield return new("row 10: external secret without its Secret", [ReadyTrue], ok, Ran, "False/WaitingForSecret", "False/Stable", Blocked: "True/MissingSecret",
            Around: new() { WaitingSecrets = [new("db", "no store", "db-secret")] });
        yield return new("row 10: readiness check", [ReadyTrue], ok, Ran, "False/EndpointUnreachable", "False/Stable", "True/EndpointUnreachable", Around: new() { FailedChecks = ["web: 503"] });
        yield return new("row 10: live objects drifted", [ReadyTrue, Cond("Drifted", "True", "DriftDetected", "Deployment/wiki")], ok, Ran, "True/HelmReleaseReady", "False/Stable", "True/Drifted");
        yield return new("row 10: deprecated version", [ReadyTrue], ok, Ran, "True/HelmReleaseReadyWithWarnings", "False/Stable", "True/ChartVersionDeprecated", Verdict: new() { DeprecatedNote = "use 2.0" });
        yield return new("row 10: forbidden version by override", [ReadyTrue], ok, Ran, "True/HelmReleaseReadyWithWarnings", "False/Stable", "True/ForbiddenVersionOverride",
            Verdict: new() { ForbiddenNote = "CVE" }, Annotation: Annotations.OverrideForbidden + "=true");
        yield return new("catalog unreachable", [ReadyTrue], ok, Ran, "True/HelmReleaseReady", "False/Stable", Blocked: "True/CatalogUnreachable", Verdict: new() { Unavailable = "expired" });
        yield return new("missing release", [], ok, Never, "Unknown/Reconciling", "True/HelmReleaseInstalling", ReleaseMissing: true);
    }

    private static IEnumerable<TestCaseData> Cases() => Rows().Select(row => new TestCaseData(row).SetArgDisplayNames(row.Name));

    [TestCaseSource(nameof(Cases))]
    public void Table(object given)
    {
        var row = (Row)given;
        ApplicationInstance instance = Samples.Instance();
        if (row.Annotation is { } annotation) instance = instance.Annotated(annotation.Split('=')[0], annotation.Split('=')[1]);
        Observation observed = Settled(instance) with
        {
            Release = row.ReleaseMissing ? null : Release(instance, row.Release).With(row.History),
            Source = Source(instance, row.Source),
            Verdict = row.Verdict ?? ChartVersionVerdict.Unobjectionable,
        };
        StatusDecision decision = Decide(observed, row.Around);
        Assert.Multiple(() =>
        {
            Assert.That(Of(decision, "Ready"), Is.EqualTo(row.Ready));
            Assert.That(Of(decision, "Reconciling"), Is.EqualTo(row.Reconciling));
            Assert.That(Of(decision, "Degraded"), Is.EqualTo(row.Degraded));
            Assert.That(Of(decision, "Blocked"), Is.EqualTo(row.Blocked));
            Assert.That(Of(decision, "Suspended"), Is.EqualTo("False/Active"));
        });
    }

    [TestCase("sha256:new", -1L, "Unknown/Reconciling", TestName = "Release is not current while its registry source has not looked for the new version")]
    [TestCase("sha256:new", 1L, "Unknown/Reconciling", TestName = "Release is not current while it has not tried the artifact of the new version")]
    [TestCase("sha256:old", 1L, "True/HelmReleaseReady", TestName = "Release is current once it has tried the artifact of the source")]
    public void Registry_versions(string artifact, long observed, string ready)
    {
        Observation settled = Settled(Samples.Instance());
        ChartSource source = settled.Source! with
        {
            Status = new() { ObservedGeneration = observed, Conditions = [SourceReady with { ObservedGeneration = observed }], Artifact = new() { Revision = "1.3.0@" + artifact } },
        };
        HelmRelease release = settled.Release! with { Status = settled.Release.Status with { LastAttemptedRevisionDigest = "sha256:old" } };
        Assert.That(Of(Decide(settled with { Source = source, Release = release }), "Ready"), Is.EqualTo(ready));
    }

    [TestCase("1.2.2", "Unknown/Reconciling", TestName = "Release is not current while its registry source fetches another tag")]
    [TestCase("1.2.3", "True/HelmReleaseReady", TestName = "Release stays current while its registry source looks at the same tag again")]
    public void Registry_fetches(string stored, string ready)
    {
        Observation settled = Settled(Samples.Instance());
        ChartSource source = settled.Source! with
        {
            Status = new() { ObservedGeneration = 0, Conditions = [Cond("Ready", "Unknown", "Progressing")], Artifact = new() { Revision = $"{stored}@sha256:old" } },
        };
        HelmRelease release = settled.Release! with { Status = settled.Release.Status with { LastAttemptedRevisionDigest = "sha256:old" } };
        Assert.That(Of(Decide(settled with { Source = source, Release = release }), "Ready"), Is.EqualTo(ready));
    }

    [Test]
    public void Unchanged_means_that_what_is_stored_stays()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Degraded", "True", "HelmReleaseDegraded"));
        StatusDecision decision = Decide(Settled(instance) with { Release = Release(instance, Cond("Ready", "Unknown", "Progressing")).With(Ran) });
        Assert.That(Of(decision, "Degraded"), Is.Null);
    }

    [Test]
    public void Degraded_and_Blocked_clear_with_their_documented_reasons()
    {
        ApplicationInstance instance = Samples.Instance().WithStatus(("Degraded", "True", "HelmReleaseDegraded"), ("Blocked", "True", "MissingSecret"));
        StatusDecision decision = Decide(Settled(instance));
        Assert.That(Of(decision, "Degraded"), Is.EqualTo("False/Recovered"));
        Assert.That(Of(decision, "Blocked"), Is.EqualTo("False/Unblocked"));
    }

    [Test]
    public void Several_degradations_take_the_reason_of_the_first_row_and_list_all()
    {
        Observation observed = Settled(Samples.Instance()) with { Verdict = new() { DeprecatedNote = "" } };
        observed = observed with { Release = observed.Release! with { Status = observed.Release.Status with { Conditions = [ReadyTrue, Cond("Drifted", "True", "DriftDetected", "x")] } } };
        DesiredCondition degraded = Decide(observed, new() { FailedChecks = ["web: 503"] }).Conditions.Single(c => c.Type == "Degraded");
        Assert.That(degraded.Reason, Is.EqualTo("EndpointUnreachable"));
        Assert.That(degraded.Message, Does.Contain("web: 503").And.Contain("Drifted: x").And.Contain("ChartVersionDeprecated: "));
    }

    [Test]
    public void Upgrade_failure_names_both_versions_and_the_error()
    {
        ApplicationInstance instance = Samples.Instance().WithSpec(s => s with { Chart = s.Chart! with { Version = "1.3.0" } });
        StatusDecision decision = Decide(Settled(instance) with { Release = Release(instance, Cond("Ready", "False", "RollbackSucceeded", "timed out"), NotReleased, RolledBack).With(Ran) });
        Assert.That(decision.Conditions.Single(c => c.Type == "Degraded").Message, Does.Contain("1.3.0").And.Contain("1.2.3").And.Contain("timed out"));
    }

    [Test]
    public void Upgrade_failure_names_the_version_that_was_tried_not_the_one_wanted_by_now()
    {
        ApplicationInstance instance = Samples.Instance().WithSpec(s => s with { Chart = s.Chart! with { Version = "1.4.0" } });
        HelmRelease release = Release(instance, Cond("Ready", "False", "RollbackSucceeded", "timed out"), NotReleased, RolledBack).With(Ran);
        release = release with { Status = release.Status with { LastAttemptedRevision = "1.3.0+0123456789ab" } };
        StatusDecision decision = Decide(Settled(instance) with { Release = release });
        Assert.That(decision.Conditions.Single(c => c.Type == "Degraded").Message, Does.StartWith("upgrade to 1.3.0+0123456789ab failed, 1.2.3 runs again"));
    }

    [Test]
    public void Source_that_is_there_within_a_moment_is_not_worth_a_write()
    {
        ApplicationInstance instance = Samples.Instance() with
        {
            Status = new() { Conditions = [Cond("Reconciling", "True", "HelmReleaseInstalling", since: Now.AddSeconds(-1))] },
        };
        Observation observed = Settled(instance) with { Release = Release(instance, Cond("Ready", "False", "SourceNotReady"), Retrying), Source = Source(instance) };
        StatusDecision decision = Decide(observed);
        Assert.That(Of(decision, "Reconciling"), Is.EqualTo("True/HelmReleaseInstalling"));
        Assert.That(decision.Next, Is.EqualTo(NextPass.After(TimeSpan.FromSeconds(1))));
    }

    [Test]
    public void Foreign_text_is_redacted_and_cut()
    {
        Condition failure = Cond("Ready", "False", "InstallFailed", "password=canary " + new string('x', 5000));
        StatusDecision decision = Decide(Settled(Samples.Instance()) with { Release = Release(Samples.Instance(), failure) });
        string message = decision.Conditions.Single(c => c.Type == "Ready").Message;
        Assert.That(message, Does.Not.Contain("canary"));
        Assert.That(message, Has.Length.LessThan(1100));
    }

    internal static StatusDecision Decide(Observation observed, Surroundings? around = null, WriteOutcome? outcome = null, AppsOptions? options = null)
    {
        ChildPlan plan = ChildPlanner.Plan(observed, options ?? new(), Now);
        return StatusDecider.Decide(observed, plan, outcome ?? WriteOutcome.Written, around ?? Surroundings.Nothing, options ?? new(), Now);
    }

    internal static string? Of(StatusDecision decision, string type)
    {
        DesiredCondition found = decision.Conditions.LastOrDefault(c => c.Type == type);
        return found.Type is null ? null : $"{found.Status}/{found.Reason}";
    }
}
