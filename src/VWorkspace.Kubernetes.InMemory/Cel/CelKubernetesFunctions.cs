using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The Kubernetes libraries: URLs, IP addresses and ranges, quantities, named formats.</summary>
internal static class CelKubernetesFunctions
{
    public static object? Call(string function, object[] a)
    {
        if (a.Length == 0) return function.StartsWith("format.", StringComparison.Ordinal) ? new CelNamedFormat(function["format.".Length..]) : null;
        return a[0] switch
        {
            string s when function is "semver" or "isSemver" => OfSemverText(function, s, a.Length == 2 && a[1] is true),
            CelSemver version => OfSemver(function, version, a),
            string s when a.Length == 1 => OfText(function, s),
            Uri url when a.Length == 1 => OfUrl(function, url),
            CelIp ip when a.Length == 1 => OfIp(function, ip.Address),
            CelCidr cidr => OfCidr(function, cidr, a),
            CelQuantity quantity => OfQuantity(function, quantity, a),
            CelNamedFormat format when function == "validate" && a is [_, string text] => Validate(format, text),
            _ => null,
        };
    }

    private static object? OfText(string function, string s) => function switch
    {
        "url" => ParseUrl(s) ?? (object)new CelError($"URL parse error during conversion from string: parse {GoText.Quote(s)}: invalid URI for request"),
        "isURL" => ParseUrl(s) is not null,
        "ip" => ParseIp(s) is { } ip ? new CelIp(ip) : new CelError($"IP Address {GoText.Quote(s)} parse error during conversion from string: ParseAddr({GoText.Quote(s)}): unable to parse IP"),
        "isIP" => ParseIp(s) is not null,
        "ip.isCanonical" => ParseIp(s) is { } ip ? string.Equals(ip.ToString(), s, StringComparison.Ordinal) : new CelError($"IP Address {GoText.Quote(s)} parse error during conversion from string: ParseAddr({GoText.Quote(s)}): unable to parse IP"),
        "cidr" => ParseCidr(s) ?? (object)new CelError($"network address parse error during conversion from string: netip.ParsePrefix({GoText.Quote(s)}): no '/'"),
        "isCIDR" => ParseCidr(s) is not null,
        "quantity" => CelQuantity.Parse(s) ?? (object)new CelError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        "isQuantity" => CelQuantity.Parse(s) is not null,
        "format.named" => new CelOptional(s is "dns1123Label" or "dns1123Subdomain" or "dns1035Label" or "uri" or "uuid" or "byte" or "date" or "datetime" ? new CelNamedFormat(s) : null),
        _ => null,
    };

    private static object OfSemverText(string function, string s, bool normalize)
    {
        var version = CelSemver.Parse(s, normalize);
        return function == "isSemver" ? version is not null : version ?? (object)new CelError("No Major.Minor.Patch elements found");
    }

    private static object? OfSemver(string function, CelSemver version, object[] a) => (function, a.Length) switch
    {
        ("major", 1) => (long)version.Major,
        ("minor", 1) => (long)version.Minor,
        ("patch", 1) => (long)version.Patch,
        ("isGreaterThan", 2) when a[1] is CelSemver other => version.CompareTo(other) > 0,
        ("isLessThan", 2) when a[1] is CelSemver other => version.CompareTo(other) < 0,
        ("compareTo", 2) when a[1] is CelSemver other => (long)version.CompareTo(other),
        _ => null,
    };

    private static Uri? ParseUrl(string s)
    {
        if (s.Length == 0 || s.Contains(' ')) return null;
        if (s[0] == '/') return new Uri(s, UriKind.Relative);
        return s.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(s, UriKind.Absolute, out var url) ? url : null;
    }

    private static object? OfUrl(string function, Uri url)
    {
        var absolute = url.IsAbsoluteUri;
        var rest = absolute ? url.PathAndQuery : url.OriginalString;
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        switch (function)
        {
            case "getScheme": return absolute ? url.Scheme : "";
            case "getHost": return !absolute ? "" : HasPort(url) ? $"{HostName(url)}:{url.Port.ToString(CultureInfo.InvariantCulture)}" : HostName(url);
            case "getHostname": return absolute ? HostName(url).Trim('[', ']') : "";
            case "getPort": return absolute && HasPort(url) ? url.Port.ToString(CultureInfo.InvariantCulture) : "";
            case "getEscapedPath":
                var path = question < 0 ? rest : rest[..question];

                // .NET adds the slash that the author left out.
                return absolute && path == "/" && !url.OriginalString.TrimEnd('?').EndsWith('/') ? "" : path;
            case "getQuery": return Query(question < 0 ? "" : rest[(question + 1)..]);
            default: return null;
        }
    }

    private static bool HasPort(Uri url) => url.Authority.EndsWith($":{url.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
        || url.OriginalString.Contains($"{url.Host}:{url.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.OrdinalIgnoreCase);

    private static string HostName(Uri url) => url.Host;

    private static CelMapValue Query(string query)
    {
        var entries = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('=', 2))
            .Select(p => (Key: Uri.UnescapeDataString(p[0].Replace('+', ' ')), Value: p.Length == 2 ? Uri.UnescapeDataString(p[1].Replace('+', ' ')) : ""))
            .GroupBy(p => p.Key, StringComparer.Ordinal)
            .Select(g => new KeyValuePair<object, object>(g.Key, new CelListValue([.. g.Select(p => p.Value)])));
        return new CelMapValue([.. entries]);
    }

    private static IPAddress? ParseIp(string s)
    {
        if (!s.Contains(':')) return StringFormats.IsIPv4(s) ? IPAddress.Parse(s) : null;

        // Go refuses zones and addresses of IPv4 written as IPv6.
        return !s.Contains('%') && !s.Contains('[') && IPAddress.TryParse(s, out var ip) && !ip.IsIPv4MappedToIPv6 ? ip : null;
    }

    private static CelCidr? ParseCidr(string s)
    {
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || ParseIp(s[..slash]) is not { } ip) return null;
        var bits = s[(slash + 1)..];
        if (bits.Length == 0 || (bits.Length > 1 && bits[0] == '0') || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return null;
        return length <= Bits(ip) ? new CelCidr(ip, length) : null;
    }

    private static int Bits(IPAddress ip) => ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static object? OfIp(string function, IPAddress ip)
    {
        var bytes = ip.GetAddressBytes();
        var v4 = bytes.Length == 4;
        var multicast = v4 ? bytes[0] is >= 224 and <= 239 : ip.IsIPv6Multicast;
        var linkLocal = v4 ? bytes is [169, 254, ..] : ip.IsIPv6LinkLocal;
        var unspecified = ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return function switch
        {
            "family" => v4 ? 4L : 6L,
            "isUnspecified" => unspecified,
            "isLoopback" => IPAddress.IsLoopback(ip),
            "isLinkLocalMulticast" => v4 ? bytes is [224, 0, 0, _] : bytes is [0xff, var scope, ..] && (scope & 0x0f) == 2,
            "isLinkLocalUnicast" => linkLocal,
            "isGlobalUnicast" => !unspecified && !IPAddress.IsLoopback(ip) && !multicast && !linkLocal && !ip.Equals(IPAddress.Broadcast),
            _ => null,
        };
    }

    private static object? OfCidr(string function, CelCidr cidr, object[] a) => (function, a.Length) switch
    {
        ("ip", 1) => new CelIp(cidr.Address),
        ("prefixLength", 1) => (long)cidr.PrefixLength,
        ("masked", 1) => new CelCidr(Mask(cidr.Address, cidr.PrefixLength), cidr.PrefixLength),
        ("containsIP", 2) when a[1] is CelIp ip => Contains(cidr, ip.Address),
        ("containsIP", 2) when a[1] is string s => ParseIp(s) is { } ip ? Contains(cidr, ip) : OfText("ip", s),
        ("containsCIDR", 2) when a[1] is CelCidr other => Contains(cidr, other),
        ("containsCIDR", 2) when a[1] is string s => ParseCidr(s) is { } other ? Contains(cidr, other) : OfText("cidr", s),
        _ => null,
    };

    private static bool Contains(CelCidr cidr, CelCidr other) => other.PrefixLength >= cidr.PrefixLength && Contains(cidr, other.Address);

    private static bool Contains(CelCidr cidr, IPAddress ip) => Bits(ip) == Bits(cidr.Address) && Mask(ip, cidr.PrefixLength).Equals(Mask(cidr.Address, cidr.PrefixLength));

    private static IPAddress Mask(IPAddress ip, int length)
    {
        var bytes = ip.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff00 >> kept);
        }

        return new IPAddress(bytes);
    }

    private static object? OfQuantity(string function, CelQuantity quantity, object[] a) => (function, a.Length) switch
    {
        ("sign", 1) => (long)Math.Sign(quantity.Value),
        ("isInteger", 1) => quantity.IsInteger,
        ("asInteger", 1) => quantity.IsInteger ? (long)quantity.Value : new CelError("cannot convert value to integer"),
        ("asApproximateFloat", 1) => (double)quantity.Value,
        ("isGreaterThan", 2) when a[1] is CelQuantity q => quantity.Value > q.Value,
        ("isLessThan", 2) when a[1] is CelQuantity q => quantity.Value < q.Value,
        ("compareTo", 2) when a[1] is CelQuantity q => (long)quantity.Value.CompareTo(q.Value),
        ("add", 2) when a[1] is CelQuantity q => CelQuantity.Of(quantity.Value + q.Value),
        ("add", 2) when a[1] is long l => CelQuantity.Of(quantity.Value + l),
        ("sub", 2) when a[1] is CelQuantity q => CelQuantity.Of(quantity.Value - q.Value),
        ("sub", 2) when a[1] is long l => CelQuantity.Of(quantity.Value - l),
        _ => null,
    };

    private static CelOptional Validate(CelNamedFormat format, string text)
    {
        IReadOnlyList<string> problems = format.Name switch
        {
            "dns1123Label" => DnsNames.IsLabel(text),
            "dns1123Subdomain" => DnsNames.IsSubdomain(text),
            "dns1035Label" => DnsNames.IsDns1035Label(text),
            "uri" => ParseUrl(text) is null ? [$"parse {GoText.Quote(text)}: invalid URI for request"] : [],
            "uuid" => StringFormats.IsValid("uuid", text) ? [] : ["does not match the UUID format"],
            "byte" => StringFormats.IsValid("byte", text) ? [] : ["invalid base64"],
            "date" => StringFormats.IsValid("date", text) ? [] : ["invalid date"],
            "datetime" => StringFormats.IsValid("datetime", text) ? [] : ["invalid datetime"],
            _ => [],
        };
        return problems.Count == 0 ? CelOptional.None : new CelOptional(new CelListValue([.. problems]));
    }
}
