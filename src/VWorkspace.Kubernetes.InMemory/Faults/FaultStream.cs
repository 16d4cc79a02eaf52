namespace VWorkspace.Kubernetes.InMemory.Faults;

/// <summary>Stands between the server and the wire and mistreats the body line by line.</summary>
internal sealed class FaultStream(Stream inner, Fault fault, Action abort, CancellationToken aborted) : Stream
{
    private static readonly byte[] BookmarkStart = [.. "{\"type\":\"BOOKMARK\""u8];
    // A reset overtakes bytes that are still on their way; this lets them out first.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);
    private readonly MemoryStream _line = new();
    private byte[]? _held;
    private int _lines;
    private bool _stopped;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => throw new NotSupportedException("Bodies are written asynchronously.");

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        // A body without line ends (a single object) is treated when it is flushed.
        if (!_stopped && _line.Length > 0) await EndLineAsync(partial: true, cancellationToken).ConfigureAwait(false);
        if (!_stopped) await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_stopped && buffer.Length > 0)
        {
            var end = buffer.Span.IndexOf((byte)'\n');
            var take = end < 0 ? buffer.Length : end + 1;
            _line.Write(buffer.Span[..take]);
            buffer = buffer[take..];
            if (end >= 0) await EndLineAsync(partial: false, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are written asynchronously.");

    private async Task EndLineAsync(bool partial, CancellationToken ct)
    {
        var line = _line.ToArray();
        _line.SetLength(0);
        switch (fault)
        {
            case Fault.CutBody cut when _lines >= cut.Lines:
                await CutAsync(line.AsMemory(0, Math.Min(cut.Bytes, line.Length)), ct).ConfigureAwait(false);
                return;
            case Fault.CutInsideCharacter cut when _lines >= cut.Lines && Array.FindIndex(line, b => b >= 0x80) is >= 0 and var at:
                await CutAsync(line.AsMemory(0, at + 1), ct).ConfigureAwait(false);
                return;
            case Fault.Stall stall when _lines >= stall.Lines:
                _stopped = true;
                await inner.FlushAsync(ct).ConfigureAwait(false);
                await WaitForClientAsync().ConfigureAwait(false);
                return;
        }

        if (!partial) _lines++;
        var bookmark = line.AsSpan().StartsWith(BookmarkStart);
        if (bookmark && fault is Fault.SwallowBookmarks) return;
        if (bookmark && fault is Fault.ReorderBookmarks && _held is null)
        {
            _held = line;
            return;
        }

        await inner.WriteAsync(line, ct).ConfigureAwait(false);
        if (bookmark && fault is Fault.DuplicateBookmarks) await inner.WriteAsync(line, ct).ConfigureAwait(false);
        if (_held is { } held)
        {
            _held = null;
            await inner.WriteAsync(held, ct).ConfigureAwait(false);
        }
    }

    private async Task CutAsync(ReadOnlyMemory<byte> last, CancellationToken ct)
    {
        _stopped = true;
        await inner.WriteAsync(last, ct).ConfigureAwait(false);
        await inner.FlushAsync(ct).ConfigureAwait(false);
        await Task.Delay(Linger, TimeProvider.System, ct).ConfigureAwait(false);
        abort();
    }

    private async Task WaitForClientAsync()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = aborted.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), gone).ConfigureAwait(false);
        await gone.Task.ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _line.Dispose();
        base.Dispose(disposing);
    }
}
