using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Compact;

/// <summary>What is decoded is small, and says the same as what the plain contract reads.</summary>
[TestFixture]
public sealed class CompactDecodeTests
{
    private const string Uuid = "6b9f2a34-91c7-4e0d-8a55-000000000001";

    private static PartialObject Decode(string json)
    {
        Assert.That(ObjectDecoder.TryDecode(Encoding.UTF8.GetBytes(json), KubernetesJson.Default.PartialObject, out PartialObject? obj, out string? error), Is.True, error);
        return obj!;
    }

    private static Gen<string> Text() => Gen.OneOf(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(static s => Sound(s.Get)), Gen.Elements("", "Ready", "app", Uuid, Uuid.ToUpperInvariant(), "17", "017", "größe😀", "a\"b\\", new string('x', 70)));

    private static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Gen<JsonObject> Map() => Gen.Zip(Text(), Text()).ArrayOf().Select(static a => new JsonObject(a.DistinctBy(static m => m.Item1).Select(static m => KeyValuePair.Create(m.Item1, (JsonNode?)m.Item2))));

    private static Gen<string> Objects() =>
        from name in Text()
        from uid in Text()
        from version in Gen.OneOf(Text(), ArbMap.Default.GeneratorFor<ulong>().Select(static v => v.ToString(CultureInfo.InvariantCulture)))
        from labels in Map()
        from annotations in Map()
        from finalizers in Text().ArrayOf()
        from owner in Text()
        from owners in Gen.Choose(0, 3)
        from seconds in Gen.Choose(0, int.MaxValue)
        select new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = name,
            ["metadata"] = new JsonObject
            {
                ["name"] = name, ["namespace"] = owner, ["uid"] = uid, ["resourceVersion"] = version, ["generation"] = seconds,
                ["creationTimestamp"] = seconds % 3 == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["labels"] = labels, ["annotations"] = annotations, ["finalizers"] = new JsonArray([.. finalizers.Select(static f => (JsonNode?)f)]),
                ["ownerReferences"] = new JsonArray([.. Enumerable.Range(0, owners).Select(i => (JsonNode?)new JsonObject { ["apiVersion"] = "v1", ["kind"] = "X", ["name"] = owner, ["uid"] = uid, ["controller"] = i == 0 })]),
                ["managedFields"] = new JsonArray(new JsonObject { ["manager"] = name }),
            },
        }.ToJsonString();

    [Test]
    public void Compact_contract_reads_what_the_plain_one_reads() =>
        Prop.ForAll(Objects().ToArbitrary(), static json =>
        {
            PartialObject compact = Decode(json), plain = JsonSerializer.Deserialize(json, KubernetesJson.Default.PartialObject)!;
            return JsonSerializer.Serialize(compact, KubernetesJson.Default.PartialObject) == JsonSerializer.Serialize(plain, KubernetesJson.Default.PartialObject);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Contract_that_was_changed_by_hand_is_left_alone()
    {
        var options = new JsonSerializerOptions(KubernetesJson.Default.Options) { TypeInfoResolver = KubernetesJson.Default };
        var json = (System.Text.Json.Serialization.Metadata.JsonTypeInfo<PartialObject>)options.GetTypeInfo(typeof(PartialObject));
        Assert.That(VWorkspace.Kubernetes.Compact.CompactContract.Of(json), Is.SameAs(json));
    }

    [Test]
    public void Names_and_labels_are_shared_between_objects_and_values_of_annotations_are_not()
    {
        const string Json = """{"apiVersion":"example.io/v1","kind":"W","metadata":{"name":"a","namespace":"team","labels":{"app":"demo"},"annotations":{"key":"value"},"finalizers":["f"],"ownerReferences":[{"apiVersion":"v1","kind":"K","name":"o","uid":"u"}]}}""";
        PartialObject a = Decode(Json), b = Decode(Json);
        Assert.That(b.Kind, Is.SameAs(a.Kind));
        Assert.That(b.ApiVersion, Is.SameAs(a.ApiVersion));
        Assert.That(b.Metadata.Namespace, Is.SameAs(a.Metadata.Namespace));
        Assert.That(b.Metadata.Labels["app"], Is.SameAs(a.Metadata.Labels["app"]));
        Assert.That(b.Metadata.Labels.Keys.Single(), Is.SameAs(a.Metadata.Labels.Keys.Single()));
        Assert.That(b.Metadata.Finalizers[0], Is.SameAs(a.Metadata.Finalizers[0]));
        Assert.That(b.Metadata.OwnerReferences[0].Uid, Is.SameAs(a.Metadata.OwnerReferences[0].Uid));
        Assert.That(b.Metadata.Annotations.Keys.Single(), Is.SameAs(a.Metadata.Annotations.Keys.Single()));
        Assert.That(b.Metadata.Annotations["key"], Is.Not.SameAs(a.Metadata.Annotations["key"]), "anything may stand there, secrets too");
    }

    [TestCase(1)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(5000)]
    public void Any_number_of_annotations_is_found_by_key_and_the_last_of_two_counts(int count)
    {
        string members = string.Join(',', Enumerable.Range(0, count).Select(static n => $"\"k{n}\":\"v{n}\"").Append("\"k0\":\"last\""));
        IReadOnlyDictionary<string, string> annotations = Decode("""{"metadata":{"name":"a","annotations":{""" + members + "}}}").Metadata.Annotations;
        Assert.That(annotations, Has.Count.EqualTo(count));
        Assert.That(annotations["k0"], Is.EqualTo("last"));
        Assert.That(annotations.Keys, Is.EquivalentTo(Enumerable.Range(0, count).Select(static n => $"k{n}")));
        Assert.That(annotations.ContainsKey("other"), Is.False);
        if (count > 1) Assert.That(annotations[$"k{count - 1}"], Is.EqualTo($"v{count - 1}"));
    }

    [TestCase(Uuid)]
    [TestCase("6B9F2A34-91C7-4E0D-8A55-000000000001")]
    [TestCase("00000000-0000-0000-0000-000000000000")]
    [TestCase("{6b9f2a34-91c7-4e0d-8a55-000000000001")]
    [TestCase("uid-1")]
    [TestCase("")]
    [TestCase(null)]
    public void Uid_comes_back_as_it_was_written(string? uid)
    {
        var meta = new ObjectMeta { Uid = uid, ResourceVersion = "x" };
        Assert.That((meta.Uid, meta.ResourceVersion), Is.EqualTo((uid, "x")));
        Assert.That(meta.HasSameUid(new() { Uid = uid }), Is.True);
        Assert.That(meta.HasSameUid(new() { Uid = "other" }), Is.False);
        Assert.That((meta with { Uid = null }).Uid, Is.Null);
    }

    [TestCase("1")]
    [TestCase("18446744073709551615")]
    [TestCase("18446744073709551616")]
    [TestCase("0")]
    [TestCase("007")]
    [TestCase("+7")]
    [TestCase("7 ")]
    [TestCase("abc")]
    [TestCase("")]
    public void Resource_version_comes_back_as_it_was_written(string version)
    {
        var meta = new ObjectMeta { ResourceVersion = version, Uid = "x" };
        Assert.That((meta.ResourceVersion, meta.Uid), Is.EqualTo((version, "x")));
        Assert.That(meta.HasSameVersion(new() { ResourceVersion = version }), Is.True);
        Assert.That(meta.HasSameVersion(new() { ResourceVersion = "8" }), Is.False);
        Assert.That((meta with { ResourceVersion = null }).ResourceVersion, Is.Null);
    }

    [Test]
    public void Objects_without_a_version_never_have_the_same() =>
        Assert.That(new ObjectMeta().HasSameVersion(new()), Is.False);

    [Test]
    public void Times_and_generations_that_are_missing_stay_missing()
    {
        Condition condition = new() { Type = "Ready", Status = "True", LastTransitionTime = DateTimeOffset.UnixEpoch, ObservedGeneration = 0 };
        Assert.That((condition.LastTransitionTime, condition.ObservedGeneration), Is.EqualTo(((DateTimeOffset?)DateTimeOffset.UnixEpoch, (long?)0)));
        condition = condition with { LastTransitionTime = null, ObservedGeneration = null };
        Assert.That((condition.LastTransitionTime, condition.ObservedGeneration), Is.EqualTo(((DateTimeOffset?)null, (long?)null)));
        Assert.That(new ObjectMeta { DeletionTimestamp = DateTimeOffset.MinValue }.IsBeingDeleted, Is.True);
    }
}
