namespace VWorkspace.Kubernetes.InMemory.Http.Protobuf;

/// <summary>Walks over the fields of one encoded message.</summary>
internal ref struct ProtobufCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _wireType;

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    public bool Next(out int number)
    {
        number = 0;
        if (_position >= _bytes.Length) return false;
        var tag = RawVarint();
        (number, _wireType) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    public ulong Varint() => _wireType == 0 ? RawVarint() : throw Malformed();

    public ReadOnlySpan<byte> Bytes() => _wireType == 2 ? Take(RawVarint()) : throw Malformed();

    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                RawVarint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Take(RawVarint());
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Malformed();
        }
    }

    private ulong RawVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _bytes.Length) throw Malformed();
            var part = _bytes[_position++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_bytes.Length - _position)) throw Malformed();
        var taken = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return taken;
    }

    private static InvalidDataException Malformed() => new("unexpected EOF or wire type");
}
