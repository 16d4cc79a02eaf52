using System.Text;

namespace VWorkspace.Kubernetes.Transport.Impersonating;

/// <summary>The headers of a configuration that have several values, each of which must leave in a line of its own.</summary>
internal sealed class RepeatedHeaders
{
    private RepeatedHeaders(IReadOnlyList<RepeatedHeader> all) => All = all;

    public IReadOnlyList<RepeatedHeader> All { get; }

    /// <summary>Null when no header has more than one value: .NET sends those as they are.</summary>
    public static RepeatedHeaders? Of(Impersonation? impersonation)
    {
        if (impersonation is null) return null;
        RepeatedHeader[] repeated = [.. impersonation.Headers().Where(h => h.Values.Count > 1).Select(h => new RepeatedHeader(h.Name, h.Values))];
        return repeated.Length > 0 ? new(repeated) : null;
    }

    /// <summary>The place of a name in <see cref="All"/>, or -1. Names are ASCII and compared without case.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < All.Count; i++)
            if (Ascii.EqualsIgnoreCase(name, All[i].Name)) return i;
        return -1;
    }

    /// <summary>
    /// A request that shows a header as one joined line, or not at all, would be made as somebody else. The request is not sent then.
    /// </summary>
    /// <exception cref="IOException">Not every header was replaced exactly once.</exception>
    public void ThrowUnlessComplete(ReadOnlySpan<bool> replaced)
    {
        if (replaced.Contains(false)) throw Broken();
    }

    public static IOException Broken() => new("the request was not sent: its impersonation headers cannot be written one line a value");
}

/// <summary>A header and its lines in both forms of the protocol.</summary>
internal sealed class RepeatedHeader
{
    public RepeatedHeader(string name, IReadOnlyList<string> values)
    {
        Name = name;
        Http1Lines = Encoding.UTF8.GetBytes(string.Concat(values.Select(v => $"{name}: {v}\r\n")));
        byte[] lower = Encoding.ASCII.GetBytes(name.ToLowerInvariant());
        using var fields = new MemoryStream();
        foreach (string value in values)
        {
            fields.WriteByte(0); // literal, not indexed, name follows (RFC 7541, 6.2.2)
            WriteText(fields, lower);
            WriteText(fields, Encoding.UTF8.GetBytes(value));
        }

        Http2Fields = fields.ToArray();
    }

    public string Name { get; }

    public ReadOnlyMemory<byte> Http1Lines { get; }

    public ReadOnlyMemory<byte> Http2Fields { get; }

    /// <summary>A string literal without Huffman code: its length as an integer of seven bits prefix (RFC 7541, 5.1 and 5.2).</summary>
    private static void WriteText(Stream target, ReadOnlySpan<byte> text)
    {
        int length = text.Length;
        if (length < 127)
        {
            target.WriteByte((byte)length);
        }
        else
        {
            target.WriteByte(127);
            for (length -= 127; length >= 128; length >>= 7) target.WriteByte((byte)(length | 128));
            target.WriteByte((byte)length);
        }

        target.Write(text);
    }
}
