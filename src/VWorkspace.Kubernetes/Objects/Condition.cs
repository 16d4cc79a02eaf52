using System.Text.Json.Serialization;
using VWorkspace.Kubernetes.Compact;

namespace VWorkspace.Kubernetes;

/// <summary>One entry of <c>status.conditions</c> (<c>meta/v1 Condition</c>).</summary>
public sealed record Condition
{
    private readonly OptionalNumber _observedGeneration;
    private readonly OptionalTime _lastTransitionTime;
    private string _message = string.Empty;

    /// <summary>Type in CamelCase, unique in its list.</summary>
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>; see <see cref="ConditionStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Generation of the object for which this entry was computed; null when the writer does not say.</summary>
    public long? ObservedGeneration { get => _observedGeneration.Number; init => _observedGeneration = new(value); }

    /// <summary>When <see cref="Status"/> changed last (UTC, whole seconds).</summary>
    public DateTimeOffset? LastTransitionTime { get => _lastTransitionTime.Moment; init => _lastTransitionTime = new(value); }

    /// <summary>Machine-readable cause in CamelCase.</summary>
    public string Reason { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Text for people.</summary>
    public string Message { get => _message; init => _message = value ?? string.Empty; }

    /// <summary>True when <see cref="Status"/> is <c>True</c>.</summary>
    [JsonIgnore]
    public bool IsTrue => Status == ConditionStatus.True;

    /// <summary>True when <see cref="Status"/> is <c>False</c>.</summary>
    [JsonIgnore]
    public bool IsFalse => Status == ConditionStatus.False;

    /// <summary>Keeps one instance of a message that two conditions have in common. Only before the condition is handed out.</summary>
    internal bool ShareMessage(Condition other)
    {
        if (_message != other._message) return false;
        _message = other._message;
        return true;
    }
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
