using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Deciding.AggregationTableTests;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>Nothing is pushed, and what is shown stays true.</summary>
public sealed class HeldBackTests
{
    private const string Ingress = """
        metadata: {name: wiki, namespace: org-blue}
        spec:
          appRef: {catalogId: dokuwiki}
          chart: {sourceType: oci, url: oci://registry.example.com/charts, name: wiki, version: 1.2.3}
          release: {name: wiki, namespace: org-blue}
          values: {source: inline, inline: {ingress: {enabled: true, host: wiki.example.com}}}
        """;

    private static readonly ApplicationEndpoint Endpoint = new() { Name = "wiki.example.com", Url = "http://wiki.example.com", Type = "values" };

    private static ApplicationInstance Paused(ApplicationInstance instance) => instance.Annotated(Annotations.Reconcile, "disabled");

    private static ApplicationInstance Placeholder => Samples.Instance("{metadata: {name: cluster-ops, namespace: org-blue}, spec: {mode: placeholder, appRef: {catalogId: c}}}");

    [Test]
    public void Paused_placeholder_stays_ready()
    {
        ApplicationInstance instance = Paused(Placeholder) with { Status = new() { ObservedGeneration = 1 } };
        instance = instance with { Metadata = instance.Metadata with { Generation = 2 } };
        StatusDecision decision = Decide(new() { Instance = instance });
        Assert.Multiple(() =>
        {
            Assert.That(Of(decision, "Ready"), Is.EqualTo("True/Placeholder"));
            Assert.That(Of(decision, "Reconciling"), Is.EqualTo("False/Stable"));
            Assert.That(Of(decision, "Suspended"), Is.EqualTo("True/ReconcilePaused"));
            Assert.That(decision.ObservedGeneration, Is.EqualTo(1), "a change that waits stays visible");
        });
    }

    [Test]
    public void Placeholder_is_looked_at_when_its_window_opens()
    {
        ApplicationInstance instance = Placeholder.Annotated(Annotations.MaintenanceWindow, "2026-06-02T09:01:00Z/2026-06-02T10:00:00Z");
        Assert.That(Decide(new() { Instance = instance }).Next, Is.EqualTo(NextPass.After(TimeSpan.FromMinutes(1))));
    }

    [TestCase(NamespaceGate.Off, true, TestName = "Paused instance keeps the endpoints that come from its values")]
    [TestCase(NamespaceGate.Enforce, false, TestName = "Blocked instance keeps the endpoints that come from its values")]
    public void Endpoints_stay(NamespaceGate gate, bool paused)
    {
        ApplicationInstance instance = Samples.Instance(Ingress);
        instance = (paused ? Paused(instance) : instance) with { Status = new() { Endpoints = [Endpoint] } };
        StatusDecision decision = Decide(Settled(instance), options: new() { NamespaceGate = gate });
        Assert.That(Of(decision, "Ready"), Is.EqualTo("True/HelmReleaseReady"));
        Assert.That(decision.Endpoints, Is.EqualTo(new[] { Endpoint }));
    }

    [Test]
    public void Endpoints_of_a_paused_instance_follow_its_ingresses()
    {
        ApplicationInstance instance = Paused(Samples.Instance(Ingress)) with { Status = new() { Endpoints = [Endpoint] } };
        StatusDecision decision = Decide(Settled(instance), new() { Ingresses = [new() { Spec = new() { Rules = [new() { Host = "new.example.com" }] } }] });
        Assert.That(decision.Endpoints!.Select(e => e.Url), Is.EqualTo(new[] { "http://new.example.com" }));
    }

    [Test]
    public void Drift_that_nobody_can_see_during_a_pause_is_not_declared_gone()
    {
        ApplicationInstance instance = Samples.Instance();
        DesiredCondition drifted = Decide(Settled(instance), outcome: new() { Drift = ["HelmRelease spec.interval by kubectl-edit"] }).Conditions.Single(c => c.Type == "Degraded");
        ApplicationInstance stored = instance with
        {
            Status = new() { Conditions = [new() { Type = "Degraded", Status = "True", Reason = drifted.Reason, Message = drifted.Message, LastTransitionTime = Samples.Now }] },
        };
        DesiredCondition paused = Decide(Settled(Paused(stored))).Conditions.Single(c => c.Type == "Degraded");
        Assert.That(paused, Is.EqualTo(drifted));
        Assert.That(Of(Decide(Settled(stored)), "Degraded"), Is.EqualTo("False/Recovered"), "an apply that meets no conflict clears it");
    }

    [Test]
    public void Suspension_of_a_release_of_others_is_not_a_suspension_of_the_instance()
    {
        Observation observed = Settled(Samples.Instance());
        HelmRelease release = observed.Release!.Suspended();
        release = release with { Metadata = release.Metadata with { OwnerReferences = [new() { ApiVersion = "v1", Kind = "ConfigMap", Name = "x", Uid = "u", Controller = true }] } };
        Assert.That(Of(Decide(observed with { Release = release }), "Suspended"), Is.EqualTo("False/Active"));
    }

    private static IEnumerable<TestCaseData> Obstacles()
    {
        Observation settled = Settled(Samples.Instance());
        yield return new TestCaseData(settled, new AppsOptions { NamespaceGate = NamespaceGate.Enforce }).SetArgDisplayNames("blocked");
        yield return new TestCaseData(settled with { Instance = settled.Instance.WithSpec(s => s with { Values = null }) }, new AppsOptions()).SetArgDisplayNames("invalid");
    }

    [TestCaseSource(nameof(Obstacles))]
    public void Suspension_for_a_restore_that_ended_is_given_up_whatever_holds_the_instance(object given, AppsOptions options)
    {
        var observed = (Observation)given;
        observed = observed with { Release = observed.Release!.Suspended().Marked(Suspension.Marker, "op-uid") };
        ChildPlan plan = ChildPlanner.Plan(observed, options, Samples.Now);
        Assert.That(plan.Steps.Select(s => s.Kind), Is.EqualTo(new[] { StepKind.Command, StepKind.Resume }));
        Assert.That(plan.Steps[0].Body!.ToJsonString(), Does.Contain(Annotations.FluxRequestedAt));
    }

    [Test]
    public void Mismatch_of_the_cluster_is_looked_at_again_because_the_cluster_can_change()
    {
        ApplicationInstance instance = Samples.Instance();
        instance = instance with { Metadata = instance.Metadata with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.ClusterId] = "c2" } } };
        StatusDecision decision = Decide(Settled(instance) with { ClusterId = "c1" });
        Assert.That(Of(decision, "Blocked"), Is.EqualTo("True/ValidationFailed"));
        Assert.That(decision.Next, Is.EqualTo(NextPass.After(TimeSpan.FromSeconds(30))));
    }
}
