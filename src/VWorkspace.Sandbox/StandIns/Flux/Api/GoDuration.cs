using System.Globalization;
using System.Text;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Durations as Go writes and reads them: <c>10m0s</c>, <c>1.5h</c>, <c>300ms</c>.</summary>
internal static class GoDuration
{
    /// <summary>Reads a duration; null when the text is empty or not a duration.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        double seconds = 0;
        int i = 0;
        while (i < text.Length)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            if (i == start || !double.TryParse(text.AsSpan(start, i - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return null;
            int unit = i;
            while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
            double? factor = text[unit..i] switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001, _ => null };
            if (factor is null) return null;
            seconds += number * factor.Value;
        }

        return seconds > TimeSpan.MaxValue.TotalSeconds / 2 ? null : TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Writes a duration as Go's <c>Duration.String</c> does, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(duration.TotalMilliseconds)}ms");
        var text = new StringBuilder();
        if (duration.TotalHours >= 1) text.Append(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours}h");
        if (duration.TotalMinutes >= 1) text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        return text.Append(CultureInfo.InvariantCulture, $"{duration.Seconds + Math.Round(duration.Milliseconds / 1000.0, 3):0.###}s").ToString();
    }
}
