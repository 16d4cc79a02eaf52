using System.Globalization;
using System.Text;

namespace VWorkspace.Apps.Rendering;

/// <summary>Durations as Flux takes them.</summary>
internal static class FluxDuration
{
    /// <summary>Like Go's <c>Duration.String</c> in whole milliseconds: <c>5m0s</c>, <c>1h0m0s</c>, <c>1.5s</c>.</summary>
    public static string Text(TimeSpan duration)
    {
        var text = new StringBuilder();
        long hours = (long)duration.TotalHours;
        if (hours > 0) text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (hours > 0 || duration.Minutes > 0) text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        decimal seconds = duration.Seconds + (duration.Milliseconds / 1000m);
        return text.Append(seconds.ToString("0.###", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    /// <summary>In seconds alone: <c>60s</c>.</summary>
    public static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s";
}
