using System.Runtime.InteropServices;

namespace VWorkspace.Kubernetes;

/// <summary>How the client behaves on the wire. All defaults are fit for a controller inside a cluster.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>Clock of time-outs, back-off, rate limit and credential expiry.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of jitter; null seeds one at random. Access is serialised by the client.</summary>
    public Random? Random { get; init; }

    /// <summary>User-Agent header; the server's audit log and, without a field manager, <c>managedFields</c> show it.</summary>
    public string UserAgent { get; init; } = DefaultUserAgent;

    /// <summary>Longest time to make a connection, TLS included. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest time from sending a request to the end of its answer, for each attempt; for a watch to its response head. Default 60 s, which is also what
    /// an API server allows itself. A list with its own <see cref="ListOptions.Timeout"/> gets that time and 10 s on top.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>HTTP/2 (negotiated by ALPN, so only with TLS); HTTP/1.1 otherwise. Default true.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Silence on an HTTP/2 connection after which it is pinged. Default 20 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time in which a ping must be answered, or the connection is given up. Default 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an unused connection is kept. Default 2 min.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most requests under way at once; more wait in order. An open watch does not count. Default 64.</summary>
    public int MaxConcurrentRequests { get; init; } = 64;

    /// <summary>
    /// Most requests to single <c>coordination.k8s.io</c> leases under way at once. They have a lane and a connection of their own and are exempt from
    /// <see cref="Qps"/>, so that leader election is never starved. Default 4.
    /// </summary>
    public int MaxConcurrentLeaseRequests { get; init; } = 4;

    /// <summary>Requests a second over time, or null for no limit of our own (the server has one: priority and fairness). Default null.</summary>
    public double? Qps { get; init; }

    /// <summary>Requests that may go out at once before <see cref="Qps"/> holds. Default 30.</summary>
    public int Burst { get; init; } = 30;

    /// <summary>
    /// Most repetitions of one call. Reads are repeated after connection faults, writes only when no connection could be made, every verb after 429 and 503 with
    /// <c>Retry-After</c>. Default 5; 0 never repeats.
    /// </summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Longest time a call may spend on repetitions; one that would start later is not made. Default 30 s.</summary>
    public TimeSpan MaxRetryTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest time without any byte on a watch that asked for bookmarks; see <see cref="WatchOptions.IdleTimeout"/>. Default 150 s: two and a half bookmarks of a
    /// real API server. A watch without bookmarks has no idle time unless it asks for one.
    /// </summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>
    /// Longest line of a watch and longest item of a list in bytes. Default 16 MiB, ten times the largest object that etcd stores by default. A longer
    /// one is told as undecodable without being kept in memory (watch) or ends the call (list).
    /// </summary>
    public int MaxObjectBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Stands in for the network, for instance the handler of a test host; null makes real connections. Not disposed by the client.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>What timers can still be set to.</summary>
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private static string DefaultUserAgent { get; } =
        $"vworkspace-kubernetes/{typeof(KubernetesClientOptions).Assembly.GetName().Version?.ToString(2) ?? "0.0"} "
        + $"({(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}/{ArchitectureName})";

    private static string ArchitectureName => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    internal KubernetesClientOptions Validated()
    {
        Positive(ConnectTimeout, nameof(ConnectTimeout));
        Positive(RequestTimeout, nameof(RequestTimeout));
        Positive(KeepAlivePingDelay, nameof(KeepAlivePingDelay));
        Positive(KeepAlivePingTimeout, nameof(KeepAlivePingTimeout));
        Positive(ConnectionIdleTimeout, nameof(ConnectionIdleTimeout));
        Positive(WatchIdleTimeout, nameof(WatchIdleTimeout), infinite: true);
        AtLeast(MaxConcurrentRequests, 1, nameof(MaxConcurrentRequests));
        AtLeast(MaxConcurrentLeaseRequests, 1, nameof(MaxConcurrentLeaseRequests));
        AtLeast(MaxObjectBytes, 4096, nameof(MaxObjectBytes));
        AtLeast(MaxRetries, 0, nameof(MaxRetries));
        if (MaxRetryTime < TimeSpan.Zero) throw new ArgumentException($"{nameof(KubernetesClientOptions)}.{nameof(MaxRetryTime)} must not be negative");
        if (Qps is { } qps && !(qps > 0 && double.IsFinite(qps))) throw new ArgumentException($"{nameof(KubernetesClientOptions)}.{nameof(Qps)} must be above 0, or null for no limit");
        if (Qps is not null) AtLeast(Burst, 1, nameof(Burst));
        if (string.IsNullOrWhiteSpace(UserAgent) || UserAgent.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"{nameof(KubernetesClientOptions)}.{nameof(UserAgent)} must be printable ASCII and not empty");
        return this;
    }

    private static void Positive(TimeSpan value, string name, bool infinite = false)
    {
        if ((value > TimeSpan.Zero && value <= LongestTimeout) || (infinite && value == Timeout.InfiniteTimeSpan)) return;
        throw new ArgumentException($"{nameof(KubernetesClientOptions)}.{name} must be above zero and at most {LongestTimeout.TotalDays.ToString(System.Globalization.CultureInfo.InvariantCulture)} days");
    }

    private static void AtLeast(int value, int least, string name)
    {
        if (value < least) throw new ArgumentException($"{nameof(KubernetesClientOptions)}.{name} must be at least {least.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}
