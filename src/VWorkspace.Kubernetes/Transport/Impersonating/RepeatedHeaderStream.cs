using System.Buffers;
using System.Net;

namespace VWorkspace.Kubernetes.Transport.Impersonating;

/// <summary>
/// A connection to the API server whose requests show several values of a header in several lines. .NET's HTTP stack joins them into one, which the API server
/// reads as a single group of that joined name; this stream sits between that stack and TLS and takes the joined lines apart again.
/// Only made for configurations that need it, see <see cref="RepeatedHeaders.Of"/>.
/// </summary>
internal sealed class RepeatedHeaderStream(Stream inner, IRequestRewriter rewriter) : Stream
{
    /// <summary>Beyond this a buffer that one large body made is given back.</summary>
    private const int KeptBuffer = 64 * 1024;

    private ArrayBufferWriter<byte> _output = new(4096);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static RepeatedHeaderStream Create(Stream inner, Version version, RepeatedHeaders headers) =>
        new(inner, version >= HttpVersion.Version20 ? new Http2Rewriter(headers) : new Http1Rewriter(headers));

    // Writes of one connection never overlap: the HTTP stack waits for each.
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        rewriter.Rewrite(buffer.Span, _output);
        if (_output.WrittenCount == 0) return;
        await inner.WriteAsync(_output.WrittenMemory, cancellationToken);
        if (_output.Capacity > KeptBuffer) _output = new(4096);
        else _output.ResetWrittenCount();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("requests are sent asynchronously");

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
