using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Support;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>However the wire splits the bytes, mid-line and mid-character too, the reader sees the same.</summary>
[TestFixture]
public sealed class StreamProperties
{
    private static readonly string[] Vocabulary =
    [
        $$"""{"type":"ADDED","object":{{Widget.Json("größe-é😀", 1, "10")}}}""" + "\n",
        $$"""{"type":"MODIFIED","object":{{Widget.Json("b", 2, "11")}}}""" + "\r\n",
        $$"""{"object":{{Widget.Json("c", 3, "12")}},"type":"DELETED"}""" + "\n",
        """{"type":"BOOKMARK","object":{"kind":"Widget","metadata":{"resourceVersion":"13","annotations":{"k8s.io/initial-events-end":"true"}}}}""" + "\n",
        """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"zu alt — 😀"}}""" + "\n",
        """{"type":"ADDED","object":{"status":{"log":"}\\\"{\\\\","trace":[["]"],{"[":"\""}]},"metadata":{"managedFields":[{"fieldsV1":{"f:a\"}":{".":{}}}}],"name":"foreign","resourceVersion":"15"},"spec":{"other":{"size":"x"},"size":6}}}""" + "\n",
        """{"type":"ADDED","object":{"metadata":{"name":"odd"},"spec":{"size":"\"}{"}}}""" + "\n",
        "\n",
        "no json at all\n",
        $$$$$"""{"type":"ADDED","object":{"metadata":{"name":"long","resourceVersion":"14"},"spec":{"color":"{{{{{new string('x', 5000)}}}}}"}}}""" + "\n",
    ];

    private static Gen<(int[] Lines, int[] Portions)> Cases() =>
        from lines in Gen.Choose(0, Vocabulary.Length - 1).ArrayOf()
        from portions in Gen.OneOf(Gen.Constant(1), Gen.Choose(1, 7), Gen.Choose(1, 6000)).ArrayOf()
        select (lines, portions);

    [Test]
    public void Watch_split_in_any_way_gives_the_same_events() =>
        Prop.ForAll(Cases().ToArbitrary(), async c =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(c.Lines.Select(i => Vocabulary[i])));
            List<string> expected = c.Lines.Where(i => Vocabulary[i] != "\n").Select(i => Describe(WatchLineDecoder.Decode(Encoding.UTF8.GetBytes(Vocabulary[i]), Widget.Resource.Json))).ToList();

            List<string> seen = await ReadAsync(bytes, c.Portions);

            Assert.That(seen, Is.EqualTo(expected));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Watch_cut_anywhere_gives_a_prefix_and_then_a_fault_unless_cut_between_lines() =>
        Prop.ForAll(Cases().ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), async (c, at) =>
        {
            byte[] whole = Encoding.UTF8.GetBytes(string.Concat(c.Lines.Select(i => Vocabulary[i])));
            byte[] cut = whole[..(at % (whole.Length + 1))];
            int lines = cut.Count(b => b == '\n');
            bool clean = cut.Length == 0 || cut[^1] == '\n' || cut.AsSpan(cut.AsSpan().LastIndexOf((byte)'\n') + 1).IndexOfAnyExcept(" \r"u8) < 0;
            var seen = new List<string>();
            bool faulted = false;
            try
            {
                await ReadAsync(cut, c.Portions, seen);
            }
            catch (KubernetesTransportException e) when (e.Fault == TransportFault.Broken)
            {
                faulted = true;
            }

            Assert.That(faulted, Is.EqualTo(!clean));
            Assert.That(seen, Is.EqualTo(c.Lines.Take(lines).Where(i => Vocabulary[i] != "\n").Select(i => Describe(WatchLineDecoder.Decode(Encoding.UTF8.GetBytes(Vocabulary[i]), Widget.Resource.Json)))));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void List_split_in_any_way_gives_the_same_page() =>
        Prop.ForAll(Gen.Choose(0, 3).ArrayOf().ToArbitrary(), Gen.Choose(1, 9000).ArrayOf().ToArbitrary(), async (kinds, portions) =>
        {
            string[] items = kinds.Select((k, i) => k switch
            {
                0 => Widget.Json($"w{i}", i),
                1 => " " + Widget.Json($"größe{i}", i) + " ",
                2 => $$$"""{"metadata":{"name":"w{{{i}}}"},"spec":{"size":"]}\"{[\\"}}""",
                _ => $$$"""{"metadata":{"name":"w{{{i}}}"},"spec":{"size":{{{i}}},"color":"{{{new string('y', 3000)}}}"}}""",
            }).ToArray();
            string json = $$"""{"kind":"WidgetList","x":[1,{"items":[]}],"metadata":{"resourceVersion":"7","continue":""}, "items" : [{{string.Join(",", items)}}] }""";

            ObjectPage<Widget> page = await ListDecoder.DecodeAsync(new ChunkedStream(Encoding.UTF8.GetBytes(json), portions), Widget.Resource, 1 << 20, CancellationToken.None);

            Assert.That((page.ResourceVersion, page.Continue), Is.EqualTo(("7", (string?)null)));
            Assert.That(page.Items.Select(i => i.Spec!.Size), Is.EqualTo(kinds.Index().Where(k => k.Item != 2).Select(k => k.Index)));
            Assert.That(page.Undecodable.Select(u => u.Key!.Value.Name), Is.EqualTo(kinds.Index().Where(k => k.Item == 2).Select(k => $"w{k.Index}")));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Extent_of_any_value_is_its_length_however_it_is_split() =>
        Prop.ForAll(Values().ToArbitrary(), Gen.OneOf(Gen.Choose(1, 9), Gen.Choose(60, 300)).ToArbitrary(), (json, portion) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json + ",\"next\"");
            var extent = default(JsonExtent);
            int total = 0;
            bool complete = false;
            for (int at = 0; at < bytes.Length && !complete; at += portion)
            {
                complete = extent.Scan(bytes.AsSpan(at, Math.Min(portion, bytes.Length - at)), out int consumed);
                total += consumed;
            }

            return complete && total == Encoding.UTF8.GetByteCount(json);
        }).QuickCheckThrowOnFailure();

    private static Gen<string> Values()
    {
        // Runs that fill and cross the blocks of 64 bytes that are looked at at once.
        Gen<string> runs = Gen.Elements("\\", "\"", "{", "]", "}", "x", "é").Zip(Gen.Choose(0, 130)).Select(r => string.Concat(Enumerable.Repeat(r.Item1, r.Item2)));
        Gen<JsonNode?> leaf = Gen.OneOf(
            runs.ArrayOf().Select(r => (JsonNode?)JsonValue.Create(string.Concat(r))),
            ArbMap.Default.GeneratorFor<string>().Select(s => (JsonNode?)JsonValue.Create(s ?? "\"\\{")),
            ArbMap.Default.GeneratorFor<int>().Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Constant((JsonNode?)null));
        Gen<JsonNode?> nested = leaf.ArrayOf().Select(a => (JsonNode?)new JsonArray(a.Select(n => n?.DeepClone()).ToArray()));
        return Gen.OneOf(leaf, nested, nested.ArrayOf().Select(a => (JsonNode?)new JsonObject(a.Select((n, i) => KeyValuePair.Create($"}}{i}\"", n?.DeepClone())))))
            .Select(n => n?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null");
    }

    private static async Task<List<string>> ReadAsync(byte[] bytes, int[] portions, List<string>? into = null)
    {
        List<string> seen = into ?? [];
        await using var watch = new WatchStream<Widget>(new ChunkedStream(bytes, portions), Stream.Null, Widget.Resource, 1 << 20, Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        await foreach (WatchEvent<Widget> e in watch) seen.Add(Describe(e));
        return seen;
    }

    private static string Describe(WatchEvent<Widget> e) =>
        $"{e.Type} {e.UndecodableType} {e.Key} {e.ResourceVersion} {e.IsInitialEventsEnd} {e.Error} {e.DecodeError} {e.Object?.Spec?.Size} {e.Object?.Spec?.Color}";
}
