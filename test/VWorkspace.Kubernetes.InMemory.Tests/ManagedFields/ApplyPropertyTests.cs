using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>What holds for any configurations of a widget.</summary>
internal sealed class ApplyPropertyTests
{
    private static readonly MergeSchema Widget = MergeSchema.ForCustomResource(
        Recording.Load("000-setup").Single(s => s.Id == "crd").Body!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject());

    private static readonly Gen<(string Name, string Json)> Members = Gen.OneOf(
        Gen.Choose(1, 3).Select(n => ("size", n.ToString(System.Globalization.CultureInfo.InvariantCulture))),
        Gen.Elements("\"red\"", "\"blue\"").Select(c => ("color", c)),
        Gen.SubListOf("a", "b", "c").Where(l => l.Count > 0).Select(l => ("labels", "{" + string.Join(',', l.Select(k => $"\"{k}\":\"1\"")) + "}")),
        Gen.Shuffle(["x", "y", "z"]).SelectMany(o => Gen.Choose(1, 3).Select(n => ("tags", "[" + string.Join(',', o.Take(n).Select(t => $"\"{t}\"")) + "]"))),
        Gen.Elements("[\"s\"]", "[\"s\",\"t\"]").Select(s => ("steps", s)),
        Gen.Elements("{\"enabled\":true}", "{\"level\":2}", "{\"enabled\":false,\"level\":1}").Select(n => ("nested", n)),
        Gen.Elements("{\"p\":1}", "{\"q\":{\"r\":[1]}}", "{\"p\":{\"r\":2},\"q\":true}").Select(v => ("values", v)));

    private static readonly Arbitrary<JsonObject> Configs = Members.ListOf().Select(ms => Config(ms.DistinctBy(m => m.Name))).ToArbitrary();

    [Test]
    public void Applying_again_changes_nothing() => Check((one, two) =>
    {
        var live = Apply(Apply(null, one, "one"), two, "two");
        return ManagedFieldsManager.Apply(live, two, force: false, Request("two") with { Now = Recording.Now.AddHours(1) }) is ApplyOutcome.Merged { IsUnchanged: true } same
            && Canonical.Text(same.Object) == Canonical.Text(live);
    });

    [Test]
    public void Dropping_everything_leaves_exactly_what_the_other_applied() => Check((one, two) =>
    {
        var live = Apply(Apply(null, one, "one"), two, "two");
        live = Apply(live, Config([]), "one");
        var left = TypedFields.Of(Bare(live), Widget);
        return left.Equals(TypedFields.Of(Bare(two), Widget)) && Owned(live, "one").IsEmpty && Owned(live, "two").Equals(Of(two));
    });

    [Test]
    public void Applying_without_force_takes_nothing_from_others() => Check((one, two) =>
    {
        var live = Apply(null, one, "one");
        return ManagedFieldsManager.Apply(live, two, force: false, Request("two")) switch
        {
            ApplyOutcome.Merged merged => Owned(merged.Object, "one").Equals(Of(one)) && Holds(merged.Object, one) && Holds(merged.Object, two),
            ApplyOutcome.Conflict conflict => conflict.Causes.Count > 0 && conflict.Causes.All(c => Of(one).Paths().Contains(c.Path, StringComparer.Ordinal) && Of(two).Paths().Contains(c.Path, StringComparer.Ordinal)),
            _ => false,
        };
    });

    [Test]
    public void Forced_apply_owns_all_it_says() => Check((one, two) =>
    {
        var live = Apply(Apply(null, one, "one"), two, "two");
        return Owned(live, "two").Equals(Of(two)) && Holds(live, two) && Owned(live, "one").Except(Of(one)).IsEmpty;
    });

    [Test]
    public void Nobody_owns_what_is_not_there() => Check((one, two) =>
    {
        var live = Apply(null, one, "one");
        var updated = (JsonObject)two.DeepClone();
        updated["metadata"]!["uid"] = "u";
        ManagedFieldsManager.Update(live, updated, Request("editor"));
        var all = Owned(updated, "one").Union(Owned(updated, "editor"));
        return all.Except(TypedFields.Of(Bare(updated), Widget).WithNamedParents(Widget)).IsEmpty;
    });

    private static void Check(Func<JsonObject, JsonObject, bool> holds) => Prop.ForAll(Configs, Configs, holds).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300));

    private static JsonObject Apply(JsonObject? live, JsonObject config, string manager) =>
        ((ApplyOutcome.Merged)ManagedFieldsManager.Apply(live, config, force: true, Request(manager))).Object;

    private static FieldManagerRequest Request(string manager) => new()
    {
        Manager = manager,
        ApiVersion = "demo.example.com/v1alpha1",
        Now = Recording.Now,
        Schema = Widget,
    };

    private static FieldSet Of(JsonObject config) => TypedFields.Of(Bare(config), Widget);

    private static FieldSet Owned(JsonObject value, string manager) =>
        ManagedFieldsCodec.TryDecode(value, out var managers, out _) ? managers.Where(m => m.Key.Manager == manager).Select(m => m.Value.Fields).FirstOrDefault() ?? FieldSet.Empty : FieldSet.Empty;

    /// <summary>Every leaf of the configuration has its value in the object.</summary>
    private static bool Holds(JsonObject value, JsonObject config) =>
        TypedComparison.Between(Bare(config), Bare(value), Widget) is { Modified.IsEmpty: true, Removed.IsEmpty: true };

    private static JsonObject Bare(JsonObject value)
    {
        var copy = (JsonObject)value.DeepClone();
        copy.Remove("metadata");
        copy.Remove("apiVersion");
        copy.Remove("kind");
        return copy;
    }

    private static JsonObject Config(IEnumerable<(string Name, string Json)> members)
    {
        var spec = new JsonObject(members.Select(m => KeyValuePair.Create(m.Name, JsonNode.Parse(m.Json))));
        var config = new JsonObject { ["apiVersion"] = "demo.example.com/v1alpha1", ["kind"] = "Widget", ["metadata"] = new JsonObject { ["name"] = "a" } };
        if (spec.Count > 0)
        {
            config["spec"] = spec;
        }

        return config;
    }
}
