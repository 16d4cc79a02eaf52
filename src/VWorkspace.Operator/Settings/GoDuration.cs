using System.Globalization;
using System.Text;

namespace VWorkspace.Operator.Settings;

/// <summary>Durations in the text form of Go's <c>time.ParseDuration</c>: <c>1m30s</c>, <c>500ms</c>, <c>1.5h</c>, <c>-2s</c>, <c>0</c>.</summary>
public static class GoDuration
{
    private static readonly (string Unit, decimal Ticks)[] Units =
    [
        ("ns", 0.01m), ("us", 10m), ("µs", 10m), ("μs", 10m), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is no duration; the message shows the form.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out TimeSpan parsed)
        ? parsed
        : throw new FormatException($"'{text}' is no duration: expected for instance 30s, 1m30s, 500ms or 2h");

    /// <summary>Reads the text form; false when it is none or is out of range (about 290 years in Go, and here too).</summary>
    public static bool TryParse(string? text, out TimeSpan parsed)
    {
        parsed = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text)) return false;
        ReadOnlySpan<char> rest = text;
        bool negative = rest[0] == '-';
        if (rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;
        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            int digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (digits is 0 or > 24 || rest[..digits] is "." ||
                !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
            rest = rest[digits..];
            int letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.') letters++;
            if (TicksOf(rest[..letters]) is not { } unit) return false;
            rest = rest[letters..];
            if (number > long.MaxValue / unit) return false;
            ticks += number * unit;
            if (ticks > long.MaxValue / 100m) return false;
        }
        parsed = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>The text form, short: <c>1m30s</c>, <c>2h</c>, <c>500ms</c>, <c>0</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0";
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        decimal rest = Math.Abs((decimal)duration.Ticks);
        Whole("h", TimeSpan.TicksPerHour);
        Whole("m", TimeSpan.TicksPerMinute);
        if (rest >= TimeSpan.TicksPerSecond || (rest > 0 && text.Length > 1)) Remainder("s", TimeSpan.TicksPerSecond);
        else if (rest >= TimeSpan.TicksPerMillisecond) Remainder("ms", TimeSpan.TicksPerMillisecond);
        else if (rest > 0) Remainder("us", 10);
        return text.ToString();

        void Whole(string unit, long ticks)
        {
            decimal count = Math.Floor(rest / ticks);
            if (count > 0) text.Append(count.ToString(CultureInfo.InvariantCulture)).Append(unit);
            rest -= count * ticks;
        }

        void Remainder(string unit, long ticks) => text.Append((rest / ticks).ToString("0.#######", CultureInfo.InvariantCulture)).Append(unit);
    }

    private static decimal? TicksOf(ReadOnlySpan<char> unit)
    {
        foreach ((string name, decimal ticks) in Units)
            if (unit.SequenceEqual(name)) return ticks;
        return null;
    }
}
