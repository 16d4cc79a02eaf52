using System.Globalization;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Order of resource versions. They are opaque by the letter, but decimal and comparable within a resource since KEP-5504; where they are not,
/// nothing is concluded from them.
/// </summary>
internal static class ResourceVersions
{
    /// <summary>True when both are numbers and <paramref name="a"/> is the older one.</summary>
    public static bool IsOlder(string? a, string? b) => TryParse(a, out ulong first) && TryParse(b, out ulong second) && first < second;

    /// <summary>True when both are numbers and <paramref name="a"/> is not older than <paramref name="b"/>.</summary>
    public static bool HasReached(string? a, string? b) => TryParse(a, out ulong first) && TryParse(b, out ulong second) && first >= second;

    private static bool TryParse(string? text, out ulong version) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version);
}
