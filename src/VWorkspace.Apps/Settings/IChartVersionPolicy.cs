namespace VWorkspace.Apps;

/// <summary>What the catalog says about versions of charts. Answers from memory; never reads from the network.</summary>
public interface IChartVersionPolicy
{
    /// <summary>Judges what one instance wants.</summary>
    /// <param name="question">The instance and its chart.</param>
    ChartVersionVerdict Judge(ChartVersionQuestion question);
}

/// <summary>What the catalog is asked about.</summary>
/// <param name="Namespace">Namespace of the instance.</param>
/// <param name="Name">Name of the instance.</param>
/// <param name="CatalogId">Catalog entry.</param>
/// <param name="Chart">Name of the chart.</param>
/// <param name="Version">Version wanted.</param>
public sealed record ChartVersionQuestion(string Namespace, string Name, string CatalogId, string Chart, string Version)
{
    /// <summary>The question that an instance raises; null for one without a chart.</summary>
    public static ChartVersionQuestion? Of(Api.ApplicationInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.Spec is { IsPlaceholder: false, Chart: { } chart, AppRef: { } app }
            ? new(instance.Metadata.Namespace ?? string.Empty, instance.Metadata.Name ?? string.Empty, app.CatalogId, chart.Name, chart.Version)
            : null;
    }
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

    /// <summary>Why the policy, which is needed for this entry, is not available; null when it is, or is not needed.</summary>
    public string? Unavailable { get; init; }
}

/// <summary>No policy: everything is admitted.</summary>
public sealed class NoChartVersionPolicy : IChartVersionPolicy
{
    /// <summary>The only instance that is needed.</summary>
    public static NoChartVersionPolicy Instance { get; } = new();

    /// <inheritdoc/>
    public ChartVersionVerdict Judge(ChartVersionQuestion question) => ChartVersionVerdict.Unobjectionable;
}
