using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Deciding.AggregationTableTests;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>A generation that is taken up, a revision that rises: told once, and not lost.</summary>
public sealed class MilestoneTests
{
    [TestCase("Denied", true)]
    [TestCase("Refused", true)]
    [TestCase("Failed", false)]
    public void Generation_is_taken_up_although_its_children_are_refused(string result, bool started)
    {
        StatusDecision decision = Decide(new() { Instance = Samples.Instance() }, outcome: new() { Result = Enum.Parse<WriteResult>(result), Detail = "no" });
        Assert.That(decision.Started, Is.EqualTo(started));
        Assert.That(decision.Memory.StartedGeneration, Is.EqualTo(started ? 1 : 0), "what was not told is not remembered as told");
        Assert.That(Decide(new() { Instance = Samples.Instance(), Memory = decision.Memory }).Started, Is.EqualTo(!started), "told once");
    }

    [Test]
    public void Revision_that_rises_while_the_status_is_not_current_is_told_afterwards()
    {
        Observation settled = Settled(Samples.Instance()) with { Memory = new(Revision: 1) };
        Observation early = settled with { Release = Release(settled.Instance, ReadyTrue with { ObservedGeneration = 0 }).With((2, "deployed", "1.3.0")) };
        StatusDecision first = Decide(early);
        Assert.That(Of(first, "Ready"), Is.EqualTo("Unknown/Reconciling"));
        StatusDecision second = Decide(settled with { Release = Release(settled.Instance, ReadyTrue).With((2, "deployed", "1.3.0")), Memory = first.Memory });
        Assert.That(new[] { first.Upgraded, second.Upgraded }.Where(u => u is not null), Is.EqualTo(new (int?, int)?[] { (1, 2) }));
    }

    [Test]
    public void Digest_survives_the_next_apply_and_goes_with_the_reference()
    {
        ApplicationInstance instance = Samples.Instance("""
            metadata: {name: wiki, namespace: org-blue}
            spec:
              appRef: {catalogId: dokuwiki}
              chart: {sourceType: helm, url: "https://charts.example.com", name: wiki, version: 1.2.3}
              release: {name: wiki, namespace: org-blue}
              values: {source: secretRef, secretRef: {name: wiki-values, key: values.yaml}}
            """);
        ValuesObservation values = ValuesReader.Parse("a: b"u8.ToArray(), "Secret wiki-values");
        Observation settled = Settled(instance) with { Values = values };
        settled = settled with { Release = settled.Release!.Marked(Annotations.ValuesDigest, values.Digest!) };
        ApplicationInstance changed = instance.WithSpec(s => s with { Chart = s.Chart! with { Version = "1.3.0" } });
        ChildPlan upgrade = ChildPlanner.Plan(settled with { Instance = changed }, new(), Samples.Now);
        ChildStep apply = upgrade.Steps.Single(s => s is { Kind: StepKind.Apply, Resource.Kind.Kind: "HelmRelease" });
        Assert.That((string?)apply.Body!["metadata"]!["annotations"]![Annotations.ValuesDigest], Is.EqualTo(values.Digest), "an apply without it would take it away");

        ApplicationInstance inline = instance.WithSpec(s => s with { Values = new() { Source = "inline", Inline = RawJson.Of(Samples.Json("{}")) } });
        ChildPlan plan = ChildPlanner.Plan(settled with { Instance = inline, Values = ValuesObservation.NotReferenced }, new(), Samples.Now);
        Assert.That(plan.Steps.Where(s => s.Kind == StepKind.Command).Select(s => s.Body!.ToJsonString()),
            Is.EqualTo(new[] { """{"metadata":{"annotations":{"vworkspace.io/values-digest":null}}}""" }));
    }
}
