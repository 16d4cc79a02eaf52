using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>Leaving out what a type does not read never changes what it reads.</summary>
[TestFixture]
public sealed class JsonPrunerTests
{
    private static readonly string[] Names = ["metadata", "spec", "size", "color", "name", "labels", "managedFields", "foreign", "\"", "\\", "}{", "größe😀", ""];

    private static readonly JsonSerializerOptions[] Writers =
    [
        new(),
        new() { WriteIndented = true },
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
    ];

    private static Gen<string> Text() => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "\\\"{"),
        Gen.Elements("\"", "\\", "\\\"", "}", "{", "]", "[", "\\\\\"}", new string('\\', 63), new string('"', 65), new string('x', 200), "a\nb", "😀").ArrayOf().Select(string.Concat));

    private static Gen<JsonNode?> Value(int depth)
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            Text().Select(s => (JsonNode?)JsonValue.Create(s)),
            ArbMap.Default.GeneratorFor<int>().Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Elements(true, false).Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Constant((JsonNode?)null));
        if (depth == 0) return leaf;
        return Gen.OneOf(
            leaf,
            Value(depth - 1).ArrayOf().Select(a => (JsonNode?)new JsonArray([.. a.Select(n => n?.DeepClone())])),
            Members(depth - 1).Select(o => (JsonNode?)o));
    }

    private static Gen<JsonObject> Members(int depth) =>
        Gen.Zip(Gen.Elements(Names), Value(depth)).ArrayOf().Select(a => new JsonObject(a.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, m.Item2?.DeepClone()))));

    /// <summary>Widgets that mostly decode, between and inside them whatever else an object may hold.</summary>
    private static Gen<string> Widgets() =>
        from around in Members(3)
        from within in Members(3)
        from beside in Members(2)
        from size in ArbMap.Default.GeneratorFor<int>()
        from color in Text()
        from plain in Gen.Choose(0, 3)
        from writer in Gen.Elements(Writers)
        select Compose(around, within, beside, size, color, plain > 0).ToJsonString(writer);

    private static JsonObject Compose(JsonObject around, JsonObject within, JsonObject beside, int size, string color, bool decodes)
    {
        if (!decodes) return around;
        foreach (string known in (string[])["labels", "name"]) within.Remove(known);
        within["name"] = color;
        beside["size"] = size;
        beside["color"] = color;
        around["metadata"] = within;
        around["spec"] = beside;
        return around;
    }

    [Test]
    public void Pruned_object_decodes_to_what_the_whole_decodes_to() =>
        Prop.ForAll(Widgets().ToArbitrary(), json =>
        {
            byte[] whole = Encoding.UTF8.GetBytes(json);

            Assert.That(Outcome(Prune(whole, Widget.Resource.Json) ?? whole), Is.EqualTo(Outcome(whole)));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Cut_object_is_refused_wherever_it_is_cut() =>
        Prop.ForAll(Widgets().ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), (json, at) =>
        {
            byte[] whole = Encoding.UTF8.GetBytes(json);

            Assert.That(Prune(whole[..(at % whole.Length)], Widget.Resource.Json), Is.Null);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Changed_byte_never_throws_and_never_changes_what_still_is_json() =>
        Prop.ForAll(Widgets().ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Elements("\"\\{}[],: x\n\0"u8.ToArray()).ToArbitrary(), (json, at, with) =>
        {
            byte[] changed = Encoding.UTF8.GetBytes(json);
            changed[at % changed.Length] = with;
            byte[]? pruned = Prune(changed, Widget.Resource.Json);
            string outcome = Outcome(changed);
            if (pruned is null || !IsJson(changed)) return;

            Assert.That(Outcome(pruned), Is.EqualTo(outcome));
        }).QuickCheckThrowOnFailure();

    [TestCase("""{"a":1,"metadata":{"managedFields":[{}],"name":"x"},"status":{"size":[1]},"spec":{"size":3,"x":"y"}}""", """{"a":1,"metadata":{"name":"x"},"spec":{"size":3}}""")]
    [TestCase("""{"spec":null,"metadata":{},"x":"}"}""", """{"spec":null,"metadata":{}}""")]
    [TestCase("""{"x":"\\\"","y":[["]"]]}""", "{}")]
    [TestCase(""" { "x" : { } , "spec" : { "y" : [ ] , "size" : 3 } } """, """{"spec" : {"size" : 3}}""")]
    [TestCase("""{"spec":[{"x":1}],"x":tru}""", """{"spec":[{"x":1}],"x":tru}""")]
    public void Unread_objects_arrays_and_strings_are_left_out(string json, string expected) =>
        Assert.That(Encoding.UTF8.GetString(Prune(Encoding.UTF8.GetBytes(json), Widget.Resource.Json)!), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{")]
    [TestCase("{}}")]
    [TestCase("{}{}")]
    [TestCase("{,}")]
    [TestCase("""{"x":{},}""")]
    [TestCase("""{"x"}""")]
    [TestCase("""{"x":}""")]
    [TestCase("""{"x":,"y":1}""")]
    [TestCase("""{"x":{}"y":1}""")]
    [TestCase("""{"x":{}""")]
    [TestCase("{\"x\":\"}")]
    [TestCase("""{x:1}""")]
    [TestCase("""{"x\:{}}""")]
    [TestCase("""{"sp\u0065c":{"size":3}}""")]
    public void What_is_not_plainly_an_object_is_left_to_the_parser(string json) =>
        Assert.That(Prune(Encoding.UTF8.GetBytes(json), Widget.Resource.Json), Is.Null);

    private static IEnumerable<TestCaseData> WholeContracts()
    {
        yield return new TestCaseData(KubernetesJson.Default.DynamicObject).SetName("Type_with_a_converter_is_parsed_whole");
        yield return new TestCaseData(PrunerJson.Default.Extended).SetName("Type_with_extension_data_is_parsed_whole");
        yield return new TestCaseData(PrunerJson.Default.Strict).SetName("Type_that_refuses_unknown_members_is_parsed_whole");
        yield return new TestCaseData(PrunerJson.Default.Shaped).SetName("Type_with_a_discriminator_is_parsed_whole");
        yield return new TestCaseData(PrunerJson.Default.NullableInt32).SetName("Value_type_is_parsed_whole");
        yield return new TestCaseData(new PrunerJson(new JsonSerializerOptions { PropertyNameCaseInsensitive = true }).Chain).SetName("Type_with_names_of_any_case_is_parsed_whole");
        yield return new TestCaseData(new PrunerJson(new JsonSerializerOptions { ReadCommentHandling = JsonCommentHandling.Skip }).Chain).SetName("Type_with_comments_is_parsed_whole");
        yield return new TestCaseData(new PrunerJson(new JsonSerializerOptions { AllowDuplicateProperties = false }).Chain).SetName("Type_that_refuses_duplicates_is_parsed_whole");
    }

    [TestCaseSource(nameof(WholeContracts))]
    public void Contract_to_which_unknown_members_matter_is_not_pruned(JsonTypeInfo json) => Assert.That(KnownMembers.Of(json), Is.Null);

    [Test]
    public void Type_that_contains_itself_is_pruned_to_a_bounded_depth()
    {
        const int Deep = 20_000;
        byte[] json = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"x":[],"next":""", Deep)) + "null" + new string('}', Deep));

        string pruned = Encoding.UTF8.GetString(Prune(json, PrunerJson.Default.Chain)!);

        Assert.That(pruned, Does.StartWith("""{"next":{"next":{"next":"""));
        Assert.That(pruned.Split("\"x\"").Length - 1, Is.EqualTo(Deep - 16));
    }

    private static byte[]? Prune(byte[] json, JsonTypeInfo contract)
    {
        byte[] target = new byte[json.Length];
        var pruner = new JsonPruner(json, target);
        return pruner.TryPrune(KnownMembers.Of(contract)!) ? target[..pruner.Written] : null;
    }

    private static bool IsJson(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The object as JSON, or the path at which it does not fit.</summary>
    private static string Outcome(byte[] json)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize(json, Widget.Resource.Json), Widget.Resource.Json!);
        }
        catch (JsonException e)
        {
            return $"does not fit at {e.Path}";
        }
    }
}

internal sealed record Chain
{
    public Chain? Next { get; init; }
}

internal sealed class Extended
{
    [JsonExtensionData]
    public JsonObject? Others { get; set; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Strict(int Size);

[JsonDerivedType(typeof(Round), "round")]
internal record Shaped;

internal sealed record Round : Shaped;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Chain))]
[JsonSerializable(typeof(Extended))]
[JsonSerializable(typeof(Strict))]
[JsonSerializable(typeof(Shaped))]
[JsonSerializable(typeof(int?))]
internal sealed partial class PrunerJson : JsonSerializerContext;
