using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>What the operator observed about an <see cref="ApplicationInstance"/>.</summary>
public sealed record ApplicationInstanceStatus
{
    /// <summary>Generation of the spec that was applied last; null before the first pass.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Ready, Reconciling, Degraded, Suspended, Blocked, Deleting; see <see cref="ApplicationConditions"/>.</summary>
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    /// <summary>The HelmRelease, once it exists.</summary>
    public NamespacedName? HelmReleaseRef { get; init; }

    /// <summary>The chart handed to Flux last.</summary>
    public ChartReference? LastAppliedChart { get; init; }

    /// <summary>End of the last pass (UTC, whole seconds).</summary>
    public DateTimeOffset? LastReconcileTime { get; init; }

    /// <summary>Addresses of the application, sorted by name.</summary>
    public IReadOnlyList<ApplicationEndpoint>? Endpoints { get; init; }

    /// <summary>The object that lists what the release consists of.</summary>
    public InventoryReference? Inventory { get; init; }
}

/// <summary>Name and namespace of an object.</summary>
public sealed record NamespacedName
{
    /// <summary>Name.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }
}

/// <summary>An address under which the application is reached.</summary>
public sealed record ApplicationEndpoint
{
    /// <summary>Name.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Address.</summary>
    public string Url { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Where the address was found.</summary>
    public string? Type { get; init; }

    /// <summary>Remarks for people.</summary>
    public string? Notes { get; init; }
}

/// <summary>Points to an inventory object.</summary>
public sealed record InventoryReference
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public string Kind { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Name.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }
}
