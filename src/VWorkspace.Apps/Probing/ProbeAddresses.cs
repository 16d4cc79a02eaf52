using System.Net;
using System.Net.Sockets;

namespace VWorkspace.Apps.Probing;

/// <summary>
/// Which addresses a readiness check may reach. People write the targets, the operator makes the connections: the operator's own listeners
/// and the metadata services of clouds must stay out of reach, whatever name points to them.
/// </summary>
internal static class ProbeAddresses
{
    /// <summary>False for loopback, link-local, unspecified and multicast addresses, also when they are IPv4 inside IPv6.</summary>
    public static bool IsAllowed(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any)) return false;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6) return !plain.IsIPv6LinkLocal && !plain.IsIPv6Multicast;
        Span<byte> bytes = stackalloc byte[4];
        plain.TryWriteBytes(bytes, out _);
        bool linkLocal = bytes[0] == 169 && bytes[1] == 254;
        return !linkLocal && bytes[0] is not (0 or 127) && bytes[0] < 224;
    }
}

/// <summary>Connects to a host after its addresses were resolved and checked.</summary>
internal sealed class ProbeConnector(Func<IPAddress, bool> isAllowed)
{
    /// <exception cref="ProbeRefusedException">All addresses of the host are refused.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(target.Host.Trim('[', ']'), out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        IPAddress[] allowed = [.. addresses.Where(isAllowed)];
        if (allowed.Length == 0) throw new ProbeRefusedException($"address of {target.Host} is not allowed");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The checked addresses, not the name: a name can be resolved differently a moment later.
            await socket.ConnectAsync(allowed, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A check that must not be made.</summary>
internal sealed class ProbeRefusedException(string message) : IOException(message);
