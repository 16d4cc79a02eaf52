using System.Globalization;
using System.Text;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The conversion functions <c>int</c>, <c>uint</c>, <c>double</c>, <c>string</c>, <c>bytes</c>, <c>bool</c>, <c>duration</c> and <c>timestamp</c>.</summary>
internal static class CelConversions
{
    public static object ToInt(object value) => value switch
    {
        long => value,
        ulong u => u <= long.MaxValue ? (long)u : CelError.IntegerOverflow,
        double d => d is > -9223372036854775809.0 and < 9223372036854775808.0 ? (long)d : CelError.IntegerOverflow,
        string s => long.TryParse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l : new CelError($"strconv.ParseInt: parsing {GoText.Quote(s)}: invalid syntax"),
        CelTimestamp t => t.Value.ToUnixTimeSeconds(),
        CelDuration d => d.Nanoseconds,
        _ => CelError.NoSuchOverload,
    };

    public static object ToUint(object value) => value switch
    {
        ulong => value,
        long l => l >= 0 ? (ulong)l : CelError.UnsignedOverflow,
        double d => d is >= 0 and < 18446744073709551616.0 ? (ulong)d : CelError.UnsignedOverflow,
        string s => ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var u) ? u : new CelError($"strconv.ParseUint: parsing {GoText.Quote(s)}: invalid syntax"),
        _ => CelError.NoSuchOverload,
    };

    public static object ToDouble(object value) => value switch
    {
        double => value,
        long l => (double)l,
        ulong u => (double)u,
        string s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d : new CelError($"strconv.ParseFloat: parsing {GoText.Quote(s)}: invalid syntax"),
        _ => CelError.NoSuchOverload,
    };

    public static object ToText(object value)
    {
        switch (value)
        {
            case string: return value;
            case bool b: return b ? "true" : "false";
            case long or ulong: return string.Create(CultureInfo.InvariantCulture, $"{value}");
            case double d: return GoText.Float(d);
            case CelTimestamp t: return CelText.Timestamp(t);
            case CelDuration d: return CelText.Duration(d);
            case Uri u: return u.OriginalString;
            case CelIp ip: return ip.Address.ToString();
            case CelCidr cidr: return string.Create(CultureInfo.InvariantCulture, $"{cidr.Address}/{cidr.PrefixLength}");
            case CelQuantity quantity: return quantity.ToString();
            case byte[] bytes:
                try
                {
                    return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
                }
                catch (DecoderFallbackException)
                {
                    return new CelError("invalid UTF-8 in bytes, cannot convert to string");
                }

            default: return CelError.NoSuchOverload;
        }
    }

    public static object ToBytes(object value) => value switch
    {
        byte[] => value,
        string s => Encoding.UTF8.GetBytes(s),
        _ => CelError.NoSuchOverload,
    };

    public static object ToBool(object value) => value switch
    {
        bool => value,
        "1" or "t" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "false" or "FALSE" or "False" => false,
        string s => new CelError($"type conversion error from '{s}' to 'bool'"),
        _ => CelError.NoSuchOverload,
    };

    public static object ToDuration(object value) => value switch
    {
        CelDuration => value,
        long l => new CelDuration(l),
        string s => GoDuration.TryParse(s, out var n) ? new CelDuration(n) : new CelError($"time: invalid duration {GoText.Quote(s)}"),
        _ => CelError.NoSuchOverload,
    };

    public static object ToTimestamp(object value) => value switch
    {
        CelTimestamp => value,
        long l => l is >= -62135596800 and <= 253402300799 ? new CelTimestamp(DateTimeOffset.FromUnixTimeSeconds(l)) : new CelError("timestamp overflow"),
        string s => Timestamp(s),
        _ => CelError.NoSuchOverload,
    };

    public static object Timestamp(string text) => StringFormats.IsValid("date-time", text)
        && DateTimeOffset.TryParse(text.Replace('t', 'T').Replace('z', 'Z'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? new CelTimestamp(time.ToUniversalTime())
        : new CelError($"parsing time {GoText.Quote(text)} as \"2006-01-02T15:04:05Z07:00\": cannot parse {GoText.Quote(text)} as \"2006\"");
}
