using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>The rules of ownership, on deployments and config maps.</summary>
internal sealed class ManagedFieldsManagerTests
{
    private const string Deployment = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3}}""";

    [Test]
    public void Conflict_with_an_updater_names_its_version()
    {
        var live = Create(Deployment, "kubectl-edit");
        Assert.That(Apply(live, Deployment.Replace("3", "5", StringComparison.Ordinal), "me"), Is.InstanceOf<ApplyOutcome.Conflict>().With.Property("Message")
            .EqualTo("Apply failed with 1 conflict: conflict with \"kubectl-edit\" using apps/v1: .spec.replicas"));
    }

    [Test]
    public void Conflict_names_the_subresource()
    {
        var live = Create(Deployment.Replace("3", "1", StringComparison.Ordinal), "maker");
        var scaled = Parse(Deployment);
        ManagedFieldsManager.Update(live, scaled, Request("hpa") with { Subresource = "scale" });
        var outcome = (ApplyOutcome.Conflict)Apply(scaled, Deployment.Replace("3", "5", StringComparison.Ordinal), "me");
        Assert.That(outcome.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"hpa\" with subresource \"scale\" using apps/v1: .spec.replicas"));
        Assert.That(outcome.Causes.Single().Message, Is.EqualTo("conflict with \"hpa\" with subresource \"scale\" using apps/v1"));
    }

    [Test]
    public void Conflicts_with_several_managers_are_grouped()
    {
        var live = Merged(Apply(null, Deployment, "b"));
        live = Merged(Apply(live, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"paused":true,"template":{"spec":{"nodeName":"n"}}}}""", "a"));
        var outcome = (ApplyOutcome.Conflict)Apply(live, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1,"paused":false,"template":{"spec":{"nodeName":"m"}}}}""", "me");
        Assert.That(outcome.Message, Is.EqualTo("Apply failed with 3 conflicts: conflicts with \"a\":\n- .spec.paused\n- .spec.template.spec.nodeName\nconflicts with \"b\":\n- .spec.replicas"));
    }

    [Test]
    public void Force_takes_the_field_over()
    {
        var live = Create(Deployment, "editor");
        var merged = Merged(Apply(live, Deployment.Replace("3", "5", StringComparison.Ordinal), "me", force: true));
        Assert.That(Owners(merged, ".spec.replicas"), Is.EqualTo(new[] { "me" }));
    }

    [Test]
    public void Same_value_is_shared_and_stays_until_both_drop_it()
    {
        var live = Merged(Apply(Merged(Apply(null, Deployment, "one")), Deployment, "two"));
        Assert.That(Owners(live, ".spec.replicas"), Is.EqualTo(new[] { "one", "two" }));
        const string nothing = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"}}""";
        live = Merged(Apply(live, nothing, "one"));
        Assert.That(live["spec"]!["replicas"], Is.Not.Null);
        live = Merged(Apply(live, nothing, "two"));
        Assert.That(live["spec"]?["replicas"], Is.Null);
    }

    [Test]
    public void Update_keeps_the_time_when_it_takes_nothing()
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v","l":"w"}}""", "one");
        var later = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""");
        ManagedFieldsManager.Update(live, later, Request("one", "v1", "ConfigMap") with { Now = Recording.Now.AddHours(1) });
        Assert.That(Entries(later).Single()["time"]!.GetValue<string>(), Is.EqualTo("2026-01-01T00:00:00Z"));
        Assert.That(Entries(later).Single()["fieldsV1"]!.ToJsonString(), Is.EqualTo("""{"f:data":{".":{},"f:k":{}}}"""));
    }

    [Test]
    public void Untracked_object_gets_a_before_first_apply_entry_when_applied()
    {
        var live = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"v"}}""");
        var merged = Merged(Apply(live, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"l":"w"}}""", "me"));
        Assert.That(Entries(merged).Select(e => (e["manager"]!.GetValue<string>(), e["operation"]!.GetValue<string>())), Is.EqualTo(new[] { ("me", "Apply"), ("before-first-apply", "Update") }));
        Assert.That(((ApplyOutcome.Conflict)Apply(live, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"w"}}""", "me")).Message,
            Is.EqualTo("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.k"));
    }

    [TestCase("[]")]
    [TestCase("[{}]")]
    public void Client_can_reset_the_list_and_the_object_stays_untracked(string reset)
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"v"}}""", "one");
        var update = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"w"}}""");
        update["metadata"]!["managedFields"] = JsonNode.Parse(reset);
        ManagedFieldsManager.Update(live, update, Request("two", "v1", "ConfigMap"));
        Assert.That(update["metadata"]!["managedFields"], Is.Null);
        var again = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"x"}}""");
        ManagedFieldsManager.Update(update, again, Request("two", "v1", "ConfigMap"));
        Assert.That(again["metadata"]!["managedFields"], Is.Null);
    }

    [TestCase("""[{"manager":"x","operation":"Other","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV9"}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"bad":{}}}]""")]
    public void Invalid_list_of_a_client_is_ignored(string list)
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"v"}}""", "one");
        var update = (JsonObject)live.DeepClone();
        update["metadata"]!["managedFields"] = JsonNode.Parse(list);
        ManagedFieldsManager.Update(live, update, Request("two", "v1", "ConfigMap"));
        Assert.That(Entries(update).Single()["manager"]!.GetValue<string>(), Is.EqualTo("one"));
    }

    [Test]
    public void Client_may_edit_entries_but_not_through_a_subresource()
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k":"v"}}""", "one");
        var edit = (JsonObject)live.DeepClone();
        edit["metadata"]!["managedFields"]![0]!["manager"] = "renamed";
        var through = (JsonObject)edit.DeepClone();
        ManagedFieldsManager.Update(live, edit, Request("two", "v1", "ConfigMap"));
        ManagedFieldsManager.Update(live, through, Request("two", "v1", "ConfigMap") with { Subresource = "status" });
        Assert.That(Entries(edit).Single()["manager"]!.GetValue<string>(), Is.EqualTo("renamed"));
        Assert.That(Entries(through).Single()["manager"]!.GetValue<string>(), Is.EqualTo("one"));
    }

    [Test]
    public void More_than_ten_updaters_are_folded_into_ancient_changes()
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":{"k0":"v"}}""", "m00");
        for (var i = 1; i < 13; i++)
        {
            var next = (JsonObject)live.DeepClone();
            next["data"]![$"k{i}"] = "v";
            ManagedFieldsManager.Update(live, next, Request($"m{i:00}", "v1", "ConfigMap") with { Now = Recording.Now.AddSeconds(i) });
            live = next;
        }

        Assert.That(Entries(live), Has.Count.EqualTo(ManagedFieldsManager.MaxUpdateManagers));
        Assert.That(Entries(live)[0]["manager"]!.GetValue<string>(), Is.EqualTo("ancient-changes"));
        Assert.That(Entries(live)[0]["fieldsV1"]!["f:data"]!.AsObject().Select(m => m.Key), Is.EqualTo(new[] { ".", "f:k0", "f:k1", "f:k2", "f:k3" }));
        Assert.That(Entries(live)[0]["time"]!.GetValue<string>(), Is.EqualTo("2026-01-01T00:00:03Z"));
    }

    [Test]
    public void Write_that_changes_only_times_is_none()
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u","resourceVersion":"1"},"data":{"k":"v"}}""", "one");
        var same = (JsonObject)live.DeepClone();
        same["metadata"]!["managedFields"]![0]!["time"] = "2027-01-01T00:00:00Z";
        same["metadata"]!["resourceVersion"] = "2";
        Assert.That(ManagedFieldsTimes.KeepWhenNothingElseChanged(live, same), Is.True);
        Assert.That(Entries(same).Single()["time"]!.GetValue<string>(), Is.EqualTo("2026-01-01T00:00:00Z"));
        same["data"]!["k"] = "w";
        Assert.That(ManagedFieldsTimes.KeepWhenNothingElseChanged(live, same), Is.False);
    }

    [Test]
    public void Owner_in_a_version_that_is_gone_is_dropped()
    {
        var live = Create(Deployment, "old");
        live["metadata"]!["managedFields"]![0]!["apiVersion"] = "apps/v0";
        var merged = Merged(Apply(live, Deployment.Replace("3", "5", StringComparison.Ordinal), "me", versions: new OnlyOwnVersion()));
        Assert.That(Entries(merged).Single()["manager"]!.GetValue<string>(), Is.EqualTo("me"));
    }

    private sealed class OnlyOwnVersion : IVersionConverter
    {
        public (JsonObject Object, MergeSchema Schema)? Convert(JsonObject value, string apiVersion) => null;
    }

    internal static JsonObject Create(string json, string manager)
    {
        var value = Parse(json);
        ManagedFieldsManager.Update(null, value, Request(manager, value["apiVersion"]!.GetValue<string>(), value["kind"]!.GetValue<string>()));
        return value;
    }

    internal static ApplyOutcome Apply(JsonObject? live, string json, string manager, bool force = false, IVersionConverter? versions = null)
    {
        var patch = Parse(json);
        return ManagedFieldsManager.Apply(live, patch, force, Request(manager, patch["apiVersion"]!.GetValue<string>(), patch["kind"]!.GetValue<string>()) with { Versions = versions });
    }

    internal static JsonObject Merged(ApplyOutcome outcome)
    {
        Assert.That(outcome, Is.InstanceOf<ApplyOutcome.Merged>(), outcome.ToString());
        return ((ApplyOutcome.Merged)outcome).Object;
    }

    internal static FieldManagerRequest Request(string manager, string apiVersion = "apps/v1", string kind = "Deployment") => new()
    {
        Manager = manager,
        ApiVersion = apiVersion,
        Now = Recording.Now,
        Schema = BuiltinSchemas.Find(apiVersion, kind)!.Merge,
    };

    internal static List<JsonObject> Entries(JsonObject value) => [.. (value["metadata"]!["managedFields"] as JsonArray ?? []).Select(e => e!.AsObject())];

    internal static string[] Owners(JsonObject value, string path) =>
        [.. Entries(value).Where(e => FieldsV1.Parse(e["fieldsV1"]!.AsObject()).Paths().Contains(path, StringComparer.Ordinal)).Select(e => e["manager"]!.GetValue<string>())];

    internal static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
