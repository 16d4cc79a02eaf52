using System.Net;
using VWorkspace.Operator.CommandLine;

namespace VWorkspace.Operator.Hosting;

/// <summary>What the operator takes from the process it runs in. Nothing here is a setting: the executable gives it the real thing, a test or the sandbox another.</summary>
public sealed record OperatorSurroundings
{
    /// <summary>Where log lines go, UTF-8, one write per batch of lines. Never closed by the operator. Default: nowhere.</summary>
    public Stream Log { get; init; } = Stream.Null;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Seed of everything random (jitter, back-off); null for a new one each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Called once, when the listeners of health and metrics accept connections. The API server may still be away and nothing may be ready.</summary>
    public Action<ListeningAddresses>? OnListening { get; init; }

    /// <summary>Called once, when the webhooks accept connections; never when they are off.</summary>
    public Action<IPEndPoint>? OnWebhooksListening { get; init; }

    /// <summary>Ends the graceful stop at once: running reconciles are cancelled too.</summary>
    public CancellationToken Abort { get; init; }

    /// <summary>Says why the graceful stop was asked for, for the log line; for instance the name of the signal.</summary>
    public Func<string> StopReason { get; init; } = static () => "cancelled";

    /// <summary>Appended to the names of meters, so that the series of several operators in one process stay apart. Default: nothing.</summary>
    public string MeterSuffix { get; init; } = "";

    /// <summary>Flags that were given and do nothing; each is named in a warning.</summary>
    internal IReadOnlyList<FlagWarning> IgnoredFlags { get; init; } = [];
}

/// <summary>The addresses that were bound; a port 0 has become a real one.</summary>
/// <param name="Health">Health listener, or null when it is off.</param>
/// <param name="Metrics">Metrics listener, or null when it is off.</param>
public sealed record ListeningAddresses(IPEndPoint? Health, IPEndPoint? Metrics);
