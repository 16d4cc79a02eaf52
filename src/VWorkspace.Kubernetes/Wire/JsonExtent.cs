using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>
/// Finds where a JSON value ends, without tokenising it, over any number of chunks. It counts brackets outside strings and nothing else: whether
/// what it cuts out is JSON, the parse of it decides.
/// </summary>
internal struct JsonExtent
{
    private const int BlockBytes = 64;

    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> InsideString = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> AfterScalar = SearchValues.Create(",]} \t\r\n"u8);

    private enum Shape : byte { Unknown, Container, Text, Scalar }

    private Shape _shape;
    private bool _inString;
    private bool _escaped;
    private int _depth;

    /// <summary>Looks at the next bytes of the value, which starts at the first byte ever given (no leading white space).</summary>
    /// <param name="bytes">The next chunk.</param>
    /// <param name="consumed">How many of them belong to the value.</param>
    /// <returns>True when the value ends inside the chunk. A bare scalar ends before the byte that follows it.</returns>
    public bool Scan(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        if (bytes.IsEmpty) return false;
        if (_shape == Shape.Unknown)
        {
            switch (bytes[0])
            {
                case (byte)'{' or (byte)'[': _shape = Shape.Container; break;
                case (byte)'"': (_shape, _inString, consumed) = (Shape.Text, true, 1); break;
                default: _shape = Shape.Scalar; break;
            }
        }

        if (_shape == Shape.Scalar)
        {
            int end = bytes.IndexOfAny(AfterScalar);
            consumed = end < 0 ? bytes.Length : end;
            return end >= 0;
        }

        if (_shape == Shape.Container && Vector128.IsHardwareAccelerated)
        {
            while (bytes.Length - consumed >= BlockBytes)
            {
                bool ended = ScanBlock(bytes.Slice(consumed, BlockBytes), out int taken);
                consumed += taken;
                if (ended) return true;
            }
        }

        bool complete = ScanBytes(bytes[consumed..], out int last);
        consumed += last;
        return complete;
    }

    /// <summary>64 bytes of a container at once, as bit masks of its quotes and brackets; escapes are left to <see cref="ScanBytes"/>.</summary>
    private bool ScanBlock(ReadOnlySpan<byte> block, out int consumed)
    {
        Vector512<byte> bytes = Vector512.Create(block);
        if (_escaped || Vector512.EqualsAny(bytes, Vector512.Create((byte)'\\'))) return ScanBytes(block, out consumed);

        // Between an opening quote and the closing one an odd number of quotes has been seen: a running exclusive or tells which bits these are.
        ulong text = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
        for (int shift = 1; shift < BlockBytes; shift <<= 1) text ^= text << shift;
        if (_inString) text = ~text;

        // '[' and '{' differ only in one bit, and so do ']' and '}'.
        Vector512<byte> folded = bytes | Vector512.Create((byte)0x20);
        ulong opening = Vector512.Equals(folded, Vector512.Create((byte)'{')).ExtractMostSignificantBits() & ~text;
        ulong closing = Vector512.Equals(folded, Vector512.Create((byte)'}')).ExtractMostSignificantBits() & ~text;
        int closed = BitOperations.PopCount(closing);
        if (closed >= _depth)
        {
            int depth = _depth;
            for (ulong left = closing; left != 0; left &= left - 1)
            {
                depth--;
                int at = BitOperations.TrailingZeroCount(left);
                if (depth + BitOperations.PopCount(opening & ((1UL << at) - 1)) != 0) continue;
                consumed = at + 1;
                return true;
            }
        }

        _depth += BitOperations.PopCount(opening) - closed;
        _inString = (long)text < 0;
        consumed = BlockBytes;
        return false;
    }

    private bool ScanBytes(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        while (consumed < bytes.Length)
        {
            if (_escaped)
            {
                (_escaped, consumed) = (false, consumed + 1);
                continue;
            }

            int next = bytes[consumed..].IndexOfAny(_inString ? InsideString : Structural);
            if (next < 0)
            {
                consumed = bytes.Length;
                return false;
            }

            byte found = bytes[consumed + next];
            consumed += next + 1;
            switch (found)
            {
                case (byte)'\\': _escaped = true; break;
                case (byte)'"':
                    _inString = !_inString;
                    if (_shape == Shape.Text) return true;
                    break;
                case (byte)'{' or (byte)'[': _depth++; break;
                default:
                    if (--_depth == 0) return true;
                    break;
            }
        }

        return false;
    }
}
