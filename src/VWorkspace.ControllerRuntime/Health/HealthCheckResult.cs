namespace VWorkspace.ControllerRuntime;

/// <summary>What a health check found.</summary>
public sealed record HealthCheckResult
{
    private HealthCheckResult(HealthState state, string? reason, string? message) => (State, Reason, Message) = (state, reason, message);

    /// <summary>Passed, failed or skipped.</summary>
    public HealthState State { get; }

    /// <summary>Machine-readable cause in CamelCase, or null.</summary>
    public string? Reason { get; }

    /// <summary>Text for people, or null. Never a secret, an address or a token: the endpoints have no authentication.</summary>
    public string? Message { get; }

    /// <summary>The check passes.</summary>
    public static HealthCheckResult Ok { get; } = new(HealthState.Ok, null, null);

    /// <summary>The check does not apply now; counts as passed.</summary>
    public static HealthCheckResult Skipped { get; } = new(HealthState.Skipped, null, null);

    /// <summary>The check fails.</summary>
    public static HealthCheckResult Failed(string reason, string message) => new(HealthState.Failed, reason, message);
}

/// <summary>The three results of a health check.</summary>
public enum HealthState
{
    /// <summary>It passes.</summary>
    Ok,

    /// <summary>It fails.</summary>
    Failed,

    /// <summary>It does not apply now; counts as passed.</summary>
    Skipped,
}
