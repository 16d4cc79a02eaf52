using System.Globalization;

namespace VWorkspace.Apps.Catalog;

/// <summary>A semantic version (semver.org 2.0.0). Build metadata is not kept: it has no precedence.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
/// <param name="PreRelease">Identifiers of a pre-release; empty for a release.</param>
internal sealed record SemanticVersion(ulong Major, ulong Minor, ulong Patch, IReadOnlyList<string> PreRelease) : IComparable<SemanticVersion>
{
    /// <summary>Below every pre-release of the same numbers, so that a range that ends there takes none of them in.</summary>
    private static readonly string[] Lowest = ["0"];

    public static SemanticVersion Release(ulong major, ulong minor, ulong patch) => new(major, minor, patch, []);

    /// <summary>The lowest version with these numbers.</summary>
    public static SemanticVersion Floor(ulong major, ulong minor, ulong patch) => new(major, minor, patch, Lowest);

    /// <summary>Reads a whole version; a leading <c>v</c> is accepted.</summary>
    /// <returns>Null when the text is none.</returns>
    public static SemanticVersion? TryParse(string text)
    {
        if (!Validation.ChartRules.IsConcreteVersion(text)) return null;
        ReadOnlySpan<char> rest = text.AsSpan(text[0] == 'v' ? 1 : 0);
        int build = rest.IndexOf('+');
        if (build >= 0) rest = rest[..build];
        int dash = rest.IndexOf('-');
        string[] pre = dash < 0 ? [] : rest[(dash + 1)..].ToString().Split('.');
        string[] numbers = (dash < 0 ? rest : rest[..dash]).ToString().Split('.');
        return Number(numbers[0], out ulong major) && Number(numbers[1], out ulong minor) && Number(numbers[2], out ulong patch) ? new(major, minor, patch, pre) : null;
    }

    public static bool Number(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null) return 1;
        int order = Major.CompareTo(other.Major);
        if (order == 0) order = Minor.CompareTo(other.Minor);
        if (order == 0) order = Patch.CompareTo(other.Patch);
        if (order != 0) return order;
        if (PreRelease.Count == 0 || other.PreRelease.Count == 0) return other.PreRelease.Count.CompareTo(PreRelease.Count);
        for (int i = 0; i < PreRelease.Count && i < other.PreRelease.Count; i++)
        {
            order = CompareIdentifiers(PreRelease[i], other.PreRelease[i]);
            if (order != 0) return order;
        }

        return PreRelease.Count.CompareTo(other.PreRelease.Count);
    }

    // Numbers come before words. Numbers may be longer than any integer type: the longer one is the greater.
    private static int CompareIdentifiers(string a, string b)
    {
        bool first = a.All(char.IsAsciiDigit), second = b.All(char.IsAsciiDigit);
        if (first != second) return first ? -1 : 1;
        if (!first) return string.CompareOrdinal(a, b);
        string x = a.TrimStart('0'), y = b.TrimStart('0');
        return x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);
    }
}
