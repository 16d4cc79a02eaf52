using System.Net;
using System.Text;

namespace VWorkspace.Benchmarks;

/// <summary>
/// The least of an API server, behind the real client: discovery, and one kind as an initial stream or in pages. Bodies are made while they are read, so that they
/// never lie in memory as a whole.
/// </summary>
/// <param name="factory">Makes the objects.</param>
/// <param name="count">How many objects there are.</param>
/// <param name="streaming">Offers initial streams.</param>
/// <param name="onObject">Called with the number of the object before each is sent, and with their count when a list ends.</param>
internal sealed class ReleaseServer(ReleaseFactory factory, int count, bool streaming, Action<int> onObject) : HttpMessageHandler
{
    public const int FirstVersion = 10_000_000;

    private const string Discovery = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{"name":"helm.toolkit.fluxcd.io"},"versions":[{"version":"v2","freshness":"Current",
        "resources":[{"resource":"helmreleases","responseKind":{"group":"","version":"","kind":"HelmRelease"},"scope":"Namespaced","verbs":["get","list","watch"]}]}]}]}
        """;

    private const int VersionsOfAList = 1_000_000;

    private int _change;
    private int _watching;
    private TaskCompletionSource _expire = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True while somebody waits for events.</summary>
    public bool IsWatched => Volatile.Read(ref _watching) > 0;

    /// <summary>Ends the watches with 410: everything has to be listed anew.</summary>
    /// <param name="allChanged">Every object has changed meanwhile.</param>
    public void ExpireWatches(bool allChanged)
    {
        if (allChanged) _change += VersionsOfAList;
        Volatile.Write(ref _watching, 0);
        Interlocked.Exchange(ref _expire, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.AbsolutePath, query = request.RequestUri.Query;
        if (path is "/api" or "/apis") return Answer(Text(path == "/apis" ? Discovery : """{"kind":"APIGroupDiscoveryList","items":[]}"""));
        if (!path.EndsWith("/helmreleases", StringComparison.Ordinal)) return Answer(Text("""{"kind":"Status","code":404,"reason":"NotFound"}"""), HttpStatusCode.NotFound);
        if (!query.Contains("watch=", StringComparison.Ordinal)) return Answer(new BodyStream(this, Page(query).GetEnumerator(), null, cancellationToken));
        bool initial = query.Contains("sendInitialEvents=true", StringComparison.Ordinal);
        if (initial && !streaming)
            return Answer(Text("""{"kind":"Status","apiVersion":"v1","code":422,"reason":"Invalid","message":"sendInitialEvents is forbidden"}"""), HttpStatusCode.UnprocessableEntity);
        return Answer(new BodyStream(this, (initial ? InitialEvents() : []).GetEnumerator(), _expire.Task, cancellationToken));
    }

    private IEnumerable<MemoryStream> InitialEvents()
    {
        var line = new MemoryStream();
        for (int i = 0; i < count; i++)
        {
            onObject(i);
            line.SetLength(0);
            line.Write("{\"type\":\"ADDED\",\"object\":"u8);
            factory.Write(line, i, FirstVersion + _change + i);
            line.Write("}\n"u8);
            yield return line;
        }

        onObject(count);
        line.SetLength(0);
        line.Write(Encoding.UTF8.GetBytes("{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"HelmRelease\",\"metadata\":{\"resourceVersion\":\""
            + $"{FirstVersion + _change + count}" + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n"));
        yield return line;
    }

    private IEnumerable<MemoryStream> Page(string query)
    {
        int from = Number(query, "continue=") ?? 0, limit = Number(query, "limit=") ?? count, to = Math.Min(count, from + limit);
        var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes("{\"kind\":\"HelmReleaseList\",\"metadata\":{\"resourceVersion\":\"" + $"{FirstVersion + _change + count}" + "\""
            + (to < count ? $",\"continue\":\"{to}\"" : "") + "},\"items\":["));
        for (int i = from; i < to; i++)
        {
            onObject(i);
            if (i > from) body.WriteByte((byte)',');
            factory.Write(body, i, FirstVersion + _change + i);
            yield return body;
            body.SetLength(0);
        }

        if (to == count) onObject(count);
        body.Write("]}"u8);
        yield return body;
    }

    private static int? Number(string query, string name)
    {
        int at = query.IndexOf(name, StringComparison.Ordinal);
        if (at < 0) return null;
        ReadOnlySpan<char> rest = query.AsSpan(at + name.Length);
        int end = rest.IndexOf('&');
        return int.Parse(end < 0 ? rest : rest[..end], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static MemoryStream Text(string json) => new(Encoding.UTF8.GetBytes(json), writable: false);

    private static Task<HttpResponseMessage> Answer(Stream body, HttpStatusCode code = HttpStatusCode.OK)
    {
        var content = new StreamContent(body);
        content.Headers.ContentType = new("application/json");
        return Task.FromResult(new HttpResponseMessage(code) { Content = content });
    }

    /// <summary>Pieces one after the other; after the last one the end, or for a watch silence and then 410.</summary>
    private sealed class BodyStream(ReleaseServer server, IEnumerator<MemoryStream> pieces, Task? expired, CancellationToken cancellationToken) : Stream
    {
        private static readonly MemoryStream Gone = new("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n"u8.ToArray(), writable: false);

        private readonly CancellationTokenSource _closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        private MemoryStream? _piece;
        private int _at;
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_piece is null || _at == _piece.Length)
            {
                _at = 0;
                if (pieces.MoveNext()) _piece = pieces.Current;
                else if (_ended || expired is null) return 0;
                else
                {
                    Interlocked.Increment(ref server._watching);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
                    await expired.WaitAsync(either.Token);
                    (_piece, _ended) = (Gone, true);
                }
            }

            int length = Math.Min(buffer.Length, (int)_piece.Length - _at);
            _piece.ToArraySegment().AsSpan(_at, length).CopyTo(buffer.Span);
            _at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _closed.Cancel();
                pieces.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

file static class Buffers
{
    public static ArraySegment<byte> ToArraySegment(this MemoryStream stream) =>
        stream.TryGetBuffer(out ArraySegment<byte> buffer) ? buffer : new(stream.ToArray());
}
