using System.Globalization;
using System.Text;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Durations in Go's notation (<c>1h30m</c>, <c>-1.5s</c>, <c>0</c>), counted in nanoseconds.</summary>
internal static class GoDuration
{
    public const long Second = 1_000_000_000;

    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;
        decimal sum = 0;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAnyExceptInRange('0', '9') is var n and >= 0 ? n : rest.Length;
            if (length < rest.Length && rest[length] == '.')
            {
                var fraction = rest[(length + 1)..];
                length += 1 + (fraction.IndexOfAnyExceptInRange('0', '9') is var f and >= 0 ? f : fraction.Length);
            }

            if (length == 0 || rest[..length] is "." || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[length..];
            var unitLength = rest.IndexOfAny(".0123456789") is var u and >= 0 ? u : rest.Length;
            var unit = Unit(rest[..unitLength]);
            if (unit == 0 || number > long.MaxValue) return false;
            sum += number * unit;
            rest = rest[unitLength..];
        }

        if (sum > long.MaxValue) return false;
        nanoseconds = (long)(negative ? -sum : sum);
        return true;
    }

    /// <summary>What the <c>duration</c> format takes besides: whole numbers with units up to weeks, such as <c>2 days 3 hours</c>.</summary>
    public static bool TryParseLoose(string text, out long nanoseconds)
    {
        if (TryParse(text, out nanoseconds)) return true;
        decimal sum = 0;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..].TrimStart();
            var length = rest.IndexOfAny(" 0123456789") is var n and >= 0 ? n : rest.Length;
            var unit = LooseUnit(rest[..length]);
            if (unit == 0 || number > long.MaxValue) return false;
            sum += number * unit;
            rest = rest[length..].TrimStart();
        }

        if (sum > long.MaxValue) return false;
        nanoseconds = (long)sum;
        return true;
    }

    /// <summary>Go's <c>Duration.String()</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0) return "0s";
        var text = new StringBuilder(nanoseconds < 0 ? "-" : "");
        var n = Math.Abs((decimal)nanoseconds);
        if (n < Second)
        {
            var (unit, name) = n < 1000 ? (1m, "ns") : n < 1_000_000 ? (1000m, "µs") : (1_000_000m, "ms");
            return text.Append(Plain(n / unit)).Append(name).ToString();
        }

        var seconds = n / Second;
        var hours = decimal.Truncate(seconds / 3600);
        var minutes = decimal.Truncate((seconds - (hours * 3600)) / 60);
        if (hours > 0) text.Append(Plain(hours)).Append('h');
        if (hours > 0 || minutes > 0) text.Append(Plain(minutes)).Append('m');
        return text.Append(Plain(seconds - (hours * 3600) - (minutes * 60))).Append('s').ToString();
    }

    private static string Plain(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static long Unit(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1000,
        "ms" => 1_000_000,
        "s" => Second,
        "m" => 60 * Second,
        "h" => 3600 * Second,
        _ => 0,
    };

    private static long LooseUnit(ReadOnlySpan<char> unit) => unit switch
    {
        "nano" or "nanosecond" or "nanoseconds" => 1,
        "micro" or "microsecond" or "microseconds" => 1000,
        "milli" or "millisecond" or "milliseconds" => 1_000_000,
        "sec" or "second" or "seconds" => Second,
        "min" or "minute" or "minutes" => 60 * Second,
        "hr" or "hour" or "hours" => 3600 * Second,
        "d" or "day" or "days" => 24 * 3600 * Second,
        "w" or "week" or "weeks" or "wk" => 7 * 24 * 3600 * Second,
        _ => Unit(unit),
    };
}
