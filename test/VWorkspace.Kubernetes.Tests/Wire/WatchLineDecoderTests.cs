using System.Text;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

[TestFixture]
public sealed class WatchLineDecoderTests
{
    private static WatchEvent<Widget> Decode(string line) => WatchLineDecoder.Decode(Encoding.UTF8.GetBytes(line), Widget.Resource.Json);

    private static IEnumerable<TestCaseData> GoodLines()
    {
        const string Obj = """{"metadata":{"name":"a","resourceVersion":"5"},"spec":{"size":3}}""";
        yield return new TestCaseData($$"""{"type":"ADDED","object":{{Obj}}}""", WatchEventType.Added).SetName("Line_in_the_servers_order_is_decoded");
        yield return new TestCaseData($$""" { "type" : "MODIFIED" , "object" : {{Obj}} } """ + "\r", WatchEventType.Modified).SetName("Line_with_white_space_is_decoded");
        yield return new TestCaseData($$"""{"object":{{Obj}},"type":"DELETED"}""", WatchEventType.Deleted).SetName("Line_with_the_object_first_is_decoded");
        yield return new TestCaseData($$$"""{"type":"ADDED","object":{{{Obj}}},"extra":{"object":1}}""", WatchEventType.Added).SetName("Line_with_a_member_after_the_object_is_decoded");
        yield return new TestCaseData($$"""{"extra":[{}],"type":"ADDED","object":{{Obj}}}""", WatchEventType.Added).SetName("Line_with_a_member_before_is_decoded");
    }

    [TestCaseSource(nameof(GoodLines))]
    public void Line_is_decoded(string line, WatchEventType type)
    {
        WatchEvent<Widget> e = Decode(line);

        Assert.That((e.Type, e.ResourceVersion, e.Key, e.Object!.Spec!.Size), Is.EqualTo((type, "5", (ObjectKey?)new ObjectKey("", "a"), 3)));
    }

    [TestCase("nonsense", null, null)]
    [TestCase("[]", null, null)]
    [TestCase("{}", null, null)]
    [TestCase("""{"type":"ADDED"}""", WatchEventType.Added, null)]
    [TestCase("""{"type":"FLY","object":{"metadata":{"name":"x"}}}""", null, null)]
    [TestCase("""{"type":7,"object":{"metadata":{"name":"x"}}}""", null, null)]
    [TestCase("""{"type":"ADDED","object":null}""", WatchEventType.Added, null)]
    [TestCase("""{"type":"ADDED","object":{"metadata":{"name":"x","namespace":"n"},"spec":{"size":"y"}}}""", WatchEventType.Added, "n/x")]
    [TestCase("""{"type":"DELETED","object":{"spec":{"size":"y"},"metadata":{"name":"x","namespace":"n"}}}""", WatchEventType.Deleted, "n/x")]
    [TestCase("""{"type":"ADDED","object":{"metadata":{"name":"x","namespace":"n"},"spec":{"size":1}""", WatchEventType.Added, "n/x")]
    [TestCase("""{"type":"ADDED","object":{"metadata":{"name":"x","labels":7}}}""", WatchEventType.Added, "x")]
    [TestCase("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":[]}}}""", WatchEventType.Bookmark, null)]
    public void Odd_line_is_undecodable_with_what_it_still_tells(string line, WatchEventType? type, string? key)
    {
        WatchEvent<Widget> e = Decode(line);

        Assert.That(e.Type, Is.EqualTo(WatchEventType.Undecodable));
        Assert.That(e.UndecodableType, Is.EqualTo(type));
        Assert.That(e.Key?.ToString(), Is.EqualTo(key));
        Assert.That(e.DecodeError, Is.Not.Empty);
        Assert.That(e.Object, Is.Null);
    }

    [Test]
    public void Decode_error_never_quotes_the_object()
    {
        WatchEvent<Widget> e = Decode("""{"type":"ADDED","object":{"metadata":{"name":"x"},"spec":{"size":"hunter2"}}}""");

        Assert.That(e.DecodeError, Does.Contain("$.spec.size").And.Not.Contain("hunter2"));
    }

    [Test]
    public void Error_without_code_counts_as_internal()
    {
        WatchEvent<Widget> e = Decode("""{"type":"ERROR","object":{"kind":"Status","message":"etcd went away"}}""");

        Assert.That((e.Type, e.Error!.Code, e.Error.Reason, e.ResourceVersion), Is.EqualTo((WatchEventType.Error, 500, "InternalError", (string?)null)));
    }
}
