using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace VWorkspace.Operator.Settings;

/// <summary>Where a listener listens, in the text form of Go programs: <c>:8080</c>, <c>127.0.0.1:0</c>, <c>[::1]:9443</c>, or <c>0</c> for no listener.</summary>
public sealed record BindAddress
{
    private BindAddress(IPAddress? address, int port) => (Address, Port) = (address, port);

    /// <summary>No listener.</summary>
    public static BindAddress Off { get; } = new(null, -1);

    /// <summary>Interface; null for all of them, IPv4 and IPv6.</summary>
    public IPAddress? Address { get; }

    /// <summary>Port; 0 lets the system choose one, −1 when the listener is off.</summary>
    public int Port { get; }

    /// <summary>False when there is to be no listener.</summary>
    public bool IsOn => Port >= 0;

    /// <summary>The end point to listen on.</summary>
    /// <exception cref="InvalidOperationException">The listener is off.</exception>
    public IPEndPoint EndPoint => IsOn ? new(Address ?? IPAddress.IPv6Any, Port) : throw new InvalidOperationException("the listener is off");

    /// <summary>All interfaces, one port.</summary>
    public static BindAddress AnyInterface(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return new(null, port);
    }

    /// <summary>One interface; port 0 lets the system choose.</summary>
    public static BindAddress On(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return new(address, port);
    }

    /// <summary>This machine only; port 0 lets the system choose.</summary>
    public static BindAddress Loopback(int port = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return new(IPAddress.Loopback, port);
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is no bind address; the message says what is expected.</exception>
    public static BindAddress Parse(string text) => TryParse(text, out BindAddress? parsed)
        ? parsed
        : throw new FormatException($"'{text}' is no address to listen on: expected HOST:PORT with an IP address or localhost as host, :PORT for all interfaces, or 0 for no listener");

    /// <summary>Reads the text form; false when it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BindAddress? parsed)
    {
        parsed = null;
        if (text == "0")
        {
            parsed = Off;
            return true;
        }
        int colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon < 0) return false;
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return false;
        string host = text[..colon];
        if (host.Length == 0)
        {
            parsed = new(null, port);
            return true;
        }
        if (host == "localhost")
        {
            parsed = Loopback(port);
            return true;
        }
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (host.Contains(':', StringComparison.Ordinal) != bracketed) return false;
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address)) return false;
        parsed = new(address, port);
        return true;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => this switch
    {
        { IsOn: false } => "0",
        { Address: null } => string.Create(CultureInfo.InvariantCulture, $":{Port}"),
        _ => EndPoint.ToString(),
    };
}
