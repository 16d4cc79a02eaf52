using System.Buffers;

namespace VWorkspace.Kubernetes.Transport.Impersonating;

/// <summary>
/// HTTP/2: passes frames on and replaces the joined fields in header blocks. .NET sends such fields as literals outside the dynamic table, so the tables of both
/// sides stay in step whatever is put in their place; a field in any other form is refused.
/// </summary>
internal sealed class Http2Rewriter(RepeatedHeaders headers) : IRequestRewriter
{
    private const int FrameHead = 9;
    private const byte Headers = 1;
    private const byte Continuation = 9;
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const byte Padded = 0x8;
    private const byte Priority = 0x20;

    /// <summary>The smallest limit that a server may set (RFC 9113, 4.2).</summary>
    private const int MaxFrame = 16_384;

    private readonly ArrayBufferWriter<byte> _block = new(1024);
    private readonly ArrayBufferWriter<byte> _rewritten = new(1024);
    private readonly byte[] _frame = new byte[FrameHead];
    private int _preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.Length;
    private int _frameRead;
    private int _payload;
    private byte _firstFlags;

    public void Rewrite(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        int count = Math.Min(_preface, bytes.Length);
        output.Write(bytes[..count]);
        _preface -= count;
        bytes = bytes[count..];
        while (!bytes.IsEmpty)
        {
            if (_frameRead < FrameHead)
            {
                count = Math.Min(FrameHead - _frameRead, bytes.Length);
                bytes[..count].CopyTo(_frame.AsSpan(_frameRead));
                _frameRead += count;
                bytes = bytes[count..];
                if (_frameRead < FrameHead) return;
                StartFrame(output);
            }

            count = Math.Min(_payload, bytes.Length);
            if (IsHeaderFrame) _block.Write(bytes[..count]);
            else output.Write(bytes[..count]);
            _payload -= count;
            bytes = bytes[count..];
            if (_payload > 0) return;
            _frameRead = 0;
            if (IsHeaderFrame && (_frame[4] & EndHeaders) != 0) EndBlock(output);
        }
    }

    private bool IsHeaderFrame => _frame[3] is Headers or Continuation;

    private void StartFrame(IBufferWriter<byte> output)
    {
        _payload = (_frame[0] << 16) | (_frame[1] << 8) | _frame[2];
        if (!IsHeaderFrame)
        {
            output.Write(_frame);
        }
        else if (_frame[3] == Headers)
        {
            _firstFlags = _frame[4];
            if ((_firstFlags & (Padded | Priority)) != 0) throw RepeatedHeaders.Broken();
        }
    }

    private void EndBlock(IBufferWriter<byte> output)
    {
        Expand(_block.WrittenSpan);
        _block.ResetWrittenCount();
        ReadOnlySpan<byte> rest = _rewritten.WrittenSpan;
        bool first = true;
        do
        {
            ReadOnlySpan<byte> part = rest[..Math.Min(MaxFrame, rest.Length)];
            rest = rest[part.Length..];
            Span<byte> head = output.GetSpan(FrameHead);
            (head[0], head[1], head[2]) = ((byte)(part.Length >> 16), (byte)(part.Length >> 8), (byte)part.Length);
            head[3] = first ? Headers : Continuation;
            head[4] = (byte)((first ? _firstFlags & EndStream : 0) | (rest.IsEmpty ? EndHeaders : 0));
            _frame.AsSpan(5, 4).CopyTo(head[5..]);
            output.Advance(FrameHead);
            output.Write(part);
            first = false;
        }
        while (!rest.IsEmpty);
        _rewritten.ResetWrittenCount();
    }

    /// <summary>Goes from field to field (RFC 7541, 6) and replaces ours.</summary>
    private void Expand(ReadOnlySpan<byte> block)
    {
        Span<bool> replaced = stackalloc bool[headers.All.Count];
        for (int at = 0; at < block.Length;)
        {
            int start = at;
            byte kind = block[at];
            int index = -1;
            if ((kind & 0x80) != 0) Integer(block, ref at, 7); // indexed
            else if ((kind & 0xE0) == 0x20) Integer(block, ref at, 5); // size of the dynamic table
            else
            {
                bool indexing = (kind & 0x40) != 0;
                if (Integer(block, ref at, indexing ? 6 : 4) == 0) index = headers.IndexOf(Text(block, ref at));
                Text(block, ref at);
                if (index >= 0 && (indexing || replaced[index])) throw RepeatedHeaders.Broken();
            }

            if (index < 0)
            {
                _rewritten.Write(block[start..at]);
                continue;
            }

            replaced[index] = true;
            _rewritten.Write(headers.All[index].Http2Fields.Span);
        }

        headers.ThrowUnlessComplete(replaced);
    }

    /// <summary>The bytes of a string; those of a Huffman-coded one are like no name of ours, so that the request is refused rather than sent unseen.</summary>
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> block, ref int at)
    {
        if (at >= block.Length) throw RepeatedHeaders.Broken();
        bool coded = (block[at] & 0x80) != 0;
        int length = Integer(block, ref at, 7);
        if (length > block.Length - at) throw RepeatedHeaders.Broken();
        ReadOnlySpan<byte> text = block.Slice(at, length);
        at += length;
        return coded ? default : text;
    }

    private static int Integer(ReadOnlySpan<byte> block, ref int at, int bits)
    {
        int mask = (1 << bits) - 1;
        int value = block[at++] & mask;
        if (value < mask) return value;
        for (int shift = 0; shift <= 21; shift += 7)
        {
            if (at >= block.Length) throw RepeatedHeaders.Broken();
            byte next = block[at++];
            value += (next & 127) << shift;
            if (next < 128) return value;
        }

        throw RepeatedHeaders.Broken();
    }
}
