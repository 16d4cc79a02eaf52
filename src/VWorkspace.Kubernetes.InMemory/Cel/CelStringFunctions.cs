using System.Globalization;
using System.Text;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The functions of strings. Positions and lengths count code points.</summary>
internal static class CelStringFunctions
{
    public static long Length(string text)
    {
        var count = 0L;
        foreach (var rune in text.EnumerateRunes()) count++;
        return count;
    }

    public static object? Call(string function, object[] a)
    {
        if (a.Length == 0) return null;
        if (function == "join" && a[0] is CelList parts && a.Length is (1 or 2)) return Join(parts, a.Length == 2 ? a[1] as string : "");
        if (a[0] is not string s) return null;
        return (function, a.Length) switch
        {
            ("contains", 2) when a[1] is string t => s.Contains(t, StringComparison.Ordinal),
            ("startsWith", 2) when a[1] is string t => s.StartsWith(t, StringComparison.Ordinal),
            ("endsWith", 2) when a[1] is string t => s.EndsWith(t, StringComparison.Ordinal),
            ("matches", 2) when a[1] is string t => WithPattern(t, p => p.IsMatch(s)),
            ("find", 2) when a[1] is string t => WithPattern(t, p => p.FirstMatch(s)?.Value ?? ""),
            ("findAll", 2) when a[1] is string t => WithPattern(t, p => TextList(p.AllMatches(s))),
            ("findAll", 3) when a[1] is string t && a[2] is long n => WithPattern(t, p => TextList(n < 0 ? p.AllMatches(s) : p.AllMatches(s).Take((int)n))),
            ("charAt", 2) when a[1] is long i => CharAt(s, i),
            ("indexOf", 2) when a[1] is string t => IndexOf(s, t, 0, last: false),
            ("indexOf", 3) when a[1] is string t && a[2] is long i => IndexOf(s, t, i, last: false),
            ("lastIndexOf", 2) when a[1] is string t => IndexOf(s, t, Length(s), last: true),
            ("lastIndexOf", 3) when a[1] is string t && a[2] is long i => IndexOf(s, t, i, last: true),
            ("lowerAscii", 1) => MapAscii(s, c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c),
            ("upperAscii", 1) => MapAscii(s, c => char.IsAsciiLetterLower(c) ? (char)(c & ~0x20) : c),
            ("replace", 3) when a[1] is string t && a[2] is string u => Replace(s, t, u, -1),
            ("replace", 4) when a[1] is string t && a[2] is string u && a[3] is long n => Replace(s, t, u, n),
            ("split", 2) when a[1] is string t => Split(s, t, -1),
            ("split", 3) when a[1] is string t && a[2] is long n => Split(s, t, n),
            ("substring", 2) when a[1] is long from => Substring(s, from, Length(s)),
            ("substring", 3) when a[1] is long from && a[2] is long to => Substring(s, from, to),
            ("trim", 1) => s.Trim(),
            ("reverse", 1) => string.Concat(s.EnumerateRunes().Reverse().Select(r => r.ToString())),
            ("format", 2) when a[1] is CelList l => CelText.Format(s, l),
            ("strings.quote", 1) => GoText.Quote(s),
            _ => null,
        };
    }

    private static string MapAscii(string text, Func<char, char> map) => new([.. text.Select(map)]);

    private static object WithPattern(string pattern, Func<Re2Regex, object> use)
    {
        var regex = CelRegexCache.Get(pattern);
        return regex.Error is null ? use(regex) : new CelError(regex.Error);
    }

    private static CelListValue TextList(IEnumerable<string> texts) => new([.. texts]);

    private static object Join(CelList parts, string? separator)
    {
        if (separator is null) return CelError.NoSuchOverload;
        var texts = new List<string>();
        foreach (var part in parts.Items())
        {
            if (part is not string text) return part as CelError ?? CelError.NoSuchOverload;
            texts.Add(text);
        }

        return string.Join(separator, texts);
    }

    private static CelError OutOfRange(long index) => new(string.Create(CultureInfo.InvariantCulture, $"index out of range: {index}"));

    private static object CharAt(string s, long index)
    {
        var runes = s.EnumerateRunes().ToArray();
        if (index < 0 || index > runes.Length) return OutOfRange(index);
        return index == runes.Length ? "" : runes[index].ToString();
    }

    private static object IndexOf(string s, string t, long offset, bool last)
    {
        var (text, part) = (s.EnumerateRunes().ToArray(), t.EnumerateRunes().ToArray());
        if (part.Length == 0 && offset >= 0 && offset <= text.Length) return offset;
        if (offset < 0 || offset > text.Length) return OutOfRange(offset);
        if (last)
        {
            for (var i = Math.Min(offset, text.Length - part.Length); i >= 0; i--)
            {
                if (text.AsSpan((int)i, part.Length).SequenceEqual(part)) return i;
            }
        }
        else
        {
            for (var i = offset; i <= text.Length - part.Length; i++)
            {
                if (text.AsSpan((int)i, part.Length).SequenceEqual(part)) return i;
            }
        }

        return -1L;
    }

    private static string Replace(string s, string from, string to, long limit)
    {
        if (limit == 0) return s;
        var text = new StringBuilder();
        var at = 0;
        while (limit != 0)
        {
            var found = from.Length == 0 ? at : s.IndexOf(from, at, StringComparison.Ordinal);
            if (found < 0) break;
            text.Append(s, at, found - at).Append(to);
            at = found + from.Length;
            if (from.Length == 0)
            {
                if (at >= s.Length) return text.ToString();
                text.Append(s[at++]);
            }

            limit--;
        }

        return text.Append(s, at, s.Length - at).ToString();
    }

    private static CelListValue Split(string s, string separator, long limit)
    {
        if (limit == 0) return TextList([]);
        if (limit == 1) return TextList([s]);
        if (separator.Length > 0) return TextList(limit < 0 ? s.Split(separator) : s.Split(separator, (int)Math.Min(limit, int.MaxValue)));
        var runes = s.EnumerateRunes().Select(r => r.ToString()).ToArray();
        if (limit < 0 || limit >= runes.Length) return TextList(runes);
        return TextList([.. runes[..(int)(limit - 1)], string.Concat(runes[(int)(limit - 1)..])]);
    }

    private static object Substring(string s, long from, long to)
    {
        var runes = s.EnumerateRunes().ToArray();
        if (from < 0 || from > runes.Length) return OutOfRange(from);
        if (to < 0 || to > runes.Length) return OutOfRange(to);
        return from > to
            ? new CelError(string.Create(CultureInfo.InvariantCulture, $"invalid substring range. start: {from}, end: {to}"))
            : string.Concat(runes[(int)from..(int)to].Select(r => r.ToString()));
    }
}
