using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Everything that a manager needs. Validated when the manager is made.</summary>
public sealed record ControllerManagerOptions
{
    /// <summary>The connection to the API server; stays the property of the caller.</summary>
    public required IKubernetesClient Client { get; init; }

    /// <summary>Who emits Events.</summary>
    public required EventRecorderOptions Events { get; init; }

    /// <summary>Leader election; null for none, and this replica always leads.</summary>
    public LeaderElectionOptions? LeaderElection { get; init; }

    /// <summary>How informers list and watch.</summary>
    public ReflectorOptions Reflectors { get; init; } = new();

    /// <summary>How often discovery is asked at least. Default 60 s.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for running reconciles and workers at the end, before they are cancelled. Default 30 s.</summary>
    public TimeSpan GracefulStopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the start of controllers waits for optional kinds that are served but cannot be listed. Default 10 s.</summary>
    public TimeSpan OptionalSyncTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks that have to pass before caches are started, repeated with back-off.</summary>
    public IReadOnlyList<StartupCheck> StartupChecks { get; init; } = [];

    /// <summary>
    /// How long <see cref="StartupChecks"/> are repeated, discovery is asked, and required kinds are waited for and listed before the manager gives up.
    /// Default: for ever.
    /// </summary>
    public TimeSpan StartupTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The instruments; null for new ones under the default meter name, owned by the manager.</summary>
    public RuntimeMetrics? Metrics { get; init; }

    /// <summary>Called after every reconcile, from the worker; has to return at once.</summary>
    public Action<ReconcileReport>? OnReconciled { get; init; }

    /// <summary>Loggers. Default: none.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Seed of jitter and back-off; null for a new one each time.</summary>
    public int? Seed { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Client);
        ArgumentNullException.ThrowIfNull(Events);
        Events.Validate();
        LeaderElection?.Validate();
        Reflectors.Validate();
        Check(DiscoveryInterval > TimeSpan.Zero && DiscoveryInterval <= Waiting.Longest, nameof(DiscoveryInterval), "positive and at most 24 days");
        Check(GracefulStopTimeout >= TimeSpan.Zero && GracefulStopTimeout <= Waiting.Longest, nameof(GracefulStopTimeout), "zero or positive, and at most 24 days");
        Check(OptionalSyncTimeout >= TimeSpan.Zero && OptionalSyncTimeout <= Waiting.Longest, nameof(OptionalSyncTimeout), "zero or positive, and at most 24 days");
        Check((StartupTimeout > TimeSpan.Zero && StartupTimeout <= Waiting.Longest) || StartupTimeout == Timeout.InfiniteTimeSpan, nameof(StartupTimeout), "positive and at most 24 days, or infinite");

        static void Check(bool holds, string setting, string rule)
        {
            if (!holds) throw new ArgumentException($"ControllerManagerOptions.{setting} has to be {rule}.", setting);
        }
    }
}

/// <summary>Something that has to be true before the manager starts its caches.</summary>
/// <param name="Name">Name for the log.</param>
/// <param name="Check">Null when it passes, else why not; a thrown exception counts as not passed.</param>
public sealed record StartupCheck(string Name, Func<CancellationToken, Task<string?>> Check);

/// <summary>How a manager ended.</summary>
/// <param name="Reason">The outcome.</param>
/// <param name="Message">Text for people; null for a clean stop.</param>
public sealed record ManagerExit(ManagerExitReason Reason, string? Message = null);

/// <summary>The outcomes of a manager.</summary>
public enum ManagerExitReason
{
    /// <summary>It was told to stop and did.</summary>
    Stopped,

    /// <summary>The lease was lost: <c>leader election lost</c>.</summary>
    LeaderElectionLost,

    /// <summary>The start-up checks did not pass, or what controllers require was not there, in time.</summary>
    StartupFailed,
}
