namespace VWorkspace.Apps;

/// <summary>Settings of the ApplicationInstance controller. Immutable; check with <see cref="Validate"/> before use.</summary>
public sealed record AppsOptions
{
    /// <summary>How often Flux reconciles a HelmRelease by itself. Default 5 min.</summary>
    public TimeSpan HelmReleaseInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one Helm action may take. Default 10 min: first image pulls are slow.</summary>
    public TimeSpan HelmReleaseTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a rollback may take. Default 5 min.</summary>
    public TimeSpan RollbackTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often Flux looks at a chart source by itself. Default 5 min.</summary>
    public TimeSpan ChartSourceInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one fetch of a chart may take. Default 60 s.</summary>
    public TimeSpan ChartSourceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Helm revisions that are kept. Default 10.</summary>
    public int MaxHistory { get; init; } = 10;

    /// <summary>Further attempts after a failed install. Default 3.</summary>
    public int InstallRetries { get; init; } = 3;

    /// <summary>Further attempts after a failed upgrade. Default 1.</summary>
    public int UpgradeRetries { get; init; } = 1;

    /// <summary>What happens in namespaces without the gate label. Default warn.</summary>
    public NamespaceGate NamespaceGate { get; init; } = NamespaceGate.Warn;

    /// <summary>Prefixes of chart URLs that are allowed; empty allows every source.</summary>
    public IReadOnlyList<string> AllowedChartUrls { get; init; } = [];

    /// <summary>Accept <c>http://</c> for chart repositories. Default false.</summary>
    public bool AllowPlainHttpCharts { get; init; }

    /// <summary>How long a source has to be unreachable without interruption before the instance is degraded. Default 5 min.</summary>
    public TimeSpan ChartUnreachableThreshold { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Latest next look at a blocked or unsettled instance. Default 30 s.</summary>
    public TimeSpan BlockedRecheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Latest next look at a settled instance, ±10 %. Default 5 min.</summary>
    public TimeSpan SettledResync { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Latest next look at an instance that is being deleted. Default 15 s.</summary>
    public TimeSpan DeletionRecheck { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a source may take before a first <c>ChartSourceSyncing</c> is written. Saves a status write for the usual source that is
    /// there at once. Default 1 s.
    /// </summary>
    public TimeSpan SourceSyncingNotice { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Writes of a child that fail in a row before the instance says so. Default 5.</summary>
    public int WriteFailureThreshold { get; init; } = 5;

    /// <summary>Instances worked on at once. Default 4.</summary>
    public int MaxConcurrentReconciles { get; init; } = 4;

    /// <summary>Deadline of one pass; zero for none. Default 5 min.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Checks the settings against each other.</summary>
    /// <returns>One message for each fault, naming the setting; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Positive(HelmReleaseInterval, nameof(HelmReleaseInterval));
        Positive(HelmReleaseTimeout, nameof(HelmReleaseTimeout));
        Positive(RollbackTimeout, nameof(RollbackTimeout));
        Positive(ChartSourceInterval, nameof(ChartSourceInterval));
        Positive(ChartSourceTimeout, nameof(ChartSourceTimeout));
        Positive(BlockedRecheckInterval, nameof(BlockedRecheckInterval));
        Positive(SettledResync, nameof(SettledResync));
        Positive(DeletionRecheck, nameof(DeletionRecheck));
        NotNegative(ChartUnreachableThreshold, nameof(ChartUnreachableThreshold));
        NotNegative(SourceSyncingNotice, nameof(SourceSyncingNotice));
        NotNegative(ReconcileTimeout, nameof(ReconcileTimeout));
        AtLeast(MaxHistory, 1, nameof(MaxHistory));
        AtLeast(InstallRetries, 0, nameof(InstallRetries));
        AtLeast(UpgradeRetries, 0, nameof(UpgradeRetries));
        AtLeast(WriteFailureThreshold, 1, nameof(WriteFailureThreshold));
        AtLeast(MaxConcurrentReconciles, 1, nameof(MaxConcurrentReconciles));
        if (!Enum.IsDefined(NamespaceGate)) faults.Add($"{nameof(NamespaceGate)}: unknown value");
        foreach (string prefix in AllowedChartUrls)
            if (!Uri.TryCreate(prefix, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("oci" or "https" or "http"))
                faults.Add($"{nameof(AllowedChartUrls)}: '{Api.Redactor.Text(prefix)}' does not begin with oci://, https:// or http://");
        return faults;

        void Positive(TimeSpan value, string name) { if (value <= TimeSpan.Zero) faults.Add($"{name}: must be longer than zero"); }
        void NotNegative(TimeSpan value, string name) { if (value < TimeSpan.Zero) faults.Add($"{name}: must not be negative"); }
        void AtLeast(int value, int least, string name) { if (value < least) faults.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: must be at least {least}")); }
    }
}

/// <summary>What happens in namespaces without the gate label.</summary>
public enum NamespaceGate
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Admission warns, the instance is reconciled.</summary>
    Warn,

    /// <summary>Admission rejects, existing instances are blocked.</summary>
    Enforce,
}
