namespace VWorkspace.Kubernetes.Wire;

/// <summary>
/// Copies a JSON object without the members that its type does not read. Most of a watched object is such members (<c>managedFields</c>, a
/// foreign <c>spec</c>), and finding their ends by brackets is many times faster than tokenising them.
/// </summary>
/// <remarks>
/// Of valid JSON the copy decodes to the same object as the whole: names are compared only when they have no escapes, and whatever is not plainly
/// an object of named members is refused, so that the caller parses the original and its errors are the parser's own. Of an object or array that
/// is left out only the brackets and quotes are checked; what cuts a line short or shifts its members is still found.
/// </remarks>
/// <param name="source">One JSON value.</param>
/// <param name="target">Room for the copy, at least as long as the source.</param>
internal ref struct JsonPruner(ReadOnlySpan<byte> source, Span<byte> target)
{
    /// <summary>Deeper objects are copied whole: a type that contains itself must not let the input decide about the stack.</summary>
    private const int MaxDepth = 16;

    private readonly ReadOnlySpan<byte> _source = source;
    private readonly Span<byte> _target = target;
    private int _at;

    /// <summary>Bytes of the copy.</summary>
    public int Written { get; private set; }

    /// <summary>Makes the copy.</summary>
    /// <returns>False when the source has to be parsed as it is; the target's content means nothing then.</returns>
    public bool TryPrune(KnownMembers members)
    {
        SkipWhiteSpace();
        if (!TryObject(members, 1)) return false;
        SkipWhiteSpace();
        return _at == _source.Length;
    }

    private bool TryObject(KnownMembers members, int depth)
    {
        if (!TryTake((byte)'{')) return false;
        _target[Written++] = (byte)'{';
        SkipWhiteSpace();
        bool more = !TryTake((byte)'}');
        bool first = true;
        while (more)
        {
            int start = _at;
            if (!TryName(out ReadOnlySpan<byte> name)) return false;
            int value = _at;
            bool known = members.TryFind(name, out KnownMembers? inner);
            if (known && inner is not null && depth < MaxDepth && _source[value] == '{')
            {
                Separate(ref first);
                Copy(start, value);
                if (!TryObject(inner, depth + 1)) return false;
            }
            else
            {
                if (!TrySkipValue()) return false;
                // A scalar is short; kept, it is checked by the parser.
                if (known || _source[value] is not ((byte)'{' or (byte)'[' or (byte)'"'))
                {
                    Separate(ref first);
                    Copy(start, _at);
                }
            }

            SkipWhiteSpace();
            more = TryTake((byte)',');
            if (more) SkipWhiteSpace();
            else if (!TryTake((byte)'}')) return false;
        }

        _target[Written++] = (byte)'}';
        return true;
    }

    /// <summary>Takes a name and its colon, and stops at the value.</summary>
    private bool TryName(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!TryTake((byte)'"')) return false;
        ReadOnlySpan<byte> rest = _source[_at..];
        int end = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0 || rest[end] == '\\') return false;
        name = rest[..end];
        _at += end + 1;
        SkipWhiteSpace();
        if (!TryTake((byte)':')) return false;
        SkipWhiteSpace();
        return _at < _source.Length;
    }

    private bool TrySkipValue()
    {
        var extent = default(JsonExtent);
        bool complete = extent.Scan(_source[_at..], out int length);
        _at += length;
        return complete && length > 0;
    }

    private void Separate(ref bool first)
    {
        if (!first) _target[Written++] = (byte)',';
        first = false;
    }

    private void Copy(int start, int end)
    {
        _source[start..end].CopyTo(_target[Written..]);
        Written += end - start;
    }

    private bool TryTake(byte wanted)
    {
        if (_at >= _source.Length || _source[_at] != wanted) return false;
        _at++;
        return true;
    }

    private void SkipWhiteSpace()
    {
        while (_at < _source.Length && _source[_at] is ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) _at++;
    }
}
