using System.Text.Json.Nodes;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Tests.Flux;

public sealed class SmallRulesTests
{
    [TestCase("10m0s", 600)]
    [TestCase("5m", 300)]
    [TestCase("1h30m", 5400)]
    [TestCase("1.5h", 5400)]
    [TestCase("300ms", 0.3)]
    [TestCase("", null)]
    [TestCase("10", null)]
    [TestCase("10x", null)]
    [TestCase("m", null)]
    public void GoDuration_reads(string text, double? seconds) => Assert.That(GoDuration.Parse(text)?.TotalSeconds, Is.EqualTo(seconds));

    [TestCase(600, "10m0s")]
    [TestCase(60, "1m0s")]
    [TestCase(3600, "1h0m0s")]
    [TestCase(1.25, "1.25s")]
    [TestCase(0.3, "300ms")]
    public void GoDuration_writes(double seconds, string text) => Assert.That(GoDuration.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    [TestCase("""{"a":1}""", """{"a":1}""", "{}")]
    [TestCase("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [TestCase("""{"a":1,"b":1}""", """{"a":1}""", """{"b":null}""")]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":3}}""")]
    [TestCase("""{"a":[1,2]}""", """{"a":[2]}""", """{"a":[2]}""")]
    [TestCase("{}", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    public void MergeDifference_is_what_changed(string before, string after, string patch) =>
        Assert.That(StatusWriter.MergeDifference(Json(before), Json(after)).ToJsonString(), Is.EqualTo(patch));

    [TestCase("""{"a":{"b":1}}""", """{"a":{"c":2}}""", """{"a":{"b":1,"c":2}}""")]
    [TestCase("""{"a":{"b":1}}""", """{"a":2}""", """{"a":2}""")]
    [TestCase("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""")]
    [TestCase("""{"a":[1]}""", """{"a":[2]}""", """{"a":[2]}""")]
    public void Values_merge_as_in_Helm(string target, string overlay, string expected)
    {
        JsonObject values = Json(target);
        ValuesComposer.Merge(values, Json(overlay));
        Assert.That(values.ToJsonString(), Is.EqualTo(expected));
    }

    [TestCase("""{"a":1,"b":2}""", """{"a":1}""", true)]
    [TestCase("""{"a":1}""", """{"a":2}""", false)]
    [TestCase("""{}""", """{"a":2}""", false)]
    [TestCase("""{"a":[{"n":"x","d":1}]}""", """{"a":[{"n":"x"}]}""", true)]
    [TestCase("""{"a":[{"n":"x"},{"n":"y"}]}""", """{"a":[{"n":"x"}]}""", false)]
    public void Drift_is_a_wanted_field_with_another_value(string live, string wanted, bool same) =>
        Assert.That(ManifestApplier.Contains(Json(live), Json(wanted)), Is.EqualTo(same));

    [TestCase("""{"sandbox":{"fail":"upgrade"}}""", new[] { "Upgrade" }, null)]
    [TestCase("""{"sandbox":{"fail":["install","Rollback"],"duration":"2s"}}""", new[] { "Install", "Rollback" }, 2.0)]
    [TestCase("""{"sandbox":{"fail":"nonsense"}}""", new string[0], null)]
    [TestCase("""{"sandbox":true}""", new string[0], null)]
    [TestCase("{}", new string[0], null)]
    public void ChartScript_reads_the_values(string values, string[] failing, double? seconds)
    {
        ChartScript script = ChartScript.Read(Json(values));
        Assert.That(script.Failing.Select(action => action.ToString()), Is.EqualTo(failing));
        Assert.That(script.Duration?.TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase("""{"ingress":{"enabled":true,"host":"a.example.com"}}""", "a.example.com")]
    [TestCase("""{"ingress":{"enabled":true,"hosts":["a.example.com"]}}""", "a.example.com")]
    [TestCase("""{"ingress":{"enabled":true,"hosts":[{"host":"a.example.com"}]}}""", "a.example.com")]
    [TestCase("""{"ingress":{"enabled":false,"host":"a.example.com"}}""", null)]
    [TestCase("""{"ingress":{"enabled":true}}""", null)]
    [TestCase("{}", null)]
    public void Chart_renders_an_Ingress_when_it_is_asked_for(string values, string? host)
    {
        IReadOnlyList<JsonObject> objects = ChartManifest.Render(new("ns", "app"), "app", "ns", new("chart", "1.0.0", "1.0.0", "sha256:0"), Json(values));
        Assert.That((string?)objects.FirstOrDefault(obj => (string?)obj["kind"] == "Ingress")?["spec"]?["rules"]?[0]?["host"], Is.EqualTo(host));
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
