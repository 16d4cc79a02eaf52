using System.Globalization;
using static System.FormattableString;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Times as Kubernetes writes them: RFC 3339, whole seconds, UTC.</summary>
internal static class Timestamps
{
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string FormatMicro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>A duration as <c>kubectl get</c> shows ages (<c>duration.HumanDuration</c>).</summary>
    public static string HumanDuration(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 120) return Invariant($"{seconds}s");
        var minutes = seconds / 60;
        if (minutes < 10) return seconds % 60 == 0 ? Invariant($"{minutes}m") : Invariant($"{minutes}m{seconds % 60}s");
        if (minutes < 180) return Invariant($"{minutes}m");
        var hours = minutes / 60;
        if (hours < 8) return minutes % 60 == 0 ? Invariant($"{hours}h") : Invariant($"{hours}h{minutes % 60}m");
        if (hours < 48) return Invariant($"{hours}h");
        var days = hours / 24;
        if (hours < 192) return hours % 24 == 0 ? Invariant($"{days}d") : Invariant($"{days}d{hours % 24}h");
        if (days < 365 * 2) return Invariant($"{days}d");
        var years = days / 365;
        return days < 365 * 8 && days % 365 != 0 ? Invariant($"{years}y{days % 365}d") : Invariant($"{years}y");
    }
}
