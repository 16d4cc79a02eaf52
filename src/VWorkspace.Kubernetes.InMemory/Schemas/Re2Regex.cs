using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// A regular expression in Go's RE2 syntax, run by .NET's non-backtracking engine: linear time, no look-around, no back references. Classes such as
/// <c>\d</c> and <c>\w</c> are ASCII and <c>$</c> is the end of the text, as in Go.
/// </summary>
internal sealed class Re2Regex
{
    private readonly Regex? _regex;

    public Re2Regex(string pattern)
    {
        Pattern = pattern;
        try
        {
            _regex = new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
        }
        catch (RegexParseException e)
        {
            Error = Explain(pattern, e);
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException)
        {
            Error = $"error parsing regexp: invalid or unsupported Perl syntax: `{pattern}`";
        }
    }

    public string Pattern { get; }

    /// <summary>Why the pattern is refused, in Go's words; null when it is fine.</summary>
    public string? Error { get; }

    public bool IsMatch(string text) => _regex is not null && _regex.IsMatch(text);

    public Match? FirstMatch(string text) => _regex?.Match(text) is { Success: true } match ? match : null;

    public IEnumerable<string> AllMatches(string text) => _regex is null ? [] : _regex.Matches(text).Select(m => m.Value);

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var multiline = false;
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '\\' when i + 1 < pattern.Length:
                    i = TranslateEscape(text, pattern, i + 1, inClass);
                    break;
                case '[' when !inClass:
                    inClass = true;
                    text.Append('[');
                    if (i + 1 < pattern.Length && pattern[i + 1] == '^') text.Append(pattern[++i]);
                    if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                    {
                        text.Append("\\]");
                        i++;
                    }

                    break;
                case '[' when pattern.AsSpan(i).StartsWith("[:") && pattern.IndexOf(":]", i, StringComparison.Ordinal) is var end and > 0 && PosixClass(pattern[(i + 2)..end]) is { } members:
                    text.Append(members);
                    i = end + 1;
                    break;
                case '[':
                    text.Append("\\[");
                    break;
                case ']' when inClass:
                    inClass = false;
                    text.Append(']');
                    break;
                case '-' when inClass && i + 1 < pattern.Length && pattern[i + 1] == '[':
                    // .NET reads "-[" as a class subtraction.
                    text.Append("\\-");
                    break;
                case '$' when !inClass && !multiline:
                    text.Append("\\z");
                    break;
                case '(' when !inClass && pattern.AsSpan(i).StartsWith("(?P<"):
                    text.Append("(?<");
                    i += 3;
                    break;
                case '(' when !inClass && pattern.AsSpan(i).StartsWith("(?"):
                    var flags = pattern.AsSpan(i + 2);
                    var length = flags.IndexOfAnyExcept("imsU-");
                    if (length > 0 && flags[..length].Contains('m')) multiline = true;
                    text.Append('(');
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Translates the escape whose letter is at <paramref name="i"/>; gives the position of its last character.</summary>
    private static int TranslateEscape(StringBuilder text, string pattern, int i, bool inClass)
    {
        var members = pattern[i] switch
        {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            's' => "\\t\\n\\f\\r ",
            _ => null,
        };
        if (members is not null)
        {
            text.Append(inClass ? members : $"[{members}]");
            return i;
        }

        switch (pattern[i])
        {
            case 'D' when !inClass: text.Append("[^0-9]"); return i;
            case 'W' when !inClass: text.Append("[^0-9A-Za-z_]"); return i;
            case 'S' when !inClass: text.Append("[^\\t\\n\\f\\r ]"); return i;
            case 'D' or 'W' or 'S': text.Append('\\').Append(pattern[i]); return i;
            case 'Q':
                var end = pattern.IndexOf("\\E", i + 1, StringComparison.Ordinal);
                text.Append(Regex.Escape(end < 0 ? pattern[(i + 1)..] : pattern[(i + 1)..end]));
                return end < 0 ? pattern.Length - 1 : end + 1;
            case 'x' when i + 1 < pattern.Length && pattern[i + 1] == '{' && pattern.IndexOf('}', i) is var close and > 0
                && int.TryParse(pattern.AsSpan(i + 2, close - i - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code):
                text.Append(Regex.Escape(char.ConvertFromUtf32(code)));
                return close;
            case 'p' or 'P' when i + 1 < pattern.Length && pattern[i + 1] != '{':
                text.Append('\\').Append(pattern[i]).Append('{').Append(pattern[i + 1]).Append('}');
                return i + 1;
            default:
                text.Append('\\').Append(pattern[i]);
                return i;
        }
    }

    private static string? PosixClass(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => "\\x00-\\x7F",
        "blank" => "\\t ",
        "cntrl" => "\\x00-\\x1F\\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => "!-/:-@\\[-`{-~",
        "space" => "\\t\\n\\v\\f\\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => null,
    };

    private static string Explain(string pattern, RegexParseException e) => e.Error switch
    {
        RegexParseError.UnterminatedBracket => $"error parsing regexp: missing closing ]: `{pattern[Math.Max(0, pattern.LastIndexOf('['))..]}`",
        RegexParseError.InsufficientClosingParentheses => $"error parsing regexp: missing closing ): `{pattern}`",
        RegexParseError.InsufficientOpeningParentheses => $"error parsing regexp: unexpected ): `{pattern}`",
        RegexParseError.QuantifierAfterNothing => $"error parsing regexp: missing argument to repetition operator: `{pattern.FirstOrDefault(c => c is '*' or '+' or '?' or '{')}`",
        RegexParseError.NestedQuantifiersNotParenthesized => $"error parsing regexp: invalid nested repetition operator: `{pattern}`",
        RegexParseError.ReversedCharacterRange => $"error parsing regexp: invalid character class range: `{pattern}`",
        RegexParseError.UnescapedEndingBackslash => "error parsing regexp: trailing backslash at end of expression: ``",
        RegexParseError.UnrecognizedEscape => $"error parsing regexp: invalid escape sequence: `{pattern[Math.Max(0, pattern.IndexOf('\\', StringComparison.Ordinal))..]}`",
        _ => $"error parsing regexp: invalid or unsupported Perl syntax: `{pattern}`",
    };
}
