using System.Globalization;
using System.Numerics;

namespace VWorkspace.Kubernetes.Yaml;

internal enum YamlScalarKind
{
    String,
    Null,
    Boolean,
    Number,
    NotFinite,
    Merge,
}

/// <summary>A resolved scalar. <see cref="Text"/> is the string, <c>true</c>/<c>false</c>, or a JSON number token.</summary>
internal readonly record struct YamlScalar(YamlScalarKind Kind, string Text)
{
    public static YamlScalar String(string text) => new(YamlScalarKind.String, text);

    /// <summary>Gives a plain (unquoted) scalar its type by the rules of the YAML library behind <c>sigs.k8s.io/yaml</c>.</summary>
    public static YamlScalar Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new(YamlScalarKind.Null, "null");
            case "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return new(YamlScalarKind.Boolean, "true");
            case "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return new(YamlScalarKind.Boolean, "false");
            case ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF":
                return new(YamlScalarKind.NotFinite, text);
            case "<<":
                return new(YamlScalarKind.Merge, text);
        }

        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-' or '.')) return String(text);
        if (LooksLikeTimestamp(text)) return String(text);
        var plain = first == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        if (TryInteger(plain, out var integer)) return new(YamlScalarKind.Number, integer.ToString(CultureInfo.InvariantCulture));
        if (!HasFloatForm(plain) || !double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return String(text);
        return double.IsFinite(number) ? new(YamlScalarKind.Number, FloatToken(number)) : String(text);
    }

    private static string FloatToken(double number)
    {
        if (Math.Abs(number) < 1e15 && number == Math.Truncate(number)) return ((long)number).ToString(CultureInfo.InvariantCulture);
        return number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
    }

    /// <summary>Decimal, <c>0x</c>, <c>0o</c>, <c>0b</c>, and the old octal form with a leading zero, of any size.</summary>
    private static bool TryInteger(string text, out BigInteger value)
    {
        value = BigInteger.Zero;
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        if (digits.Length == 0 || !char.IsAsciiDigit(digits[0])) return false;
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var skip) = digits[1] switch
            {
                'x' or 'X' => (16, 2),
                'o' or 'O' => (8, 2),
                'b' or 'B' => (2, 2),
                _ => (8, 1),
            };
            digits = digits[skip..];
            if (digits.Length == 0) return false;
        }

        if (radix == 10)
        {
            foreach (var c in digits)
            {
                if (!char.IsAsciiDigit(c)) return false;
            }

            value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        else
        {
            foreach (var c in digits)
            {
                if (!char.IsAsciiHexDigit(c)) return false;
                var digit = Convert.ToInt32(c.ToString(), 16);
                if (digit >= radix) return false;
                value = (value * radix) + digit;
            }
        }

        if (negative) value = -value;
        return true;
    }

    /// <summary>An optional sign, digits with at most one point and at least one digit, an optional exponent.</summary>
    private static bool HasFloatForm(ReadOnlySpan<char> text)
    {
        var i = text[0] is ('+' or '-') ? 1 : 0;
        var whole = CountDigits(text, ref i);
        var fraction = 0;
        if (i < text.Length && text[i] == '.')
        {
            i++;
            fraction = CountDigits(text, ref i);
        }

        if (whole + fraction == 0) return false;
        if (i < text.Length && text[i] is ('e' or 'E'))
        {
            i++;
            if (i < text.Length && text[i] is ('+' or '-')) i++;
            if (CountDigits(text, ref i) == 0) return false;
        }

        return i == text.Length;
    }

    /// <summary>Four digits, a dash, one or two digits, a dash, a digit: upstream reads these as timestamps, which end up as their own text.</summary>
    private static bool LooksLikeTimestamp(ReadOnlySpan<char> text)
    {
        var i = 0;
        if (CountDigits(text, ref i) != 4 || i >= text.Length || text[i++] != '-') return false;
        if (CountDigits(text, ref i) is not (1 or 2) || i >= text.Length || text[i++] != '-') return false;
        return i < text.Length && char.IsAsciiDigit(text[i]);
    }

    private static int CountDigits(ReadOnlySpan<char> text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
        return position - start;
    }
}
