using System.Globalization;
using System.Text;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Values as text: in messages, by <c>string()</c>, and by <c>format()</c>.</summary>
internal static class CelText
{
    /// <summary>A key or an index in a message.</summary>
    public static string Display(object value) => value as string ?? (CelConversions.ToText(value) as string ?? value.ToString() ?? "");

    public static string Timestamp(CelTimestamp timestamp) => timestamp.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public static string Duration(CelDuration duration) => $"{((decimal)duration.Nanoseconds / GoDuration.Second).ToString("0.#########", CultureInfo.InvariantCulture)}s";

    public static string TypeName(object value) => value switch
    {
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        byte[] => "bytes",
        CelNull => "null_type",
        CelList => "list",
        CelMap => "map",
        CelDuration => "google.protobuf.Duration",
        CelTimestamp => "google.protobuf.Timestamp",
        CelOptional => "optional_type",
        CelTypeValue => "type",
        Uri => "kubernetes.URL",
        CelIp => "net.IP",
        CelCidr => "net.CIDR",
        CelQuantity => "kubernetes.Quantity",
        CelSemver => "kubernetes.Semver",
        CelNamedFormat => "kubernetes.NamedFormat",
        _ => "object",
    };

    /// <summary><c>"...".format([...])</c> with the verbs s, d, f, e, b, x, X, o.</summary>
    public static object Format(string format, CelList arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            if (++i >= format.Length) return new CelError("unexpected end of string");
            if (format[i] == '%')
            {
                text.Append('%');
                continue;
            }

            var precision = -1;
            if (format[i] == '.')
            {
                var start = ++i;
                while (i < format.Length && char.IsAsciiDigit(format[i])) i++;
                if (i >= format.Length || !int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision)) return new CelError("could not find end of precision specifier");
            }

            if (next >= arguments.Count) return new CelError(FormattableString.Invariant($"index {next} out of range"));
            var part = Verb(format[i], arguments[next++], precision);
            if (part is not string piece) return part;
            text.Append(piece);
        }

        return text.ToString();
    }

    private static object Verb(char verb, object value, int precision)
    {
        switch (verb, value)
        {
            case ('s', _): return Plain(value);
            case ('d', long or ulong): return string.Create(CultureInfo.InvariantCulture, $"{value}");
            case ('d', double d) when !double.IsFinite(d): return GoText.Float(d).TrimStart('+');
            case ('f', double or long or ulong): return ToDouble(value).ToString(string.Create(CultureInfo.InvariantCulture, $"F{(precision < 0 ? 6 : precision)}"), CultureInfo.InvariantCulture);
            case ('e', double or long or ulong):
                var digits = new string('0', precision < 0 ? 6 : precision);
                return ToDouble(value).ToString(digits.Length == 0 ? "0e+00" : $"0.{digits}e+00", CultureInfo.InvariantCulture);
            case ('b', bool b): return b ? "1" : "0";
            case ('b', long l): return l < 0 ? $"-{Convert.ToString(-l, 2)}" : Convert.ToString(l, 2);
            case ('b', ulong u): return u.ToString("B", CultureInfo.InvariantCulture);
            case ('o', long l): return l < 0 ? $"-{Convert.ToString(-l, 8)}" : Convert.ToString(l, 8);
            case ('o', ulong u): return Convert.ToString(unchecked((long)u), 8);
            case ('x' or 'X', long l): return (l < 0 ? "-" : "") + ((ulong)Math.Abs((decimal)l)).ToString(verb.ToString(), CultureInfo.InvariantCulture);
            case ('x' or 'X', ulong u): return u.ToString(verb.ToString(), CultureInfo.InvariantCulture);
            case ('x', string s): return Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s));
            case ('X', string s): return Convert.ToHexString(Encoding.UTF8.GetBytes(s));
            case ('x', byte[] b): return Convert.ToHexStringLower(b);
            case ('X', byte[] b): return Convert.ToHexString(b);
            case ('d' or 'f' or 'e' or 'b' or 'o' or 'x' or 'X', _):
                return new CelError($"error during formatting: only {(verb is 'f' or 'e' ? "numbers" : "integers")} can be formatted this way, was given {TypeName(value)}");
            default: return new CelError($"could not parse formatting clause: unrecognized formatting clause \"{verb}\"");
        }
    }

    private static double ToDouble(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static object Plain(object value)
    {
        switch (value)
        {
            case CelNull: return "null";
            case CelTypeValue type: return type.Name;
            case CelList list: return Join('[', list.Items().Select(Plain), ']');
            case CelMap map: return Join('{', map.Keys.Select(k => (object)$"{Display(k)}: {Plain(map.Find(k)!)}").OrderBy(t => (string)t, StringComparer.Ordinal), '}');
            default: return CelConversions.ToText(value);
        }
    }

    private static object Join(char open, IEnumerable<object> parts, char close)
    {
        var texts = new List<string>();
        foreach (var part in parts)
        {
            if (part is not string text) return part;
            texts.Add(text);
        }

        return $"{open}{string.Join(", ", texts)}{close}";
    }
}
