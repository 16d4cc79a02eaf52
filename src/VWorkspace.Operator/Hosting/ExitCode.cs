namespace VWorkspace.Operator.Hosting;

/// <summary>How the process ends.</summary>
public static class ExitCode
{
    /// <summary>Clean stop, or a sub-command that succeeded.</summary>
    public const int Success = 0;

    /// <summary>Start-up failure, lost lease, or a sub-command that failed.</summary>
    public const int Failure = 1;

    /// <summary>Unknown flag or invalid value.</summary>
    public const int Usage = 2;
}
