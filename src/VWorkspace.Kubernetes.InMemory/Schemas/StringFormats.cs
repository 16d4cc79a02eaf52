using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// The string formats that the server checks (the registry of kube-openapi's strfmt). It ignores every other format, the numeric ones included.
/// </summary>
internal static class StringFormats
{
    /// <summary>Whether the server checks this format at all.</summary>
    public static bool IsKnown(string format) => Normalize(format) is "bsonobjectid" or "uri" or "email" or "hostname" or "ipv4" or "ipv6" or "cidr" or "mac"
        or "uuid" or "uuid3" or "uuid4" or "uuid5" or "isbn" or "isbn10" or "isbn13" or "creditcard" or "ssn" or "hexcolor" or "rgbcolor"
        or "byte" or "password" or "date" or "duration" or "datetime" or "k8sshortname" or "k8slongname";

    /// <summary>Whether a text has a known format; texts of an unknown format always pass.</summary>
    public static bool IsValid(string format, string text) => Normalize(format) switch
    {
        "datetime" => IsDateTime(text),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => GoDuration.TryParseLoose(text, out _),
        "byte" => Base64.IsValid(text),
        "uri" => IsUri(text),
        "email" => s_email.IsMatch(text),
        "hostname" => text.Length is > 0 and <= 255 && s_hostName.IsMatch(text),
        "ipv4" => IsIPv4(text),
        "ipv6" => text.Contains(':') && !text.Contains('%') && IPAddress.TryParse(text, out _),
        "cidr" => IPNetwork.TryParse(text, out _) || IsCidr(text),
        "mac" => s_mac.IsMatch(text),
        "uuid" => s_uuid.IsMatch(text),
        "uuid3" => s_uuid.IsMatch(text) && VersionDigit(text) == '3',
        "uuid4" => s_uuid.IsMatch(text) && VersionDigit(text) == '4' && VariantDigit(text) is ('8' or '9' or 'a' or 'A' or 'b' or 'B'),
        "uuid5" => s_uuid.IsMatch(text) && VersionDigit(text) == '5' && VariantDigit(text) is ('8' or '9' or 'a' or 'A' or 'b' or 'B'),
        "bsonobjectid" => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        "isbn10" => IsIsbn10(text),
        "isbn13" => IsIsbn13(text),
        "isbn" => IsIsbn10(text) || IsIsbn13(text),
        "creditcard" => IsLuhn(text),
        "ssn" => s_ssn.IsMatch(text),
        "hexcolor" => s_hexColor.IsMatch(text),
        "rgbcolor" => s_rgbColor.IsMatch(text),
        "k8sshortname" => DnsNames.IsLabel(text).Count == 0,
        "k8slongname" => DnsNames.IsSubdomain(text).Count == 0,
        _ => true,
    };

    public static bool IsIPv4(string text) => text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out var address)
        && address.AddressFamily == AddressFamily.InterNetwork && string.Equals(address.ToString(), text, StringComparison.Ordinal);

    private static string Normalize(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static bool IsDateTime(string text) => s_dateTime.IsMatch(text)
        && DateTimeOffset.TryParse(text.Replace('t', 'T').Replace('z', 'Z'), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static bool IsUri(string text) => text.Length > 0 && !text.Contains(' ') && (text[0] == '/' || Uri.TryCreate(text, UriKind.Absolute, out _));

    private static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static char VersionDigit(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal)[12];

    private static char VariantDigit(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal)[16];

    private static bool IsIsbn10(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length != 10) return false;
        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            if (digits[i] == 'X' && i == 9) sum += 10;
            else if (char.IsAsciiDigit(digits[i])) sum += (10 - i) * (digits[i] - '0');
            else return false;
        }

        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return digits.Length == 13 && digits.All(char.IsAsciiDigit) && digits.Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 3)).Sum() % 10 == 0;
    }

    private static bool IsLuhn(string text)
    {
        var digits = new string(text.Where(char.IsAsciiDigit).ToArray());
        if (digits.Length is < 13 or > 19) return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    private static readonly Regex s_dateTime = new(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[tT][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_email = new(@"^[^\s@<>]+@[^\s@<>]+\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_hostName = new(@"^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_mac = new(@"^([0-9a-fA-F]{2}[:-]){5}([0-9a-fA-F]{2}[:-]){0,2}[0-9a-fA-F]{2}\z|^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_uuid = new(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_ssn = new(@"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_hexColor = new(@"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
    private static readonly Regex s_rgbColor = new(@"^rgb\(\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*\)\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Regex.InfiniteMatchTimeout);
}
