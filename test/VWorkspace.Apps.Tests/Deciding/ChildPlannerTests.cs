using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>What is written to the children, and why it is not.</summary>
public sealed class ChildPlannerTests
{
    private static readonly DateTimeOffset Now = Samples.Now;

    private const string FromSecret = """
        metadata: {name: wiki, namespace: org-blue}
        spec:
          appRef: {catalogId: dokuwiki}
          chart: {sourceType: helm, url: "https://charts.example.com", name: wiki, version: 1.2.3}
          release: {name: wiki, namespace: org-blue}
          values: {source: secretRef, secretRef: {name: wiki-values, key: values.yaml}}
        """;

    private static ChildPlan Plan(Observation observed, AppsOptions? options = null) => ChildPlanner.Plan(observed, options ?? new(), Now);

    private static string[] Steps(ChildPlan plan) => [.. plan.Steps.Select(s => $"{s.Kind} {s.Resource.Kind.Kind}{(s.Kind == StepKind.Apply && s.Force ? " forced" : string.Empty)}")];

    [Test]
    public void New_instance_gets_its_source_before_its_release() =>
        Assert.That(Steps(Plan(new() { Instance = Samples.Instance() })), Is.EqualTo(new[] { "Apply OCIRepository forced", "Apply HelmRelease forced" }));

    [Test]
    public void Settled_instance_needs_nothing() => Assert.That(Steps(Plan(Settled(Samples.Instance()))), Is.Empty);

    [Test]
    public void New_generation_is_new_intent_and_takes_fields_back()
    {
        ApplicationInstance instance = Samples.Instance();
        Observation observed = Settled(instance) with { Instance = instance with { Metadata = instance.Metadata with { Generation = 2 } } };
        Assert.That(Steps(Plan(observed)), Is.EqualTo(new[] { "Apply OCIRepository forced", "Apply HelmRelease forced" }));
    }

    [Test]
    public void New_rendering_after_an_upgrade_of_the_operator_is_new_intent() =>
        Assert.That(Steps(Plan(Settled(Samples.Instance()), new() { HelmReleaseTimeout = TimeSpan.FromMinutes(20) })), Is.EqualTo(new[] { "Apply HelmRelease forced" }));

    [Test]
    public void Field_changed_by_others_is_applied_without_force()
    {
        Observation observed = Settled(Samples.Instance());
        JsonObject spec = JsonObject.Create(observed.Release!.Spec!.ToElement())!;
        spec["interval"] = "1h0m0s";
        observed = observed with { Release = observed.Release with { Spec = RawJson.Of(spec) } };
        Assert.That(Steps(Plan(observed)), Is.EqualTo(new[] { "Apply HelmRelease" }));
    }

    [Test]
    public void Field_added_by_others_is_left_alone()
    {
        Observation observed = Settled(Samples.Instance());
        JsonObject spec = JsonObject.Create(observed.Release!.Spec!.ToElement())!;
        spec["serviceAccountName"] = "someone";
        Assert.That(Steps(Plan(observed with { Release = observed.Release with { Spec = RawJson.Of(spec) } })), Is.Empty);
    }

    [Test]
    public void Lost_owner_reference_is_taken_back_without_changing_the_spec()
    {
        Observation observed = Settled(Samples.Instance());
        observed = observed with { Release = observed.Release! with { Metadata = observed.Release.Metadata with { OwnerReferences = [] } } };
        ChildPlan plan = Plan(observed);
        Assert.That(Steps(plan), Is.EqualTo(new[] { "Apply HelmRelease" }));
        Assert.That(JsonNode.DeepEquals(plan.Steps[0].Body!["spec"], JsonObject.Create(observed.Release!.Spec!.ToElement())), Is.True);
    }

    [Test]
    public void Source_of_the_other_kind_goes_after_the_release_was_written()
    {
        ApplicationInstance old = Samples.Instance();
        ApplicationInstance changed = old.WithSpec(s => s with { Chart = s.Chart! with { SourceType = "helm", Url = "https://charts.example.com" } });
        Observation observed = Settled(old) with { Instance = changed, Source = null, OtherSource = Source(old, SourceReady) };
        Assert.That(Steps(Plan(observed)), Is.EqualTo(new[] { "Apply HelmRepository forced", "Apply HelmRelease forced", "Delete OCIRepository" }));
    }

    [Test]
    public void New_chart_version_asks_the_source_to_look_at_once()
    {
        ApplicationInstance stored = Samples.Instance() with { Status = new() { LastAppliedChart = Samples.Instance().Spec.Chart } };
        ApplicationInstance changed = stored.WithSpec(s => s with { Chart = s.Chart! with { Version = "1.3.0" } });
        Assert.That(Steps(Plan(Settled(stored) with { Instance = changed })), Is.EqualTo(new[] { "Apply OCIRepository forced", "Command OCIRepository" }));
    }

    [Test]
    public void Changed_secret_reaches_flux_at_once_and_its_content_nobody()
    {
        ApplicationInstance instance = Samples.Instance(FromSecret);
        ValuesObservation values = ValuesReader.Parse("password: canary"u8.ToArray(), "Secret wiki-values");
        ChildPlan fresh = Plan(new() { Instance = instance, Values = values });
        Assert.That(Steps(fresh), Is.EqualTo(new[] { "Apply HelmRepository forced", "Apply HelmRelease forced" }));
        Assert.That((string?)fresh.Steps[1].Body!["metadata"]!["annotations"]![Annotations.ValuesDigest], Is.EqualTo(values.Digest));

        Observation settled = Settled(instance) with { Values = values };
        ChildPlan changed = Plan(settled with { Release = settled.Release!.Marked(Annotations.ValuesDigest, "sha256:old") });
        Assert.That(Steps(changed), Is.EqualTo(new[] { "Command HelmRelease" }));
        Assert.That(changed.Steps[0].Body!.ToJsonString(), Does.Contain(values.Digest!).And.Contain(Annotations.FluxRequestedAt));
        Assert.That(Steps(Plan(settled with { Release = settled.Release!.Marked(Annotations.ValuesDigest, values.Digest!) })), Is.Empty);
        foreach (ChildPlan plan in new[] { fresh, changed })
            Assert.That(string.Concat(plan.Steps.Select(s => s.Body!.ToJsonString())), Does.Not.Contain("canary"));
    }

    private static IEnumerable<TestCaseData> Blockers()
    {
        ApplicationInstance wiki = Samples.Instance();
        ApplicationInstance secret = Samples.Instance(FromSecret);
        ApplicationInstance map = secret.WithSpec(s => s with { Values = new() { Source = "configMapRef", ConfigMapRef = new() { Name = "a", Key = "b" } } });
        Observation settled = Settled(wiki);
        yield return Case("gate", settled, new() { NamespaceGate = NamespaceGate.Enforce }, "PolicyDenied", "NamespaceNotGated");
        yield return Case("allow-list", settled, new() { AllowedChartUrls = ["oci://other.example"] }, "MissingChartSource", "oci://other.example");
        yield return Case("approval", settled with { Verdict = new() { AwaitsApproval = true } }, new(), "AwaitingApproval", "approval");
        yield return Case("no Flux", settled with { Served = new(false, false, false, true, true) }, new(), "MissingDependencies", "OCIRepository");
        yield return Case("no cert-manager", settled with
        {
            Instance = wiki.WithSpec(s => s with { Integrations = new() { CertManager = new() { Enabled = true } } }), Served = ServedKinds.All with { CertManager = false },
        }, new(), "MissingDependencies", "cert-manager");
        yield return Case("no external-secrets", settled with
        {
            Instance = wiki.WithSpec(s => s with { Integrations = new() { ExternalSecrets = new() { Enabled = true } } }), Served = ServedKinds.All with { ExternalSecrets = false },
        }, new(), "MissingDependencies", "external-secrets");
        yield return Case("release identity", settled with { Instance = wiki with { Status = new() { HelmReleaseRef = new() { Name = "other", Namespace = "org-blue" } } } }, new(), "PolicyDenied", "release identity is immutable");
        yield return Case("foreign release", settled with
        {
            Release = settled.Release! with { Metadata = settled.Release.Metadata with { OwnerReferences = [new() { ApiVersion = "v1", Kind = "ConfigMap", Name = "x", Uid = "u", Controller = true }] } },
        }, new(), "PolicyDenied", "ReleaseOwnedElsewhere");
        yield return Case("stray release", settled with
        {
            Release = settled.Release! with { Metadata = settled.Release.Metadata with { OwnerReferences = [], Labels = new Dictionary<string, string>(StringComparer.Ordinal) } },
        }, new(), "PolicyDenied", "ReleaseOwnedElsewhere");
        yield return Case("missing Secret", Settled(secret) with { Values = new(ValuesState.Missing, Detail: "Secret a does not exist") }, new(), "MissingSecret", "does not exist", "WaitingForSecret");
        yield return Case("missing ConfigMap", Settled(map) with { Values = new(ValuesState.Missing, Detail: "ConfigMap a has no key b") }, new(), "MissingConfigMap", "no key", "WaitingForConfigMap");
        yield return Case("forbidden Secret", Settled(secret) with { Values = new(ValuesState.Forbidden, Detail: "must not be read") }, new(), "PolicyDenied", "must not be read");
        yield return Case("Secret without a mapping", Settled(secret) with { Values = new(ValuesState.NotAMapping, Detail: "is not a YAML or JSON mapping") }, new(), "ValidationFailed", "mapping", "ValidationFailed");
        yield return Case("invalid spec", settled with { Instance = wiki.WithSpec(s => s with { Chart = null, Values = null }) }, new(), "ValidationFailed", "spec.values", "ValidationFailed");

        static TestCaseData Case(string name, Observation observed, AppsOptions options, string reason, string message, string? ready = null) =>
            new TestCaseData(observed, options, reason, message, ready).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Blockers))]
    public void Blocked_instance_writes_nothing_and_says_why(object given, AppsOptions options, string reason, string message, string? readyReason)
    {
        var observed = (Observation)given;
        ChildPlan plan = Plan(observed, options);
        StatusDecision decision = StatusDecider.Decide(observed, plan, WriteOutcome.Written, Surroundings.Nothing, options, Now);
        Assert.Multiple(() =>
        {
            Assert.That(plan.Steps, Is.Empty);
            Assert.That(AggregationTableTests.Of(decision, "Blocked"), Is.EqualTo("True/" + reason));
            Assert.That(decision.Conditions.Single(c => c.Type == "Blocked").Message, Does.Contain(message));
            Assert.That(AggregationTableTests.Of(decision, "Reconciling"), Is.EqualTo("False/Stable"));
            if (readyReason is not null) Assert.That(AggregationTableTests.Of(decision, "Ready"), Is.EqualTo("False/" + readyReason));
            bool waitsForSpec = reason == "ValidationFailed" && observed.Values.State == ValuesState.NotReferenced;
            Assert.That(decision.Next, Is.EqualTo(waitsForSpec ? NextPass.OnChange : NextPass.After(TimeSpan.FromSeconds(30))));
            Assert.That(decision.ObservedGeneration, Is.EqualTo(waitsForSpec ? 1L : (long?)null));
        });
    }

    [Test]
    public void Stray_release_is_adopted_when_the_instance_says_so()
    {
        ApplicationInstance instance = Samples.Instance().Annotated(Annotations.Adopt, "true");
        Observation observed = Settled(instance);
        observed = observed with
        {
            Release = observed.Release! with { Metadata = observed.Release.Metadata with { OwnerReferences = [], Labels = new Dictionary<string, string>(StringComparer.Ordinal) } },
        };
        Assert.That(Steps(Plan(observed)), Is.EqualTo(new[] { "Apply HelmRelease" }));
    }

    private static IEnumerable<TestCaseData> Suspensions()
    {
        ApplicationInstance wiki = Samples.Instance();
        Observation settled = Settled(wiki);
        Observation Annotated(string key, string value) => settled with { Instance = wiki.Annotated(key, value) };
        yield return Case("disabled", Annotated(Annotations.Reconcile, " Disabled "), "True/ReconcilePaused");
        yield return Case("other value", Annotated(Annotations.Reconcile, "enabled"), "False/Active");
        yield return Case("maintenance", Annotated(Annotations.Reconcile, "maintenance"), "True/MaintenanceWindow");
        yield return Case("window open", Annotated(Annotations.MaintenanceWindow, "2026-06-02T08:00:00Z/2026-06-02T10:00:00+00:00"), "True/MaintenanceWindow");
        yield return Case("window over", Annotated(Annotations.MaintenanceWindow, "2026-06-02T07:00:00Z/2026-06-02T09:00:00Z"), "False/Active");
        yield return Case("window not readable", Annotated(Annotations.MaintenanceWindow, "tonight"), "False/Active");
        yield return Case("release suspended by hand", settled with { Release = settled.Release!.Suspended() }, "True/ManuallySuspended");
        yield return Case("restore", settled with { Suspending = new(SuspendingState.Active, "u", "restore-1") }, "True/ManuallySuspended");
        yield return Case("precedence", settled with { Instance = wiki.Annotated(Annotations.Reconcile, "disabled"), Suspending = new(SuspendingState.Active, "u", "restore-1") }, "True/ReconcilePaused");

        static TestCaseData Case(string name, Observation observed, string expected) => new TestCaseData(observed, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Suspensions))]
    public void Suspended(object given, string expected)
    {
        var observed = (Observation)given;
        ApplicationInstance newer = observed.Instance with { Metadata = observed.Instance.Metadata with { Generation = 2 }, Status = new() { ObservedGeneration = 1 } };
        StatusDecision decision = AggregationTableTests.Decide(observed with { Instance = newer });
        Assert.That(AggregationTableTests.Of(decision, "Suspended"), Is.EqualTo(expected));
        bool pauses = expected.StartsWith("True", StringComparison.Ordinal) && observed.Release!.IsSuspended is false;
        Assert.That(decision.ObservedGeneration, Is.EqualTo(pauses ? 1 : 2), "a waiting change stays visible");
        if (expected.StartsWith("True", StringComparison.Ordinal)) Assert.That(AggregationTableTests.Of(decision, "Reconciling"), Is.EqualTo("False/Stable"));
    }

    [Test]
    public void Window_is_looked_at_again_when_it_opens_and_when_it_closes()
    {
        ApplicationInstance before = Samples.Instance().Annotated(Annotations.MaintenanceWindow, "2026-06-02T09:01:00Z/2026-06-02T09:02:00Z");
        ApplicationInstance inside = Samples.Instance().Annotated(Annotations.MaintenanceWindow, "2026-06-02T08:00:00Z/2026-06-02T09:02:00Z");
        Assert.That(AggregationTableTests.Decide(Settled(before)).Next, Is.EqualTo(NextPass.After(TimeSpan.FromMinutes(1))));
        Assert.That(AggregationTableTests.Decide(Settled(inside)).Next, Is.EqualTo(NextPass.After(TimeSpan.FromMinutes(2))));
    }

    [Test]
    public void Restore_suspends_the_release_and_nothing_else_and_gives_it_back()
    {
        ApplicationInstance instance = Samples.Instance() with { Metadata = Samples.Instance().Metadata with { Generation = 2 } };
        Observation restoring = Settled(Samples.Instance()) with { Instance = instance, Suspending = new(SuspendingState.Active, "op-uid", "restore-1") };
        ChildPlan hold = Plan(restoring);
        Assert.That(Steps(hold), Is.EqualTo(new[] { "Suspend HelmRelease" }));
        Assert.That(hold.Suspension.Condition.Message, Does.Contain("restore-1"));

        Observation held = restoring with { Release = restoring.Release!.Suspended().Marked(Suspension.Marker, "op-uid") };
        Assert.That(Steps(Plan(held)), Is.Empty);

        ChildPlan resume = Plan(held with { Suspending = SuspendingOperation.None });
        Assert.That(Steps(resume), Is.EqualTo(new[] { "Apply OCIRepository forced", "Apply HelmRelease forced", "Command HelmRelease", "Resume HelmRelease" }));
        Assert.That(resume.Suspension.IsActive, Is.False);
    }

    [Test]
    public void Placeholder_is_ready_at_once_and_clears_what_it_does_not_own()
    {
        ApplicationInstance instance = Samples.Instance("{metadata: {name: cluster-ops, namespace: org-blue}, spec: {mode: placeholder, appRef: {catalogId: c}}}")
            .WithStatus(("Degraded", "True", "HelmReleaseDegraded"), ("Blocked", "True", "MissingSecret"));
        instance = instance with { Status = instance.Status with { HelmReleaseRef = new() { Name = "x" }, Endpoints = [new() { Name = "a", Url = "b" }] } };
        StatusDecision decision = AggregationTableTests.Decide(new() { Instance = instance, Served = new(false, false, false, false, false) });
        Assert.Multiple(() =>
        {
            Assert.That(decision.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason}"), Is.EqualTo(new[]
            {
                "Ready=True/Placeholder", "Reconciling=False/Stable", "Suspended=False/Active", "Degraded=False/Recovered", "Blocked=False/Unblocked",
            }));
            Assert.That(decision.HelmReleaseRef, Is.Null);
            Assert.That(decision.LastAppliedChart, Is.Null);
            Assert.That(decision.Endpoints, Is.Null);
            Assert.That(decision.ObservedGeneration, Is.EqualTo(1));
        });
    }

    [Test]
    public void Placeholder_with_a_release_of_an_earlier_life_leaves_it_alone()
    {
        ApplicationInstance managed = Samples.Instance();
        ApplicationInstance placeholder = managed.WithSpec(s => s with { Mode = "placeholder", Chart = null, Values = null });
        Observation observed = Settled(managed) with { Instance = placeholder };
        Assert.That(Steps(Plan(observed)), Is.Empty);
        Assert.That(AggregationTableTests.Of(AggregationTableTests.Decide(observed), "Blocked"), Is.EqualTo("True/PolicyDenied"));
    }
}
