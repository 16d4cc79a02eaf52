namespace VWorkspace.Apps;

/// <summary>What the catalog says about versions of charts. Answers from memory; never reads from the network.</summary>
public interface IChartVersionPolicy
{
    /// <summary>Judges one version of one catalog entry.</summary>
    /// <param name="catalogId">Catalog entry.</param>
    /// <param name="chart">Name of the chart.</param>
    /// <param name="version">Version wanted.</param>
    ChartVersionVerdict Judge(string catalogId, string chart, string version);
}

/// <summary>The verdict of the catalog on one version; the default value has no objection.</summary>
public sealed record ChartVersionVerdict
{
    /// <summary>No objection.</summary>
    public static ChartVersionVerdict Unobjectionable { get; } = new();

    /// <summary>The version is on the forbidden list; the note of the list, possibly empty. Null when it is not.</summary>
    public string? ForbiddenNote { get; init; }

    /// <summary>The version is outside this range. Null when it is inside or there is none.</summary>
    public string? OutsideRange { get; init; }

    /// <summary>The version is on the deprecated list; the note of the list, possibly empty. Null when it is not.</summary>
    public string? DeprecatedNote { get; init; }

    /// <summary>An approval is demanded and none is recorded.</summary>
    public bool AwaitsApproval { get; init; }

    /// <summary>The policy is needed for this entry and not available.</summary>
    public bool Unavailable { get; init; }
}

/// <summary>No policy: everything is admitted.</summary>
public sealed class NoChartVersionPolicy : IChartVersionPolicy
{
    /// <summary>The only instance that is needed.</summary>
    public static NoChartVersionPolicy Instance { get; } = new();

    /// <inheritdoc/>
    public ChartVersionVerdict Judge(string catalogId, string chart, string version) => ChartVersionVerdict.Unobjectionable;
}
