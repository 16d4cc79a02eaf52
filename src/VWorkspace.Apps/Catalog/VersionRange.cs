using System.Runtime.InteropServices;

namespace VWorkspace.Apps.Catalog;

/// <summary>
/// A set of versions: alternatives joined by <c>||</c>, each a list of comparisons that all have to hold, such as <c>&gt;=1.2.0 &lt;2.0.0</c>, <c>^1.2</c>,
/// <c>~1.2.3</c>, <c>1.2.x</c>, <c>1.2.3</c>. Versions are compared by precedence and nothing else: <c>2.0.0-rc.1</c> is below <c>2.0.0</c>.
/// <c>^</c>, <c>~</c> and wildcards end before the first pre-release of the next number.
/// </summary>
internal sealed class VersionRange
{
    private const int MaxLength = 256;
    private static readonly string[] Operators = [">=", "<=", "!=", ">", "<", "="];
    private readonly string _text;
    private readonly IReadOnlyList<IReadOnlyList<Bound>> _alternatives;

    private VersionRange(string text, IReadOnlyList<IReadOnlyList<Bound>> alternatives) => (_text, _alternatives) = (text, alternatives);

    /// <summary>Reads a range.</summary>
    /// <returns>Null when the text is none.</returns>
    public static VersionRange? TryParse(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length is 0 or > MaxLength) return null;
        var alternatives = new List<IReadOnlyList<Bound>>();
        foreach (string alternative in trimmed.Split("||"))
        {
            var bounds = new List<Bound>();
            string[] words = alternative.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < words.Length; i++)
            {
                // An operator may stand apart from its version.
                string word = Operators.Contains(words[i], StringComparer.Ordinal) && i + 1 < words.Length ? words[i] + words[++i] : words[i];
                if (!Read(word, bounds)) return null;
            }

            if (bounds.Count == 0) return null;
            alternatives.Add(bounds);
        }

        return new(trimmed, alternatives);
    }

    /// <summary>True when a version is in the range.</summary>
    public bool Contains(SemanticVersion version)
    {
        foreach (IReadOnlyList<Bound> bounds in _alternatives)
            if (bounds.All(bound => bound.Holds(version))) return true;
        return false;
    }

    public override string ToString() => _text;

    private static bool Read(string word, List<Bound> into)
    {
        string? sign = Operators.FirstOrDefault(o => word.StartsWith(o, StringComparison.Ordinal));
        if (sign is not null)
        {
            if (SemanticVersion.TryParse(word[sign.Length..]) is not { } exact) return false;
            into.Add(new(sign, exact));
            return true;
        }

        char kind = word[0];
        string rest = kind is '^' or '~' ? word[1..] : word;
        if (SemanticVersion.TryParse(rest) is { } whole)
        {
            if (kind is not ('^' or '~')) { into.Add(new("=", whole)); return true; }
            into.Add(new(">=", whole));
            into.Add(new("<", kind == '^' ? AfterCaret(whole, 3) : SemanticVersion.Floor(whole.Major, whole.Minor + 1, 0)));
            return true;
        }

        return ReadPartial(kind, rest, into);
    }

    // 1, 1.2, 1.x, 1.2.*, *
    private static bool ReadPartial(char kind, string text, List<Bound> into)
    {
        string[] parts = (text.Length > 0 && text[0] == 'v' ? text[1..] : text).Split('.');
        if (parts.Length > 3) return false;
        ulong[] numbers = new ulong[3];
        int known = 0;
        while (known < parts.Length && parts[known] is not ("x" or "X" or "*"))
        {
            if (!SemanticVersion.Number(parts[known], out numbers[known])) return false;
            known++;
        }

        // A number after a wildcard says nothing; three numbers would have been a whole version.
        if (known == 3 || parts.Skip(known).Any(p => p is not ("x" or "X" or "*"))) return false;
        into.Add(new(">=", SemanticVersion.Floor(numbers[0], numbers[1], 0)));
        if (known == 0) return kind is not ('^' or '~');
        var from = SemanticVersion.Release(numbers[0], numbers[1], 0);
        into.Add(new("<", kind == '^' ? AfterCaret(from, known) : known == 1 ? SemanticVersion.Floor(from.Major + 1, 0, 0) : SemanticVersion.Floor(from.Major, from.Minor + 1, 0)));
        return true;
    }

    // Up to the next change of the first number that is not zero.
    private static SemanticVersion AfterCaret(SemanticVersion from, int known) =>
        from.Major > 0 || known == 1 ? SemanticVersion.Floor(from.Major + 1, 0, 0)
        : from.Minor > 0 || known == 2 ? SemanticVersion.Floor(0, from.Minor + 1, 0)
        : SemanticVersion.Floor(0, 0, from.Patch + 1);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Bound(string Sign, SemanticVersion Version)
    {
        public bool Holds(SemanticVersion version)
        {
            int order = version.CompareTo(Version);
            return Sign switch
            {
                ">=" => order >= 0,
                "<=" => order <= 0,
                ">" => order > 0,
                "<" => order < 0,
                "!=" => order != 0,
                _ => order == 0,
            };
        }
    }
}
