using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using static VWorkspace.Kubernetes.InMemory.Tests.ManagedFields.ManagedFieldsManagerTests;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>From <c>kubectl apply</c> to <c>kubectl apply --server-side</c>.</summary>
internal sealed class LastAppliedMigrationTests
{
    private const string Before = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v","l":"w"}}""";
    private const string After = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new","l":"w"}}""";

    [Test]
    public void Kubectl_takes_over_what_client_side_apply_wrote()
    {
        var merged = Merged(Apply(ClientSide(), After, "kubectl"));
        Assert.That(merged["data"]!["k"]!.GetValue<string>(), Is.EqualTo("new"));
        Assert.That(Owners(merged, ".data.k"), Is.EqualTo(new[] { "kubectl" }));
    }

    [Test]
    public void Kubectl_keeps_the_annotation_up_to_date()
    {
        var merged = Merged(Apply(ClientSide(), After, "kubectl"));
        Assert.That(merged["metadata"]!["annotations"]![LastAppliedMigration.Annotation]!.GetValue<string>(),
            Is.EqualTo("""{"apiVersion":"v1","data":{"k":"new","l":"w"},"kind":"ConfigMap","metadata":{"name":"a"}}""" + "\n"));
    }

    [Test]
    public void Another_manager_gets_the_conflict()
    {
        Assert.That(Apply(ClientSide(), After, "other"), Is.InstanceOf<ApplyOutcome.Conflict>().With.Property("Message")
            .EqualTo("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.k"));
    }

    [Test]
    public void Field_that_somebody_changed_since_stays_a_conflict()
    {
        var live = ClientSide();
        var edited = (JsonObject)live.DeepClone();
        edited["data"]!["k"] = "edited";
        ManagedFieldsManager.Update(live, edited, Request("editor", "v1", "ConfigMap"));
        var outcome = Apply(edited, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new","l":"changed"}}""", "kubectl");
        Assert.That(((ApplyOutcome.Conflict)outcome).Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.k"));
    }

    [TestCase("not json")]
    [TestCase("""{"apiVersion":"v2","kind":"ConfigMap"}""")]
    [TestCase("")]
    public void Annotation_that_cannot_be_read_allows_nothing(string annotation)
    {
        var live = ClientSide();
        live["metadata"]!["annotations"]![LastAppliedMigration.Annotation] = annotation;
        Assert.That(Apply(live, After, "kubectl"), Is.InstanceOf<ApplyOutcome.Conflict>());
    }

    [Test]
    public void Annotation_that_grows_too_large_is_dropped()
    {
        var large = After.Replace("new", new string('x', 300_000), StringComparison.Ordinal);
        var merged = Merged(Apply(ClientSide(), large, "kubectl"));
        Assert.That(merged["metadata"]!["annotations"]!.AsObject().ContainsKey(LastAppliedMigration.Annotation), Is.False);
    }

    private static JsonObject ClientSide()
    {
        var value = Parse(Before);
        value["metadata"]!["annotations"] = new JsonObject { [LastAppliedMigration.Annotation] = Before + "\n" };
        ManagedFieldsManager.Update(null, value, Request("kubectl-client-side-apply", "v1", "ConfigMap"));
        return value;
    }
}
