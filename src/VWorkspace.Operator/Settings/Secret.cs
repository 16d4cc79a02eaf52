using System.Diagnostics;

namespace VWorkspace.Operator.Settings;

/// <summary>A secret value. It has no conversion to text, so it cannot slip into a message; <see cref="Reveal"/> is the one way out.</summary>
[DebuggerDisplay("[REDACTED]")]
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    /// <summary>Wraps a value.</summary>
    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>No secret.</summary>
    public static Secret None { get; } = new("");

    /// <summary>True when there is a value.</summary>
    public bool IsSet => _value.Length > 0;

    /// <summary>The value, for the code that uses it.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>[REDACTED]</c>, or nothing when there is no value.</summary>
    public override string ToString() => IsSet ? "[REDACTED]" : "";

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_value, StringComparison.Ordinal);
}
