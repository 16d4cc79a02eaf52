using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A Kubernetes quantity such as <c>1.5Gi</c> or <c>200m</c>, exact to 28 digits; finer parts than a nano are rounded up.</summary>
internal sealed class CelQuantity : IEquatable<CelQuantity>
{
    private static readonly (string Suffix, decimal Factor)[] s_suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m), ("Ei", 1152921504606846976m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1000m), ("M", 1000000m), ("G", 1000000000m), ("T", 1000000000000m), ("P", 1000000000000000m), ("E", 1000000000000000000m),
    ];

    private readonly string? _text;

    private CelQuantity(decimal value, string? text)
    {
        Value = value;
        _text = text;
    }

    public decimal Value { get; }

    public bool IsInteger => Value == decimal.Truncate(Value) && Value is >= long.MinValue and <= long.MaxValue;

    public static CelQuantity? Parse(string text)
    {
        var number = text.AsSpan();
        var factor = 1m;
        foreach (var (suffix, scale) in s_suffixes)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            number = number[..^suffix.Length];
            factor = scale;
            break;
        }

        if (number.IsEmpty || number.ContainsAny(' ', ',') || !(char.IsAsciiDigit(number[0]) || number[0] is '+' or '-' or '.')) return null;
        if (factor != 1m && number.ContainsAny('e', 'E')) return null;
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return null;
        try
        {
            return new CelQuantity(value * factor, text);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    public static CelQuantity Of(decimal value) => new(value, null);

    public bool Equals(CelQuantity? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as CelQuantity);

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => _text ?? (Value == decimal.Truncate(Value)
        ? decimal.Truncate(Value).ToString(CultureInfo.InvariantCulture)
        : $"{(Value * 1000).ToString("0.######", CultureInfo.InvariantCulture)}m");
}
