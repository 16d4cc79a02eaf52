using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A semantic version. Build metadata is read and does not count.</summary>
internal sealed record CelSemver(ulong Major, ulong Minor, ulong Patch, string PreRelease) : IComparable<CelSemver>
{
    /// <summary>Reads a version, or gives null. When normalising, a leading <c>v</c>, missing parts and leading zeros are taken.</summary>
    public static CelSemver? Parse(string text, bool normalize)
    {
        if (normalize && text.StartsWith('v')) text = text[1..];
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0)
        {
            if (!AreIdentifiers(text[(plus + 1)..], allowLeadingZeros: true)) return null;
            text = text[..plus];
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var preRelease = dash < 0 ? "" : text[(dash + 1)..];
        if (dash >= 0 && !AreIdentifiers(preRelease, allowLeadingZeros: false)) return null;
        var parts = (dash < 0 ? text : text[..dash]).Split('.');
        if (parts.Length > 3 || (parts.Length < 3 && (!normalize || dash >= 0 || plus >= 0))) return null;
        Span<ulong> numbers = [0, 0, 0];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!normalize && parts[i].Length > 1 && parts[i][0] == '0') return null;
            if (!ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        }

        return new CelSemver(numbers[0], numbers[1], numbers[2], preRelease);
    }

    public int CompareTo(CelSemver? other)
    {
        if (other is null) return 1;
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order != 0) return order;
        if (PreRelease.Length == 0 || other.PreRelease.Length == 0) return (PreRelease.Length == 0).CompareTo(other.PreRelease.Length == 0);
        var (mine, theirs) = (PreRelease.Split('.'), other.PreRelease.Split('.'));
        for (var i = 0; i < Math.Min(mine.Length, theirs.Length); i++)
        {
            var (a, b) = (IsNumber(mine[i]), IsNumber(theirs[i]));
            order = a && b ? decimal.Parse(mine[i], CultureInfo.InvariantCulture).CompareTo(decimal.Parse(theirs[i], CultureInfo.InvariantCulture))
                : a != b ? (a ? -1 : 1)
                : string.CompareOrdinal(mine[i], theirs[i]);
            if (order != 0) return Math.Sign(order);
        }

        return mine.Length.CompareTo(theirs.Length);
    }

    private static bool IsNumber(string text) => text.Length is > 0 and < 28 && text.All(char.IsAsciiDigit);

    private static bool AreIdentifiers(string text, bool allowLeadingZeros) => text.Split('.').All(part =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && (allowLeadingZeros || part.Length == 1 || part[0] != '0' || !part.All(char.IsAsciiDigit)));
}
