using System.Buffers;
using System.IO.Pipelines;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>
/// Walks a JSON document on a pipe, value by value. Only the value at hand is in memory, whatever the size of the document.
/// </summary>
/// <param name="reader">The pipe; the caller completes it.</param>
/// <param name="maxValueBytes">Longest single value that is kept.</param>
internal sealed class JsonValueReader(PipeReader reader, int maxValueBytes)
{
    private ReadOnlySequence<byte> _buffer;
    private bool _hasBuffer;
    private bool _ended;

    /// <summary>The next byte that is not white space, without taking it.</summary>
    /// <exception cref="KubernetesTransportException">The document ends here.</exception>
    public async ValueTask<byte> PeekAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TrySkipWhiteSpace(out byte next)) return next;
            if (!await MoreAsync(cancellationToken)) throw Truncated();
        }
    }

    /// <summary>Takes <paramref name="expected"/>.</summary>
    /// <exception cref="KubernetesTransportException">Something else comes.</exception>
    public async ValueTask ExpectAsync(byte expected, CancellationToken cancellationToken)
    {
        if (!await TryTakeAsync(expected, cancellationToken)) throw Malformed();
    }

    /// <summary>Takes the next byte when it is <paramref name="wanted"/>.</summary>
    public async ValueTask<bool> TryTakeAsync(byte wanted, CancellationToken cancellationToken)
    {
        if (await PeekAsync(cancellationToken) != wanted) return false;
        _buffer = _buffer.Slice(1);
        return true;
    }

    /// <summary>The next value; its bytes are good until the next call.</summary>
    public async ValueTask<ReadOnlySequence<byte>> ReadValueAsync(CancellationToken cancellationToken)
    {
        await PeekAsync(cancellationToken);
        var extent = default(JsonExtent);
        long scanned = 0;
        while (true)
        {
            bool complete = false;
            foreach (ReadOnlyMemory<byte> chunk in _buffer.Slice(scanned))
            {
                complete = extent.Scan(chunk.Span, out int consumed);
                scanned += consumed;
                if (complete) break;
            }

            if (scanned > maxValueBytes)
                throw new KubernetesTransportException($"the answer holds a value of more than {maxValueBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)} bytes") { Fault = TransportFault.Protocol };
            if (complete)
            {
                if (scanned == 0) throw Malformed();
                ReadOnlySequence<byte> value = _buffer.Slice(0, scanned);
                _buffer = _buffer.Slice(scanned);
                return value;
            }

            if (!await MoreAsync(cancellationToken)) throw Truncated();
        }
    }

    /// <summary>Reads on to the end of the document, where only white space may be.</summary>
    public async ValueTask ExpectEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TrySkipWhiteSpace(out _)) throw Malformed();
            if (!await MoreAsync(cancellationToken)) return;
        }
    }

    private bool TrySkipWhiteSpace(out byte next)
    {
        next = 0;
        while (!_buffer.IsEmpty)
        {
            ReadOnlySpan<byte> first = _buffer.FirstSpan;
            int at = first.IndexOfAnyExcept(" \t\r\n"u8);
            if (at >= 0)
            {
                next = first[at];
                if (at > 0) _buffer = _buffer.Slice(at);
                return true;
            }

            _buffer = _buffer.Slice(first.Length);
        }

        return false;
    }

    private async ValueTask<bool> MoreAsync(CancellationToken cancellationToken)
    {
        if (_ended) return false;
        if (_hasBuffer) reader.AdvanceTo(_buffer.Start, _buffer.End);
        ReadResult result = await reader.ReadAsync(cancellationToken);
        bool grown = !_hasBuffer || result.Buffer.Length > _buffer.Length;
        (_buffer, _hasBuffer, _ended) = (result.Buffer, true, result.IsCompleted);
        return grown || !_ended;
    }

    private static KubernetesTransportException Truncated() => new("the answer ends inside its JSON document");

    private static KubernetesTransportException Malformed() => new("the answer is not a JSON list") { Fault = TransportFault.Protocol };
}
