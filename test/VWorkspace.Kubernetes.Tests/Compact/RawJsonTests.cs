using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Tests.Compact;

/// <summary>A value that is kept and seldom read.</summary>
[TestFixture]
public sealed class RawJsonTests
{
    private static readonly JsonObject Large = new(Enumerable.Range(0, 200).Select(static i => KeyValuePair.Create($"component{i}", (JsonNode?)new JsonObject { ["replicas"] = i, ["image"] = "größe" })));

    private static IEnumerable<JsonNode?> Values() => [null, true, 1.50, "text", new JsonArray(1, 2), new JsonObject(), new JsonObject { ["a"] = null }, Large];

    [TestCaseSource(nameof(Values))]
    public void Value_comes_back_as_it_was_kept(JsonNode? value)
    {
        RawJson raw = RawJson.Of(value);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(raw.ToElement().GetRawText()), value), Is.True);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) raw.WriteTo(writer);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(stream.ToArray()), value), Is.True);
        Assert.That(RawJson.Of(raw.ToElement()), Is.EqualTo(raw));
        Assert.That(RawJson.Of(raw.ToElement()).GetHashCode(), Is.EqualTo(raw.GetHashCode()));
    }

    [Test]
    public void Large_value_takes_fewer_bytes_than_it_has_and_a_small_one_as_many()
    {
        RawJson large = RawJson.Of(Large), small = RawJson.Of(new JsonObject { ["a"] = 1 });
        Assert.That(large.KeptBytes, Is.LessThan(large.Length / 4));
        Assert.That(small.KeptBytes, Is.EqualTo(small.Length));
    }

    [Test]
    public void Value_that_cannot_be_packed_is_kept_as_it_is()
    {
        var noise = new byte[20_000];
        new Random(1).NextBytes(noise);
        RawJson raw = RawJson.Of(JsonValue.Create(string.Concat(noise.Select(static b => (char)('#' + b % 56)))));
        Assert.That(raw.KeptBytes, Is.LessThanOrEqualTo(raw.Length));
        Assert.That(raw.ToElement().GetString(), Has.Length.EqualTo(noise.Length));
    }

    [TestCase("""{"a":1,"b":{"a":2}}""", "a", "1")]
    [TestCase("""{"b":{"a":2},"a":[3]}""", "a", "[3]")]
    [TestCase("""{"a":1,"a":2}""", "a", "2")]
    [TestCase("""{"\u0061":4}""", "a", "4")]
    [TestCase("""{"b":{"a":2}}""", "a", null)]
    [TestCase("""["a"]""", "a", null)]
    [TestCase("null", "a", null)]
    public void Member_is_found_at_the_top_only(string json, string name, string? expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        bool found = RawJson.Of(document.RootElement).TryGetMember(name, out JsonElement value);
        Assert.That(found ? value.GetRawText() : null, Is.EqualTo(expected));
    }

    [Test]
    public void Text_form_shows_nothing_of_the_value() =>
        Assert.That(RawJson.Of(JsonValue.Create("hunter2")).ToString(), Does.Not.Contain("hunter2"));
}
