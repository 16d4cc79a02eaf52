using System.Text.RegularExpressions;
using VWorkspace.Api;

namespace VWorkspace.Apps.Validation;

/// <summary>Rules for where charts come from and which versions can be named.</summary>
internal static partial class ChartRules
{
    /// <summary>True for one concrete semantic version, with an optional leading <c>v</c>; ranges, wildcards and words are not.</summary>
    public static bool IsConcreteVersion(string version) => version.Length <= 128 && ConcreteVersion().IsMatch(version);

    /// <summary>Why a URL does not fit its source type, or null when it does.</summary>
    public static string? UrlFault(ChartReference chart, bool allowPlainHttp)
    {
        string url = chart.Url;
        string expected = chart.SourceType == ChartSourceType.Oci ? "oci://" : "https://";
        bool schemeFits = url.StartsWith(expected, StringComparison.Ordinal)
            || (chart.SourceType == ChartSourceType.Helm && allowPlainHttp && url.StartsWith("http://", StringComparison.Ordinal));
        if (!schemeFits) return $"must begin with {expected} for sourceType {chart.SourceType}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Host.Length == 0) return "is not a valid address";
        return parsed.UserInfo.Length > 0 || Authority(url).Contains('@', StringComparison.Ordinal) ? "must not contain a user name or password" : null;
    }

    /// <summary>True when the allow-list is empty or one of its prefixes covers the URL up to the end of a path segment.</summary>
    public static bool IsAllowed(string url, IReadOnlyList<string> allowed)
    {
        if (allowed.Count == 0) return true;
        string candidate = Normal(url);
        foreach (string entry in allowed)
        {
            string prefix = Normal(entry);
            if (candidate == prefix || candidate.StartsWith(prefix + "/", StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>True for a DNS label.</summary>
    public static bool IsDnsLabel(string name, int maxLength) => name.Length <= maxLength && DnsLabel().IsMatch(name);

    /// <summary>True for a DNS-1123 subdomain, the form of most object names and of host names.</summary>
    public static bool IsDnsName(string name) => name.Length is > 0 and <= 253 && DnsName().IsMatch(name);

    private static string Normal(string url)
    {
        string trimmed = url.TrimEnd('/');
        int scheme = trimmed.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return trimmed;
        int path = trimmed.IndexOf('/', scheme + 3);
        // Scheme and host do not distinguish upper and lower case; paths do. A dot segment could leave the allowed path.
        string head = (path < 0 ? trimmed : trimmed[..path]).ToLowerInvariant();
        string tail = path < 0 ? string.Empty : trimmed[path..];
        return tail.Contains("/..", StringComparison.Ordinal) || tail.Contains("/./", StringComparison.Ordinal) || tail.Contains('%', StringComparison.Ordinal)
            ? new Uri(head + tail).GetLeftPart(UriPartial.Path).TrimEnd('/')
            : head + tail;
    }

    private static string Authority(string url)
    {
        int start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = url.IndexOfAny(['/', '?', '#'], start);
        return end < 0 ? url[start..] : url[start..end];
    }

    [GeneratedRegex(@"^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ConcreteVersion();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DnsName();
}
