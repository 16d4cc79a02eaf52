namespace VWorkspace.Kubernetes.Tests.Support;

/// <summary>Gives given bytes in given portions, each by its own read, and then ends or fails.</summary>
internal sealed class ChunkedStream(byte[] bytes, IReadOnlyList<int> portions, Exception? failure = null) : Stream
{
    private int _position;
    private int _reads;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_reads % 3 == 1) await Task.Yield(); // some reads complete at once, some do not
        if (_position == bytes.Length) return failure is null ? 0 : throw failure;
        int portion = portions.Count == 0 ? bytes.Length : Math.Max(1, portions[_reads % portions.Count]);
        _reads++;
        int count = Math.Min(Math.Min(portion, buffer.Length), bytes.Length - _position);
        bytes.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("a synchronous read");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
