using VWorkspace.Kubernetes;

namespace VWorkspace.Api.Tests.Conditions;

public sealed class ConditionTransitionsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Condition Stored = new()
    {
        Type = "Ready", Status = "True", Reason = "HelmReleaseReady", Message = "old", ObservedGeneration = 1, LastTransitionTime = Start,
    };

    [Test]
    public void Appearance_is_a_transition_without_predecessor()
    {
        ConditionChange change = ConditionTransitions.Apply([], [new("Ready", "Unknown", "Reconciling", "")], 1, Start.AddMilliseconds(250));
        Assert.That(change.Transitions.Single().Previous, Is.Null);
        Assert.That(change.Conditions.Single().LastTransitionTime, Is.EqualTo(Start), "whole seconds");
        Assert.That(change.Changed, Is.True);
    }

    [TestCase("True", "HelmReleaseReady", "new", 1L, true, false, false, TestName = "Message alone changes the object, is no transition and keeps the time")]
    [TestCase("True", "HelmReleaseReady", "old", 2L, true, false, false, TestName = "Generation alone changes the object, is no transition and keeps the time")]
    [TestCase("True", "HelmReleaseReady", "old", 1L, false, false, false, TestName = "Nothing new changes nothing")]
    [TestCase("True", "HelmReleaseReadyWithWarnings", "old", 1L, true, true, false, TestName = "Reason alone is a transition and keeps the time")]
    [TestCase("False", "HelmReleaseFailed", "x", 1L, true, true, true, TestName = "Status is a transition and moves the time")]
    public void Change_rules(string status, string reason, string message, long generation, bool changed, bool transition, bool timeMoves)
    {
        ConditionChange change = ConditionTransitions.Apply([Stored], [new("Ready", status, reason, message)], generation, Start.AddMinutes(1));
        Assert.Multiple(() =>
        {
            Assert.That(change.Changed, Is.EqualTo(changed));
            Assert.That(change.Transitions, Has.Count.EqualTo(transition ? 1 : 0));
            Assert.That(change.Conditions.Single().LastTransitionTime, Is.EqualTo(timeMoves ? Start.AddMinutes(1) : Start));
        });
    }

    [Test]
    public void Conditions_of_others_stay()
    {
        var foreign = new Condition { Type = "example.com/Audited", Status = "True", Reason = "Yes", LastTransitionTime = Start };
        ConditionChange change = ConditionTransitions.Apply([foreign, Stored], [new("Blocked", "True", "MissingSecret", "m")], 1, Start);
        Assert.That(change.Conditions.Select(c => c.Type), Is.EqualTo(new[] { "example.com/Audited", "Ready", "Blocked" }));
        Assert.That(change.Conditions[0], Is.SameAs(foreign));
    }

    [Test]
    public void Last_wish_for_a_type_wins()
    {
        ConditionChange change = ConditionTransitions.Apply([], [new("Ready", "False", "Installing", ""), new("Ready", "True", "Placeholder", "")], 1, Start);
        Assert.That(change.Transitions.Single().Current.Reason, Is.EqualTo("Placeholder"));
    }
}
