using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Operator.Build;
using VWorkspace.Operator.Logging;
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
    /// <returns>One of <see cref="ExitCode"/>. Faults are logged and become a code.</returns>
    public static async Task<int> RunAsync(OperatorOptions options, OperatorSurroundings surroundings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(surroundings);
        var identity = new LogIdentity();
        await using var logs = new OperatorLoggerProvider(options.Log, identity, BuildInfo.Current.Version, surroundings.Log, surroundings.Clock, Redact);
        using ILoggerFactory logging = logs.CreateFactory();
        ILogger logger = logging.CreateLogger("setup");
        if (OptionsValidation.Validate(options) is { Count: > 0 } complaints)
        {
            foreach (string complaint in complaints) HostLog.StartFailed(logger, complaint);
            return ExitCode.Usage;
        }
        try
        {
            return await new OperatorRun(options, surroundings, identity, logging, logger).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        catch (Exception fault)
        {
            // The last guard: whatever it is, it is told before the process ends.
            HostLog.Failed(logger, fault);
            return ExitCode.Failure;
        }
    }

    private static string Redact(string? field, string text) => field is null ? Redactor.Text(text) : Redactor.Value(field, text);
}
