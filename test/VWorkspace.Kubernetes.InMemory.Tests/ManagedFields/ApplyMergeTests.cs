using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using static VWorkspace.Kubernetes.InMemory.Tests.ManagedFields.ManagedFieldsManagerTests;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>How an applied configuration and an object become one.</summary>
internal sealed class ApplyMergeTests
{
    private static IEnumerable<TestCaseData> Orders()
    {
        yield return Case("new items go where the configuration has them", "a b c", "a x b", "a x b c");
        yield return Case("the configuration's order wins", "a b c", "c b a", "c b a");
        yield return Case("items of the object keep their place", "a b c", "b d", "a b c d");
        yield return Case("nothing shared", "a b", "c d", "a b c d");
        yield return Case("the object is empty", "", "b a", "b a");
        yield return Case("shared ends swapped", "a m z", "z a", "m z a");
        static TestCaseData Case(string name, string live, string config, string expected) => new TestCaseData(live, config, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Orders))]
    public void List_map_items_are_ordered_as_upstream_orders_them(string live, string config, string expected)
    {
        var merged = Merged(Apply(Create(Containers(live), "editor"), Containers(config), "me", force: true));
        var names = (merged["spec"]?["template"]?["spec"]?["containers"] as JsonArray ?? []).Select(c => c!["name"]!.GetValue<string>());
        Assert.That(string.Join(' ', names), Is.EqualTo(expected));
    }

    [Test]
    public void Key_that_is_left_out_takes_its_default()
    {
        var live = Merged(Apply(null, Ports("""{"port":80,"protocol":"TCP","name":"a"},{"port":80,"protocol":"UDP"}"""), "one"));
        var merged = Merged(Apply(live, Ports("""{"port":80,"nodePort":30000}"""), "two"));
        Assert.That(merged["spec"]!["ports"]!.ToJsonString(), Is.EqualTo("""[{"port":80,"protocol":"TCP","name":"a","nodePort":30000},{"port":80,"protocol":"UDP"}]"""));
        Assert.That(Owners(merged, ".spec.ports[port=80,protocol=\"TCP\"].nodePort"), Is.EqualTo(new[] { "two" }));
    }

    [Test]
    public void Atomic_values_are_replaced_as_a_whole()
    {
        const string first = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"1","b":"2"}}}""";
        var live = Merged(Apply(null, first, "one"));
        var merged = Merged(Apply(live, first.Replace("\"a\":\"1\",", string.Empty, StringComparison.Ordinal), "one"));
        Assert.That(merged["spec"]!["selector"]!.ToJsonString(), Is.EqualTo("""{"b":"2"}"""));
        Assert.That(Owners(merged, ".spec.selector"), Is.EqualTo(new[] { "one" }));
    }

    [Test]
    public void Dropped_item_goes_and_the_other_appliers_item_stays()
    {
        var live = Merged(Apply(Merged(Apply(null, Containers("a b"), "one")), Containers("c"), "two"));
        live = Merged(Apply(live, Containers("b"), "one"));
        Assert.That(live["spec"]!["template"]!["spec"]!["containers"]!.ToJsonString(), Is.EqualTo("""[{"name":"b"},{"name":"c"}]"""));
    }

    [Test]
    public void Item_that_another_applier_shares_keeps_what_the_other_says()
    {
        var live = Merged(Apply(null, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i","tty":true}]}}""", "one"));
        live = Merged(Apply(live, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"}]}}""", "two"));
        live = Merged(Apply(live, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""", "one"));
        Assert.That(live["spec"]!["containers"]!.ToJsonString(), Is.EqualTo("""[{"name":"a","image":"i"}]"""));
    }

    [Test]
    public void Null_of_a_field_that_is_not_there_leaves_nothing_in_a_built_in_object()
    {
        var merged = Merged(Apply(null, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","creationTimestamp":null},"spec":{"replicas":null,"paused":true}}""", "one"));
        Assert.That(merged["spec"]!.ToJsonString(), Is.EqualTo("""{"paused":true}"""));
        Assert.That(merged["metadata"]!.AsObject().ContainsKey("creationTimestamp"), Is.False);
    }

    [Test]
    public void Null_creation_time_does_not_erase_the_live_one()
    {
        var live = Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","creationTimestamp":"2026-01-01T00:00:00Z"}}""", "one");
        var merged = Merged(Apply(live, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","creationTimestamp":null},"data":{"k":"v"}}""", "two"));
        Assert.That(merged["metadata"]!["creationTimestamp"]!.GetValue<string>(), Is.EqualTo("2026-01-01T00:00:00Z"));
    }

    [Test]
    public void Same_apply_later_changes_neither_object_nor_time()
    {
        var live = Merged(Apply(null, Containers("a"), "one"));
        var patch = Parse(Containers("a"));
        var outcome = ManagedFieldsManager.Apply(live, patch, force: false, Request("one") with { Now = Recording.Now.AddDays(1) });
        Assert.That(outcome, Is.InstanceOf<ApplyOutcome.Merged>().With.Property("IsUnchanged").True);
        Assert.That(Canonical.Text(Merged(outcome)), Is.EqualTo(Canonical.Text(live)));
    }

    [Test]
    public void New_owner_of_an_unchanged_value_gets_a_time_and_the_others_keep_theirs()
    {
        var live = Merged(Apply(null, Containers("a"), "one"));
        var outcome = ManagedFieldsManager.Apply(live, Parse(Containers("a")), force: false, Request("two") with { Now = Recording.Now.AddDays(1) });
        Assert.That(Entries(Merged(outcome)).Select(e => e["time"]!.GetValue<string>()), Is.EqualTo(new[] { "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z" }));
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        const string where = "failed to create typed patch object (/d; apps/v1, Kind=Deployment): ";
        yield return Case("""{"foo":1}""", where + ".spec.foo: field not declared in schema");
        yield return Case("""{"replicas":"3"}""", where + ".spec.replicas: expected numeric (int or float), got string");
        yield return Case("""{"paused":"yes"}""", where + ".spec.paused: expected boolean, got &{yes}");
        yield return Case("""{"selector":[]}""", where + ".spec.selector: expected map, got &{[]}");
        yield return Case("""{"template":{"spec":{"containers":{}}}}""", where + ".spec.template.spec.containers: expected list, got &{map[]}");
        yield return Case("""{"template":{"spec":{"nodeName":1}}}""", where + ".spec.template.spec.nodeName: expected string, got &value.valueUnstructured{Value:1}");
        yield return Case("""{"template":{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}}""", where + ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]");
        yield return Case("""{"template":{"spec":{"containers":[null]}}}""", where + ".spec.template.spec.containers: element 0: associative list with keys may not have a null element");
        yield return Case(
            """{"replicas":"3","template":{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":true}]}]}}}""",
            where + "errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.template.spec.containers[name=\"a\"].env[name=\"X\"].value: expected string, got &value.valueUnstructured{Value:true}");
        static TestCaseData Case(string spec, string message) => new TestCaseData(spec, message);
    }

    [TestCaseSource(nameof(Misfits))]
    public void Patch_that_does_not_fit_is_rejected_with_the_upstream_text(string spec, string message)
    {
        var outcome = Apply(null, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":""" + spec + "}", "me");
        Assert.That(outcome, Is.EqualTo(new ApplyOutcome.Rejected(message, 500)));
    }

    [Test]
    public void Duplicate_finalizers_are_rejected_and_the_core_group_is_printed_as_go_does()
    {
        var outcome = Apply(null, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n","finalizers":["x","x"]}}""", "me");
        Assert.That(outcome, Is.EqualTo(new ApplyOutcome.Rejected("failed to create typed patch object (n/a; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key [=\"x\"]", 500)));
    }

    [Test]
    public void Patch_in_another_version_is_refused()
    {
        var outcome = ManagedFieldsManager.Apply(null, Parse("""{"apiVersion":"apps/v2","kind":"Deployment","metadata":{"name":"d"}}"""), force: false, Request("me"));
        Assert.That(outcome, Is.EqualTo(new ApplyOutcome.Rejected("Incorrect version specified in apply patch. Specified patch version: apps/v2, expected: apps/v1", 400)));
    }

    private static string Containers(string names) =>
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":["""
        + string.Join(',', names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => $$"""{"name":"{{n}}"}""")) + "]}}}}";

    private static string Ports(string ports) => """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[""" + ports + "]}}";
}
