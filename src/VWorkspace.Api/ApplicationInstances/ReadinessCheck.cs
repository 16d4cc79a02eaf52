namespace VWorkspace.Api;

/// <summary>A check that the operator makes against the running application.</summary>
public sealed record ReadinessCheck
{
    /// <summary>Seconds between two checks when the object does not say.</summary>
    public const int DefaultIntervalSeconds = 30;

    /// <summary>Seconds that a check may take when the object does not say.</summary>
    public const int DefaultTimeoutSeconds = 5;

    /// <summary>Failures in a row that count when the object does not say.</summary>
    public const int DefaultFailureThreshold = 3;

    /// <summary>Unique in the list.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>See <see cref="ReadinessCheckType"/>.</summary>
    public string Type { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Address for HTTP.</summary>
    public string? Url { get; init; }

    /// <summary>Host for TCP.</summary>
    public string? Host { get; init; }

    /// <summary>Port for TCP.</summary>
    public int? Port { get; init; }

    /// <summary>Status codes that count as success; empty means 200 to 399.</summary>
    public IReadOnlyList<int> ExpectedStatus { get => field ?? []; init; } = [];

    /// <summary>Seconds between two checks, at least 5; null means <see cref="DefaultIntervalSeconds"/>.</summary>
    public int? IntervalSeconds { get; init; }

    /// <summary>Seconds that a check may take, 1 to 30; null means <see cref="DefaultTimeoutSeconds"/>.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Failures in a row that count; null means <see cref="DefaultFailureThreshold"/>.</summary>
    public int? FailureThreshold { get; init; }

    /// <summary>Accept any TLS certificate.</summary>
    public bool InsecureSkipVerify { get; init; }
}

/// <summary>Values of <see cref="ReadinessCheck.Type"/>.</summary>
public static class ReadinessCheckType
{
    /// <summary>A GET request.</summary>
    public const string Http = "http";

    /// <summary>A connection.</summary>
    public const string Tcp = "tcp";
}
