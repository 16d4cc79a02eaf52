using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>One change on its way to a handler. Both objects: updated; only the current: added; only the previous: deleted; none: the initial list is complete.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Notification<T>(T? Previous, T? Current, bool IsInitial) where T : class, IKubernetesObject;

/// <summary>A handler with a queue and a pump of its own, so that it sees everything in order and delays nobody else.</summary>
internal sealed partial class InformerSubscription<T> : IDisposable where T : class, IKubernetesObject
{
    private readonly IInformerHandler<T> _handler;
    private readonly Action<InformerSubscription<T>> _remove;
    private readonly WorkInFlight _inFlight;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _initialDelivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Notification<T>> _pending =
        Channel.CreateUnbounded<Notification<T>>(new UnboundedChannelOptions { SingleReader = true });

    public InformerSubscription(IInformerHandler<T> handler, Action<InformerSubscription<T>> remove, WorkInFlight inFlight, ILogger logger)
    {
        (_handler, _remove, _inFlight, _logger) = (handler, remove, inFlight, logger);

        // Without the token: a subscription that ends before its pump began would leave what is queued on its way for ever.
        _ = inFlight.Tasks.Watch(Task.Run(PumpAsync, CancellationToken.None));
    }

    /// <summary>Completes when the handler has seen the initial list; is cancelled when the subscription ends before.</summary>
    public Task InitialDelivered => _initialDelivered.Task;

    /// <summary>Queues a change; never blocks. Call under the lock of the informer that saw it, which keeps the order of its changes.</summary>
    public void Notify(Notification<T> notification)
    {
        _inFlight.Begin();
        if (!_pending.Writer.TryWrite(notification)) _inFlight.End();
    }

    public void Dispose()
    {
        _remove(this);
        _pending.Writer.TryComplete();
        _stop.Cancel();
        _initialDelivered.TrySetCanceled();
    }

    private async Task PumpAsync()
    {
        ChannelReader<Notification<T>> reader = _pending.Reader;
        try
        {
            while (await reader.WaitToReadAsync(_inFlight.Tasks.Over))
            {
                while (reader.TryRead(out Notification<T> next))
                {
                    if (!_stop.IsCancellationRequested) Deliver(next);
                    _inFlight.End();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The manager is over; whoever subscribed need not unsubscribe for that.
            while (reader.TryRead(out _)) _inFlight.End();
        }
    }

    private void Deliver(Notification<T> next)
    {
        try
        {
            switch (next)
            {
                case { Previous: null, Current: { } current }:
                    _handler.OnAdded(current, next.IsInitial);
                    break;
                case { Previous: { } previous, Current: { } current }:
                    _handler.OnUpdated(previous, current);
                    break;
                case { Previous: { } previous }:
                    _handler.OnDeleted(previous);
                    break;
                default:
                    _initialDelivered.TrySetResult();
                    break;
            }
        }
        catch (Exception fault)
        {
            // A handler that throws is a bug of its own; the next change and the other handlers must not pay for it.
            HandlerFailed(_logger, fault, typeof(T).Name, (next.Current ?? next.Previous)?.Metadata.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "informer handler failed")]
    private static partial void HandlerFailed(ILogger logger, Exception fault, string type, string? name);
}
