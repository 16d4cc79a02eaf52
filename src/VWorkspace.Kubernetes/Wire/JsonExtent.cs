using System.Buffers;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>
/// Finds where a JSON value ends, without tokenising it, over any number of chunks. It counts brackets outside strings and nothing else: what it
/// cuts out still has to be parsed, and that parse decides whether it is JSON. A mistake here can only make that parse fail.
/// </summary>
internal struct JsonExtent
{
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
