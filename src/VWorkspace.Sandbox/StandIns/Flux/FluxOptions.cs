namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Paces of the Flux stand-in. The defaults are short, so that a tour fits into half a minute; the order of events is upstream's.</summary>
public sealed record FluxOptions
{
    /// <summary>How long a registry takes to answer. Default 150 ms.</summary>
    public TimeSpan FetchDuration { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long install, upgrade and rollback take when neither chart nor values say otherwise. Default 600 ms.</summary>
    public TimeSpan ReleaseDuration { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How long an uninstall takes. Default 300 ms.</summary>
    public TimeSpan UninstallDuration { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>First delay before a failed pass is repeated; doubles up to <see cref="MaxRetryDelay"/>. Default 750 ms, as upstream.</summary>
    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>Longest delay before a failed pass is repeated. Default 15 s; upstream 15 min.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Delay after an unready dependency. Default 2 s; upstream 30 s.</summary>
    public TimeSpan DependencyRequeue { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Workers of each controller. Default 4, as upstream.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>What the registries hold.</summary>
    public ChartCatalogue Catalogue { get; init; } = new();
}
