using Microsoft.Extensions.Logging;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Operator.Health;

/// <summary>Says in the log which CRDs are missing, when that changes, and when they are all there. What waits for them is the manager.</summary>
internal sealed partial class CrdWatch(Readiness readiness, IKindAvailability kinds, TimeProvider clock, TimeSpan interval, ILogger<CrdWatch> logger)
{
    /// <summary>Watches until the end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var changed = new SemaphoreSlim(0, 1);
        using IDisposable subscription = kinds.OnChanged((_, _) => Release(changed));
        string? told = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            if (readiness.MissingKinds is { } kindsMissing)
            {
                string missing = Readiness.Names(kindsMissing);
                if (missing.Length > 0 && missing != told) Missing(logger, missing);
                if (missing.Length == 0 && told is { Length: > 0 }) Served(logger);
                told = missing;
            }
            await Task.WhenAny(changed.WaitAsync(cancellationToken), Task.Delay(interval, clock, cancellationToken));
        }
    }

    private static void Release(SemaphoreSlim signal)
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
        catch (ObjectDisposedException)
        {
            // A late call-back; nobody listens any more.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "custom resource definitions are missing, waiting for them: apply the files of crds/")]
    private static partial void Missing(ILogger logger, string missing);

    [LoggerMessage(Level = LogLevel.Information, Message = "custom resource definitions are served")]
    private static partial void Served(ILogger logger);
}
