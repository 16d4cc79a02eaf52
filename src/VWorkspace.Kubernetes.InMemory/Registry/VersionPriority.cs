using System.Globalization;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Registry;

/// <summary>Orders API versions by stability, then number: v2, v1, v2beta1, v1beta1, v1alpha1, then others by name.</summary>
internal sealed partial class VersionPriority : IComparer<string>
{
    public static VersionPriority Comparer { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (Rank(x ?? ""), Rank(y ?? ""));
        var order = left.CompareTo(right);
        // Names that are no Kubernetes versions come last, in alphabetical order.
        return order != 0 ? order : string.CompareOrdinal(y, x);
    }

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success) return (0, 0, 0);
        var stability = match.Groups["stage"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (stability, Number(match.Groups["major"]), Number(match.Groups["minor"]));
    }

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^v(?<major>[1-9][0-9]*)((?<stage>alpha|beta)(?<minor>[1-9][0-9]*))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
