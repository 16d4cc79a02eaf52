using System.Globalization;
using VWorkspace.Kubernetes.InMemory.Cel;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Quantities in the form in which the API stores them: the largest unit that needs no fraction (<c>resource.Quantity.String</c>).</summary>
internal static class GoQuantity
{
    private const decimal Nano = 0.000000001m;
    private static readonly string[] DecimalUnits = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinaryUnits = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    /// <summary>The canonical form, e.g. <c>1Gi</c> for <c>1024Mi</c>; the text itself when it is no quantity of a size that is seen in practice.</summary>
    public static string Canonical(string text)
    {
        if (CelQuantity.Parse(text) is not { Value: var value } || Math.Abs(value) > 9_000_000_000_000_000_000m) return text;
        if (value == 0) return "0";
        if (text.EndsWith('i') && Math.Abs(value) >= 1024 && value == decimal.Truncate(value)) return Binary(value);
        var usesExponent = text.AsSpan(0, text.Length - 1).ContainsAny('e', 'E');
        // What is finer than a nano is rounded away from zero.
        var nanos = value / Nano;
        nanos = value > 0 ? decimal.Ceiling(nanos) : decimal.Floor(nanos);
        var unit = 0;
        while (unit < DecimalUnits.Length - 1 && nanos % 1000 == 0)
        {
            nanos /= 1000;
            unit++;
        }

        var exponent = (unit - 3) * 3;
        var suffix = !usesExponent ? DecimalUnits[unit] : exponent == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"e{exponent}");
        return decimal.Truncate(nanos).ToString(CultureInfo.InvariantCulture) + suffix;
    }

    private static string Binary(decimal value)
    {
        var unit = 0;
        while (unit < BinaryUnits.Length - 1 && value % 1024 == 0)
        {
            value /= 1024;
            unit++;
        }

        return decimal.Truncate(value).ToString(CultureInfo.InvariantCulture) + BinaryUnits[unit];
    }
}
