using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.CommandLine;

/// <summary>What a command line asks for.</summary>
internal abstract record Invocation
{
    private Invocation() { }

    /// <summary>Run the operator.</summary>
    public sealed record Run(OperatorOptions Options, IReadOnlyList<FlagWarning> Warnings) : Invocation;

    /// <summary>Print the version.</summary>
    public sealed record ShowVersion(bool Json) : Invocation;

    /// <summary>Print the help.</summary>
    public sealed record ShowHelp : Invocation;

    /// <summary>Wrong usage; the texts name the flags and hold no values of secrets.</summary>
    public sealed record Refused(IReadOnlyList<string> Complaints) : Invocation;
}

/// <summary>A flag that was given and does nothing.</summary>
/// <param name="Flag">The flag with its dashes.</param>
/// <param name="IsObsolete">True when it never will; false when its feature is not in this build.</param>
internal sealed record FlagWarning(string Flag, bool IsObsolete);
