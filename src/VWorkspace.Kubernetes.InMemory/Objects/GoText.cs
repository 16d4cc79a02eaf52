using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Quotes, numbers and JSON as Go's <c>strconv</c> and <c>encoding/json</c> write them, so that messages and keys equal upstream's byte for byte.</summary>
internal static class GoText
{
    /// <summary>A value in a field error: strings quoted, numbers and booleans plain, null as the quoted word, everything else as JSON.</summary>
    public static string Value(JsonNode? value) => JsonKinds.Of(value) switch
    {
        JsonKind.Null => "\"null\"",
        JsonKind.String => Quote(value!.GetValue<string>()),
        JsonKind.Integer => JsonKinds.AsLong(value!).ToString(CultureInfo.InvariantCulture),
        JsonKind.Float => Float(JsonKinds.AsDouble(value!)),
        JsonKind.Boolean => value!.GetValue<bool>() ? "true" : "false",
        _ => Json(value),
    };

    /// <summary>Go's <c>%q</c>.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\a': text.Append("\\a"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\v': text.Append("\\v"); break;
                default:
                    if (rune.Value < ' ' || rune.Value == 0x7f) text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    else if (IsPrintable(rune)) text.Append(rune);
                    else if (rune.Value < 0x10000) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    else text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                    break;
            }
        }

        return text.Append('"').ToString();
    }

    /// <summary>Go's <c>%q</c> of a list of strings: <c>["a" "b"]</c>.</summary>
    public static string Quote(IEnumerable<string> values) => "[" + string.Join(' ', values.Select(Quote)) + "]";

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Go's <c>%v</c> of a float64: the shortest digits, with an exponent below 1e-4 and from 1e6 on.</summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "+Inf" : "-Inf";
        return Shortest(value, smallest: -4, largest: 6);
    }

    /// <summary>A float as encoding/json writes it: an exponent below 1e-6 and from 1e21 on.</summary>
    internal static string JsonFloat(double value)
    {
        var text = Shortest(value, smallest: -6, largest: 21);
        return text.Contains("e-0", StringComparison.Ordinal) ? text.Replace("e-0", "e-", StringComparison.Ordinal) : text;
    }

    private static string Shortest(double value, int smallest, int largest)
    {
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        var round = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = Exponent(round);
        return exponent < smallest || exponent >= largest ? Scientific(round, exponent) : Decimal(round);
    }

    /// <summary>The decimal exponent of the first digit that is not zero. It is read off the shortest digits: more digits could round across a power of ten.</summary>
    private static int Exponent(string round)
    {
        var e = round.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0) return int.Parse(round.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = round.AsSpan().TrimStart('-');
        var point = digits.IndexOf('.') is var p and >= 0 ? p : digits.Length;
        return digits[0] != '0' ? point - 1 : -digits[2..].IndexOfAnyExcept('0') - 1;
    }

    /// <summary>Compact JSON with sorted members and Go's escapes of <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c>.</summary>
    public static string Json(JsonNode? value)
    {
        var text = new StringBuilder();
        AppendJson(text, value);
        return text.ToString();
    }

    /// <summary>Appends what <see cref="Json"/> gives.</summary>
    public static void AppendJson(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject o:
                text.Append('{');
                var first = true;
                foreach (var (key, member) in o.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    if (!first) text.Append(',');
                    first = false;
                    AppendJsonString(text, key);
                    text.Append(':');
                    AppendJson(text, member);
                }

                text.Append('}');
                break;
            case JsonArray a:
                text.Append('[');
                for (var i = 0; i < a.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    AppendJson(text, a[i]);
                }

                text.Append(']');
                break;
            default:
                if (JsonKinds.Of(value) == JsonKind.String) AppendJsonString(text, value.GetValue<string>());
                else if (JsonKinds.Of(value) == JsonKind.Float) text.Append(JsonFloat(JsonKinds.AsDouble(value)));
                else text.Append(value.ToJsonString());
                break;
        }
    }

    /// <summary>Appends a JSON string with Go's escapes.</summary>
    public static void AppendJsonString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }

    private static string Scientific(string round, int exponent)
    {
        var digits = new string(round.TakeWhile(c => c != 'E').Where(char.IsAsciiDigit).ToArray()).TrimStart('0').TrimEnd('0');
        var mantissa = digits.Length == 1 ? digits : $"{digits[..1]}.{digits[1..]}";
        var sign = round[0] == '-' ? "-" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string Decimal(string round) => round.Contains('E')
        ? decimal.Parse(round, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
        : round;
}
