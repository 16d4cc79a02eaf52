namespace VWorkspace.Kubernetes;

/// <summary>One entry of <c>status.conditions</c> (<c>meta/v1 Condition</c>).</summary>
public sealed record Condition
{
    /// <summary>Type in CamelCase, unique in its list.</summary>
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>; see <see cref="ConditionStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Generation of the object for which this entry was computed; null when the writer does not say.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>When <see cref="Status"/> changed last (UTC, whole seconds).</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Machine-readable cause in CamelCase.</summary>
    public string Reason { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Text for people.</summary>
    public string Message { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>True when <see cref="Status"/> is <c>True</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsTrue => Status == ConditionStatus.True;

    /// <summary>True when <see cref="Status"/> is <c>False</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFalse => Status == ConditionStatus.False;
}

/// <summary>The three values of <see cref="Condition.Status"/>.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>It could not be determined.</summary>
    public const string Unknown = "Unknown";
}
