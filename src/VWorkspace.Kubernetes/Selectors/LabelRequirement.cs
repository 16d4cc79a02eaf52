using System.Globalization;

namespace VWorkspace.Kubernetes.Selectors;

/// <summary>How a requirement compares the label with its values.</summary>
public enum LabelOperator
{
    /// <summary><c>key</c>: the label is present.</summary>
    Exists,

    /// <summary><c>!key</c>: the label is absent.</summary>
    DoesNotExist,

    /// <summary><c>key=value</c> or <c>key==value</c>.</summary>
    Equals,

    /// <summary><c>key!=value</c>: absent labels match too.</summary>
    NotEquals,

    /// <summary><c>key in (a,b)</c>.</summary>
    In,

    /// <summary><c>key notin (a,b)</c>: absent labels match too.</summary>
    NotIn,

    /// <summary><c>key&gt;n</c>: both sides are integers.</summary>
    GreaterThan,

    /// <summary><c>key&lt;n</c>: both sides are integers.</summary>
    LessThan,
}

/// <summary>One comma-separated term of a label selector.</summary>
/// <param name="Key">The label key.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Values">The values, sorted and without duplicates; empty for existence tests.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    /// <summary>Whether a label with this value (null when the label is absent) satisfies the requirement.</summary>
    public bool Matches(string? value) => Operator switch
    {
        LabelOperator.Exists => value is not null,
        LabelOperator.DoesNotExist => value is null,
        LabelOperator.Equals or LabelOperator.In => value is not null && Values.Contains(value, StringComparer.Ordinal),
        LabelOperator.NotEquals or LabelOperator.NotIn => value is null || !Values.Contains(value, StringComparer.Ordinal),
        _ => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
            && long.TryParse(Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            && (Operator == LabelOperator.GreaterThan ? left > right : left < right),
    };

    /// <inheritdoc/>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.Equals => $"{Key}={Values[0]}",
        LabelOperator.NotEquals => $"{Key}!={Values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(',', Values)})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', Values)})",
        LabelOperator.GreaterThan => $"{Key}>{Values[0]}",
        _ => $"{Key}<{Values[0]}",
    };
}
