using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Transport.Impersonating;

namespace VWorkspace.Kubernetes.Tests.Impersonating;

/// <summary>Requests in any portions come out the same; what cannot be made right is not sent.</summary>
[TestFixture]
public sealed class RequestRewriterTests
{
    private static readonly RepeatedHeaders Repeated = RepeatedHeaders.Of(new Impersonation { User = "u", Groups = ["a", "b, c"] })!;

    private const string Joined = "Impersonate-Group: a, b, c\r\n";
    private const string Split = "Impersonate-Group: a\r\nImpersonate-Group: b, c\r\n";

    private static readonly (string In, string Out)[] Http1 =
    [
        ($"GET /a HTTP/1.1\r\nHost: h\r\n{Joined}Accept: x\r\n\r\n", $"GET /a HTTP/1.1\r\nHost: h\r\n{Split}Accept: x\r\n\r\n"),
        ($"POST /b HTTP/1.1\r\n{Joined}Content-Length: 31\r\n\r\n\r\n\r\n{Joined[..27]}", $"POST /b HTTP/1.1\r\n{Split}Content-Length: 31\r\n\r\n\r\n\r\n{Joined[..27]}"),
        ($"DELETE /c HTTP/1.1\r\n{Joined}content-length: 0\r\n\r\n", $"DELETE /c HTTP/1.1\r\n{Split}content-length: 0\r\n\r\n"),
    ];

    private static readonly (byte[] In, byte[] Out)[] Http2 =
    [
        (Frame(4, 0, 0, []), Frame(4, 0, 0, [])),
        (Frame(1, 0x5, 1, [0x82, .. Field("accept", "x"), .. Field("impersonate-group", "a, b, c")]), Frame(1, 0x5, 1, [0x82, .. Field("accept", "x"), .. Field("impersonate-group", "a"), .. Field("impersonate-group", "b, c")])),
        ([.. Frame(1, 0, 3, [0x83, 0, 17, .. "impersonate-gr"u8]), .. Frame(9, 4, 3, [.. "oup"u8, 1, .. "a"u8, 0x44, 1, .. "/"u8])],
            Frame(1, 4, 3, [0x83, .. Field("impersonate-group", "a"), .. Field("impersonate-group", "b, c"), 0x44, 1, .. "/"u8])),
        (Frame(0, 1, 3, [.. Field("impersonate-group", "a, b, c"), 0, 0, 1, 4]), Frame(0, 1, 3, [.. Field("impersonate-group", "a, b, c"), 0, 0, 1, 4])),
        (Frame(1, 0x4, 5, [0x3f, 0xe1, 0x1f, 0x40, 1, .. "q"u8, 1, .. "w"u8, 0x0f, 0x2d, 1, .. "v"u8, .. Field("impersonate-group", "")]),
            Frame(1, 0x4, 5, [0x3f, 0xe1, 0x1f, 0x40, 1, .. "q"u8, 1, .. "w"u8, 0x0f, 0x2d, 1, .. "v"u8, .. Field("impersonate-group", "a"), .. Field("impersonate-group", "b, c")])),
    ];

    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private static Gen<(int[] Requests, int[] Portions)> Cases(int count) =>
        from requests in Gen.Choose(0, count - 1).ArrayOf()
        from portions in Gen.OneOf(Gen.Constant(1), Gen.Choose(1, 7), Gen.Choose(1, 300)).ArrayOf()
        select (requests, portions);

    [Test]
    public void Http1_requests_in_any_portions_are_rewritten_alike() =>
        Prop.ForAll(Cases(Http1.Length).ToArbitrary(), c =>
        {
            string sent = string.Concat(c.Requests.Select(i => Http1[i].In));
            Assert.That(Encoding.ASCII.GetString(Run(new Http1Rewriter(Repeated), Encoding.ASCII.GetBytes(sent), c.Portions)), Is.EqualTo(string.Concat(c.Requests.Select(i => Http1[i].Out))));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Http2_frames_in_any_portions_are_rewritten_alike() =>
        Prop.ForAll(Cases(Http2.Length).ToArbitrary(), c =>
        {
            byte[] sent = [.. Preface, .. c.Requests.SelectMany(i => Http2[i].In)];
            Assert.That(Run(new Http2Rewriter(Repeated), sent, c.Portions), Is.EqualTo(Preface.Concat(c.Requests.SelectMany(i => Http2[i].Out)).ToArray()));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Tunnel_is_passed_on_unchanged()
    {
        byte[] sent = [.. Encoding.ASCII.GetBytes("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"), .. "\u0016\u0003\r\n\r\nImpersonate-Group: x\r\n\r\n"u8];
        Assert.That(Run(new Http1Rewriter(Repeated), sent, [7, 5]), Is.EqualTo(sent));
    }

    [TestCase("GET / HTTP/1.1\r\nHost: h\r\n\r\n", TestName = "Http1_request_without_the_header_is_refused")]
    [TestCase($"GET / HTTP/1.1\r\n{Joined}{Joined}\r\n", TestName = "Http1_request_with_the_header_twice_is_refused")]
    [TestCase($"POST / HTTP/1.1\r\n{Joined}Transfer-Encoding: chunked\r\n\r\n", TestName = "Http1_body_of_unknown_length_is_refused")]
    [TestCase($"POST / HTTP/1.1\r\n{Joined}Content-Length: x\r\n\r\n", TestName = "Http1_length_that_is_no_number_is_refused")]
    public void Http1_request_that_cannot_be_made_right_is_refused(string request) =>
        Assert.That(() => Run(new Http1Rewriter(Repeated), Encoding.ASCII.GetBytes(request), []), Throws.TypeOf<IOException>());

    private static IEnumerable<TestCaseData> BadFrames()
    {
        byte[] group = Field("impersonate-group", "a, b, c");
        yield return new TestCaseData(Frame(1, 4, 1, [0x82])).SetName("Http2_request_without_the_header_is_refused");
        yield return new TestCaseData(Frame(1, 4, 1, [.. group, .. group])).SetName("Http2_request_with_the_header_twice_is_refused");
        yield return new TestCaseData(Frame(1, 4, 1, [0x40, .. group[1..]])).SetName("Http2_header_in_the_dynamic_table_is_refused");
        yield return new TestCaseData(Frame(1, 4, 1, [0, 0x8c, .. "0123456789abc"u8, .. group[18..]])).SetName("Http2_header_in_huffman_code_is_refused");
        yield return new TestCaseData(Frame(1, 0x2c, 1, [0, 0, 0, 0, 16, .. group])).SetName("Http2_padding_and_priority_are_refused");
        yield return new TestCaseData(Frame(1, 4, 1, [.. group, 0, 30, 65])).SetName("Http2_block_that_ends_early_is_refused");
        yield return new TestCaseData(Frame(1, 4, 1, [.. group, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff])).SetName("Http2_endless_integer_is_refused");
    }

    [TestCaseSource(nameof(BadFrames))]
    public void Http2_frame_that_cannot_be_made_right_is_refused(byte[] frame) =>
        Assert.That(() => Run(new Http2Rewriter(Repeated), [.. Preface, .. frame], []), Throws.TypeOf<IOException>());

    [Test]
    public void Single_values_need_no_rewriting()
    {
        Assert.That(RepeatedHeaders.Of(null), Is.Null);
        Assert.That(RepeatedHeaders.Of(new Impersonation { User = "u", Groups = ["a, b"], Extra = new Dictionary<string, IReadOnlyList<string>> { ["k"] = ["v"] } }), Is.Null);
    }

    private static byte[] Run(IRequestRewriter rewriter, byte[] bytes, int[] portions)
    {
        var output = new ArrayBufferWriter<byte>();
        int at = 0;
        for (int i = 0; at < bytes.Length; i++)
        {
            int count = Math.Min(portions.Length == 0 ? bytes.Length : portions[i % portions.Length], bytes.Length - at);
            rewriter.Rewrite(bytes.AsSpan(at, count), output);
            at += count;
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, (byte)stream, .. payload];

    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
