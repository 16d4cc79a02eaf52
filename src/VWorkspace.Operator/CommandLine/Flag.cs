using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.CommandLine;

/// <summary>One flag of the manager: how it is written, what it means, and how its text changes the options.</summary>
/// <param name="Name">Name without dashes.</param>
/// <param name="Kind">Form of the value.</param>
/// <param name="Default">The documented default, in the text form of the value; empty for none.</param>
/// <param name="Description">Meaning, one sentence without a full stop.</param>
/// <param name="Apply">Options with the value put in. Throws <see cref="FormatException"/> with a text for people.</param>
internal sealed record Flag(string Name, FlagKind Kind, string Default, string Description, Func<OperatorOptions, string, OperatorOptions> Apply)
{
    /// <summary>Environment variable that is read when the flag is absent; null for none.</summary>
    public string? Environment { get; init; }

    /// <summary>Whether several occurrences add up. Otherwise the last one wins, as in Go.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Whether the value must never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether the flag does something in this build. One that does not is read and checked, and named in a warning when given.</summary>
    public bool HasEffect { get; init; } = true;

    /// <summary>Kept for installations that still give it; never does anything.</summary>
    public bool IsObsolete { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "--" + Name;
}

/// <summary>Form of a flag's value.</summary>
internal enum FlagKind
{
    /// <summary><c>true</c> or <c>false</c>; the bare flag means true.</summary>
    Boolean,

    /// <summary>Any text.</summary>
    Text,

    /// <summary>Comma-separated texts.</summary>
    List,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A duration such as <c>1m30s</c>.</summary>
    Duration,

    /// <summary>An address to listen on, or <c>0</c>.</summary>
    Address,

    /// <summary>A path of a file or directory.</summary>
    Path,
}
