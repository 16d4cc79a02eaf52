using System.Globalization;
using System.Runtime.InteropServices;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>
/// UID and resource version in 24 bytes as long as they look as API servers write them (a UUID in lower case, a decimal number), and as their texts otherwise.
/// Two strings in their place take 136 bytes.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Identity
{
    private const int UuidLength = 36;
    private const int MostDigits = 20;

    /// <summary>Zero when there is no UID or it is a text.</summary>
    private readonly Guid _uid;

    /// <summary>Zero when there is no version or it is a text.</summary>
    private readonly ulong _version;

    private readonly Texts? _texts;

    private Identity(Guid uid, ulong version, Texts? texts) => (_uid, _version, _texts) = (uid, version, texts);

    public string? Uid => _uid == Guid.Empty ? _texts?.Uid : _uid.ToString("D", CultureInfo.InvariantCulture);

    public string? Version => _version == 0 ? _texts?.Version : _version.ToString(CultureInfo.InvariantCulture);

    public Identity WithUid(string? uid) => IsUuid(uid, out Guid value) ? new(value, _version, Texts.Of(null, _texts?.Version)) : new(Guid.Empty, _version, Texts.Of(uid, _texts?.Version));

    public Identity WithVersion(string? version) =>
        IsDecimal(version, out ulong value) ? new(_uid, value, Texts.Of(_texts?.Uid, null)) : new(_uid, 0, Texts.Of(_texts?.Uid, version));

    /// <summary>Whether both have the same UID, or none; makes no text.</summary>
    public bool HasSameUid(in Identity other) => _uid == other._uid && _texts?.Uid == other._texts?.Uid;

    /// <summary>Whether both have the same version and there is one; makes no text.</summary>
    public bool HasSameVersion(in Identity other) =>
        (_version != 0 || _texts?.Version is not null) && _version == other._version && _texts?.Version == other._texts?.Version;

    /// <summary>True when the number, written again, is the same text.</summary>
    private static bool IsDecimal(string? text, out ulong value)
    {
        value = 0;
        return text is { Length: > 0 and <= MostDigits } && text[0] != '0' && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsUuid(string? text, out Guid value)
    {
        value = Guid.Empty;
        if (text is not { Length: UuidLength } || !Guid.TryParseExact(text, "D", out value) || value == Guid.Empty) return false;
        Span<char> again = stackalloc char[UuidLength];
        return value.TryFormat(again, out _, "D") && again.SequenceEqual(text);
    }

    private sealed record Texts(string? Uid, string? Version)
    {
        public static Texts? Of(string? uid, string? version) => uid is null && version is null ? null : new(uid, version);
    }
}
