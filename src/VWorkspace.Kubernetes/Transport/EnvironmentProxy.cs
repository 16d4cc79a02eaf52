using System.Net;
using System.Net.Sockets;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// The proxy of <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c> and <c>NO_PROXY</c> (either case) by the rules that kubectl follows
/// (Go's <c>httpproxy</c>): NO_PROXY knows <c>*</c>, host names with their subdomains, addresses, CIDR blocks and an optional port; the local
/// machine is never reached through a proxy.
/// </summary>
internal sealed class EnvironmentProxy(Func<string, string?> environment) : IWebProxy
{
    private readonly string[] _exceptions = (Variable(environment, "NO_PROXY") ?? string.Empty)
        .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private readonly WebProxy? _https = ProxyUrl.TryParse(Variable(environment, "HTTPS_PROXY"));
    private readonly WebProxy? _http = ProxyUrl.TryParse(Variable(environment, "HTTP_PROXY"));

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => _https?.Credentials ?? _http?.Credentials;
        set => throw new NotSupportedException("the proxy comes from the environment");
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        WebProxy? proxy = destination.Scheme == Uri.UriSchemeHttps ? _https : _http;
        return proxy is null || IsException(destination) ? null : proxy.Address;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private bool IsException(Uri destination)
    {
        string host = destination.IdnHost.Trim('[', ']');
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (address is not null && IPAddress.IsLoopback(address))) return true;
        foreach (string exception in _exceptions)
            if (Matches(exception, host, address, destination.Port)) return true;
        return false;
    }

    private static bool Matches(string exception, string host, IPAddress? address, int port)
    {
        if (exception == "*") return true;
        if (IPNetwork.TryParse(exception, out IPNetwork block)) return address is not null && block.BaseAddress.AddressFamily == address.AddressFamily && block.Contains(address);
        string pattern = exception;
        if (!IPAddress.TryParse(pattern, out IPAddress? exact))
        {
            int colon = pattern.LastIndexOf(':');
            if (colon > 0 && int.TryParse(pattern.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int onlyPort))
            {
                if (onlyPort != port) return false;
                pattern = pattern[..colon].Trim('[', ']');
                _ = IPAddress.TryParse(pattern, out exact);
            }
        }

        if (exact is not null) return exact.Equals(address);
        bool subdomainsOnly = pattern.StartsWith("*.", StringComparison.Ordinal) || pattern.StartsWith('.');
        pattern = pattern.TrimStart('*').TrimStart('.');
        if (pattern.Length == 0) return false;
        return (!subdomainsOnly && host.Equals(pattern, StringComparison.OrdinalIgnoreCase)) || host.EndsWith("." + pattern, StringComparison.OrdinalIgnoreCase);
    }

    private static string? Variable(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } upper ? upper : environment(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;
}

/// <summary>Addresses of proxies; a password in one is moved to where it cannot get into a message.</summary>
internal static class ProxyUrl
{
    /// <summary>Reads <c>http</c>, <c>https</c> and <c>socks5</c> addresses; a bare <c>host:port</c> is http. Null when it is none.</summary>
    public static WebProxy? TryParse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        string url = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "socks5") || uri.Host.Length == 0) return null;
        var proxy = new WebProxy(new UriBuilder(uri) { UserName = string.Empty, Password = string.Empty }.Uri);
        if (uri.UserInfo is { Length: > 0 } userInfo)
        {
            int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
            string user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
            proxy.Credentials = new NetworkCredential(user, colon < 0 ? string.Empty : Uri.UnescapeDataString(userInfo[(colon + 1)..]));
        }

        return proxy;
    }
}
