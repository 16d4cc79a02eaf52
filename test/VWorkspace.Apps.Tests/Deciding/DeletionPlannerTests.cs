using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;
using static VWorkspace.Apps.Tests.Support.FluxObjects;

namespace VWorkspace.Apps.Tests.Deciding;

public sealed class DeletionPlannerTests
{
    private static readonly ApplicationInstance Wiki = Samples.Instance();

    private static DeletionPlan Plan(ApplicationInstance instance, HelmRelease? release = null, params ChartSource[] sources) =>
        DeletionPlanner.Plan(new() { Instance = instance, Release = release, Sources = [.. sources.Select(s => (FluxResources.OciRepositories, s))] });

    [Test]
    public void Release_goes_first()
    {
        DeletionPlan plan = Plan(Wiki, Release(Wiki, ReadyTrue), Source(Wiki, SourceReady));
        Assert.That(plan.Step, Is.EqualTo(DeletionStep.Uninstall));
        Assert.That((plan.Deleting.Status, plan.Deleting.Reason), Is.EqualTo(("True", "Uninstalling")));
        Assert.That(plan.ResumesFirst, Is.False);
    }

    [Test]
    public void Suspended_release_is_resumed_so_that_it_is_really_uninstalled()
    {
        DeletionPlan plan = Plan(Wiki, Release(Wiki, ReadyTrue).Suspended());
        Assert.That(plan.ResumesFirst, Is.True);
        Assert.That(plan.Deleting.Message, Does.Contain("suspended"));
    }

    [Test]
    public void Failing_uninstall_tells_why()
    {
        HelmRelease release = Release(Wiki, Cond("Ready", "False", "UninstallFailed", "hook failed"));
        release = release with { Metadata = release.Metadata with { DeletionTimestamp = Samples.Now } };
        Assert.That(Plan(Wiki, release).Deleting.Message, Does.Contain("UninstallFailed: hook failed"));
    }

    [Test]
    public void Source_goes_when_the_release_is_gone()
    {
        DeletionPlan plan = Plan(Wiki, null, Source(Wiki, SourceReady));
        Assert.That((plan.Step, plan.Deleting.Reason), Is.EqualTo((DeletionStep.DeleteSources, "WaitingForChildResources")));
    }

    [Test]
    public void Nothing_left_finishes_and_keeps_what_was_said()
    {
        Assert.That(Plan(Wiki).Step, Is.EqualTo(DeletionStep.Finish));
        Assert.That(Plan(Wiki.WithStatus(("Deleting", "True", "WaitingForChildResources"))).Deleting.Reason, Is.EqualTo("WaitingForChildResources"));
    }

    [Test]
    public void Foreign_objects_are_left_alone()
    {
        HelmRelease foreign = Release(Wiki, ReadyTrue);
        foreign = foreign with { Metadata = foreign.Metadata with { OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "X", Name = "x", Uid = "other", Controller = true }] } };
        Assert.That(Plan(Wiki, foreign).Step, Is.EqualTo(DeletionStep.Finish));
    }

    [Test]
    public void Paused_instance_keeps_its_release() =>
        Assert.That(Plan(Wiki.Annotated(Annotations.Reconcile, "disabled"), Release(Wiki, ReadyTrue)).Step, Is.EqualTo(DeletionStep.Release));

    [Test]
    public void Placeholder_goes_at_once()
    {
        DeletionPlan plan = Plan(Wiki.WithSpec(s => s with { Mode = "placeholder" }), Release(Wiki, ReadyTrue));
        Assert.That((plan.Step, plan.Deleting.Reason), Is.EqualTo((DeletionStep.Finish, "Uninstalling")));
    }
}
