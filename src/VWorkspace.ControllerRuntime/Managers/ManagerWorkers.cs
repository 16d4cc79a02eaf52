using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime;

/// <summary>A loop that runs beside the controllers, for instance one that polls.</summary>
internal sealed record ManagerWorker(string Name, bool LeaderOnly, Func<CancellationToken, Task> Run);

/// <summary>Keeps workers running: one that throws is started anew with back-off.</summary>
internal sealed partial class ManagerWorkers(RuntimeMetrics metrics, TimeProvider clock, Random random, ILogger logger)
{
    private static readonly TimeSpan BackoffBase = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BackoffReset = TimeSpan.FromMinutes(2);

    /// <summary>Runs a worker until it returns or the token fires.</summary>
    public async Task RunAsync(ManagerWorker worker, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var tag = new KeyValuePair<string, object?>("worker", worker.Name);
        metrics.WorkerFailures.Add(0, tag);
        var backoff = new ReflectorBackoff(BackoffBase, BackoffMax, BackoffReset, clock, random);
        while (true)
        {
            try
            {
                await worker.Run(cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                metrics.WorkerFailures.Add(1, tag);
                Failed(logger, fault, worker.Name, fault.Message);
            }

            await Task.Delay(BackoffBase + backoff.Next(), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "worker failed, it is started anew")]
    private static partial void Failed(ILogger logger, Exception fault, string worker, string error);
}
