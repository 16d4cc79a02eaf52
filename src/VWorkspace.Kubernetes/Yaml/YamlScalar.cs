using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

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
internal readonly partial record struct YamlScalar(YamlScalarKind Kind, string Text)
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
        if (LooksLikeTimestamp().IsMatch(text)) return String(text);
        var plain = first == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        if (TryInteger(plain, out var integer)) return new(YamlScalarKind.Number, integer.ToString(CultureInfo.InvariantCulture));
        if (!FloatForm().IsMatch(plain) || !double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return String(text);
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

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FloatForm();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LooksLikeTimestamp();
}
