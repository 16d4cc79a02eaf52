using System.Diagnostics;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Runs single reconciles: deadline, exceptions, log lines, trace. Turns whatever happens into a <see cref="ReconcileResult"/>.</summary>
internal sealed partial class ReconcileRunner(
    string controller, GroupVersionKind kind, IReconciler reconciler, ControllerOptions options, Func<ObjectKey, long?> generationOf, TimeProvider clock, ILogger logger, OverdueReconciles? overdue = null)
{
    /// <summary>Source of one activity per reconcile and per API call.</summary>
    public static readonly ActivitySource Activities = new("VWorkspace.ControllerRuntime");

    private readonly TimeSpan _timeout = options.ReconcileTimeout;

    /// <param name="key">Which object.</param>
    /// <param name="abort">End of the grace, or lost leadership.</param>
    /// <returns>What to ask of the queue and what to count; null when it was cut off by <paramref name="abort"/>.</returns>
    public async Task<(ReconcileResult Result, ReconcileReport Report)?> RunAsync(ObjectKey key, CancellationToken abort)
    {
        string id = Guid.NewGuid().ToString();
        using IDisposable? scope = logger.BeginScope(new ReconcileScope(controller, kind, key, id, options.LogField?.Invoke(key)));
        using Activity? activity = StartActivity(key, id);
        Started(logger, generationOf(key));

        long start = clock.GetTimestamp();
        using var deadline = _timeout > TimeSpan.Zero ? new CancellationTokenSource(_timeout, clock) : new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, abort);
        using IDisposable? guard = _timeout > TimeSpan.Zero ? overdue?.Watch(controller, key, _timeout, () => Overdue(logger, controller, kind.Kind, key.Namespace, key.Name, _timeout)) : null;
        ReconcileResult result;
        bool panicked = false;
        try
        {
            result = await reconciler.ReconcileAsync(key, both.Token);
        }
        catch (LeadershipLostException)
        {
            return null;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException fault) when (deadline.IsCancellationRequested)
        {
            result = ReconcileResult.Failed(new TimeoutException($"reconcile did not end within {_timeout}", fault));
        }
        catch (KubernetesApiException fault)
        {
            result = ReconcileResult.Failed(fault, fault.Error.RetryAfter ?? TimeSpan.Zero);
        }
        catch (Exception fault)
        {
            // The outermost guard: whatever a reconciler throws ends here, never the process.
            panicked = !IsThrownOnPurpose(fault);
            result = ReconcileResult.Failed(fault);
        }

        var report = new ReconcileReport(controller, key, result.Outcome, clock.GetElapsedTime(start),
            deadline.IsCancellationRequested && result.Outcome == ReconcileOutcome.Failed, panicked);
        Log(result, report);
        Finish(activity, result);
        return (result, report);
    }

    private void Log(ReconcileResult result, ReconcileReport report)
    {
        if (result.Error is { } error)
        {
            if (report.Panicked) Panicked(logger, error, error.Message);
            else if (result.Outcome == ReconcileOutcome.Terminal) FailedForGood(logger, error, error.Message);
            else Failed(logger, error, error.Message);
        }

        Finished(logger, ResultName(result.Outcome), report.Duration.TotalMilliseconds);
    }

    private Activity? StartActivity(ObjectKey key, string id)
    {
        Activity? activity = Activities.StartActivity("reconcile");
        if (activity is null) return null;
        activity.SetTag("controller", controller);
        activity.SetTag("k8s.object.kind", kind.Kind);
        activity.SetTag("k8s.namespace.name", key.Namespace);
        activity.SetTag("k8s.object.name", key.Name);
        activity.SetTag("reconcile.id", id);
        return activity;
    }

    private static void Finish(Activity? activity, ReconcileResult result)
    {
        activity?.SetTag("reconcile.result", ResultName(result.Outcome));
        if (result.Error is { } error) activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
    }

    private static bool IsThrownOnPurpose(Exception fault) =>
        fault is KubernetesTransportException or OperationCanceledException or TimeoutException or IOException or HttpRequestException or UnauthorizedAccessException;

    private static string ResultName(ReconcileOutcome outcome) => outcome switch
    {
        ReconcileOutcome.Done => "success",
        ReconcileOutcome.RequeueAfter => "requeue_after",
        ReconcileOutcome.Requeue => "requeue",
        ReconcileOutcome.Terminal => "terminal_error",
        _ => "error",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "reconcile started")]
    private static partial void Started(ILogger logger, long? generation);

    [LoggerMessage(Level = LogLevel.Information, Message = "reconcile finished")]
    private static partial void Finished(ILogger logger, string result, double duration_ms);

    [LoggerMessage(Level = LogLevel.Warning, Message = "reconcile failed, will be retried")]
    private static partial void Failed(ILogger logger, Exception fault, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "reconcile failed for good")]
    private static partial void FailedForGood(ILogger logger, Exception fault, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "reconcile ignores its deadline, its key stays with its worker")]
    private static partial void Overdue(ILogger logger, string controller, string kind, string @namespace, string name, TimeSpan deadline);

    [LoggerMessage(Level = LogLevel.Error, Message = "reconcile threw an unexpected exception")]
    private static partial void Panicked(ILogger logger, Exception fault, string error);
}
