using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Feeds a queue from informers and works it off with a number of workers.</summary>
internal sealed partial class Controller(
    string name, WorkQueue<ObjectKey> queue, IReadOnlyList<Func<WorkQueue<ObjectKey>, ControllerSubscription>> sources, IReadOnlyList<Func<CancellationToken, Task>> preparations,
    ReconcileRunner runner, int workers, WorkInFlight inFlight, Action<ReconcileReport> report, ILogger logger) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>What workers are doing now, for the message about those that do not end.</summary>
    public WorkQueueStatus Status => queue.Status;

    /// <summary>
    /// Works until told to stop; then takes nothing new and ends when the running reconciles have ended.
    /// </summary>
    /// <param name="stop">Take nothing new.</param>
    /// <param name="abort">Cancels running reconciles as well.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        // The handlers are added only now: what changed while this replica was a standby is in the stores, and a key is queued once.
        ControllerSubscription[] subscriptions = [.. sources.Select(source => source(queue))];
        try
        {
            foreach (ControllerSubscription subscription in subscriptions)
                if (subscription.InitialDelivered is { } delivered) await delivered.WaitAsync(stop);
            inFlight.End(); // of the start, which began when the manager took the controller

            foreach (Func<CancellationToken, Task> prepare in preparations) await prepare(stop);

            await using (stop.Register(static queue => _ = ((WorkQueue<ObjectKey>)queue!).ShutDown(), queue))
                await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => inFlight.Tasks.Watch(Task.Run(() => WorkAsync(abort), CancellationToken.None))));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before the first reconcile.
        }
        finally
        {
            foreach (ControllerSubscription subscription in subscriptions) subscription.Handle.Dispose();
            queue.Dispose();
        }
    }

    /// <summary>Gives up the queue of a controller that may never have run.</summary>
    public void Dispose() => queue.Dispose();

    private async Task WorkAsync(CancellationToken abort)
    {
        while (await queue.GetAsync() is { } item)
        {
            try
            {
                if (await runner.RunAsync(item.Item, abort) is not { } ended) continue;
                Requeue(item, ended.Result);
                Report(ended.Report);
            }
            catch (Exception fault)
            {
                // Only what a caller handed in, such as a log field, can get here. A worker that ended would be missing without anybody noticing.
                Failed(logger, fault, item.Item.Namespace, item.Item.Name, fault.Message);
                queue.AddRateLimited(item.Item, item.Priority);
            }
            finally
            {
                queue.Done(item.Item);
            }
        }
    }

    private void Report(ReconcileReport ended)
    {
        try
        {
            report(ended);
        }
        catch (Exception fault)
        {
            // Whoever counts must not make a reconcile that is done run again.
            Failed(logger, fault, ended.Key.Namespace, ended.Key.Name, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "something around a reconcile threw")]
    private static partial void Failed(ILogger logger, Exception fault, string @namespace, string name, string error);

    private void Requeue(WorkItem<ObjectKey> item, ReconcileResult result)
    {
        switch (result.Outcome)
        {
            case ReconcileOutcome.RequeueAfter:
                queue.Forget(item.Item);
                queue.AddAfter(item.Item, result.After, item.Priority);
                break;
            case ReconcileOutcome.Requeue:
                queue.AddRateLimited(item.Item, item.Priority);
                break;
            case ReconcileOutcome.Failed:
                queue.AddRateLimited(item.Item, item.Priority, result.After, result.AtLatest);
                break;
            default:
                queue.Forget(item.Item);
                break;
        }
    }
}

/// <summary>A source that feeds a queue.</summary>
/// <param name="Handle">Dispose to stop.</param>
/// <param name="InitialDelivered">Completes when the initial list is in the queue; null when there is none to wait for.</param>
internal readonly record struct ControllerSubscription(IDisposable Handle, Task? InitialDelivered);
