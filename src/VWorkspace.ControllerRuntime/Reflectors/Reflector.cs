using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Keeps a sink equal to what the server has for one kind and scope. Does what <see cref="ReflectorMachine"/> decides: this class only carries it out.
/// </summary>
internal sealed partial class Reflector<T> where T : class, IKubernetesObject
{
    private readonly IKubernetesClient _client;
    private readonly KubernetesResource<T> _resource;
    private readonly InformerScope _scope;
    private readonly IReflectorSink<T> _sink;
    private readonly ReflectorOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly ReflectorBackoff _backoff;
    private readonly ReflectorBackoff _forbidden;
    private readonly UndecodableReports _reports;

    /// <summary>The list being read; null but while listing.</summary>
    private IReflectorList<T>? _list;
    private ReflectorState _state;

    public Reflector(
        IKubernetesClient client, KubernetesResource<T> resource, InformerScope scope, IReflectorSink<T> sink,
        ReflectorOptions options, TimeProvider clock, Random random, ILogger logger)
    {
        (_client, _resource, _scope, _sink) = (client, resource, scope, sink);
        (_options, _clock, _random, _logger) = (options, clock, random, logger);
        _backoff = new(options.BackoffBase, options.BackoffMax, options.BackoffReset, clock, random);
        // Whether a kind may be read is a decision of people: asking ten times slower in the end is early enough.
        _forbidden = new(options.BackoffBase, options.BackoffMax * 10, options.BackoffMax * 20, clock, random);
        _reports = new(resource, logger);
    }

    /// <summary>Runs until the kind is not served any more.</summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task RunUntilNotServedAsync(CancellationToken cancellationToken)
    {
        _state = ReflectorState.Initial(_options.StreamInitialLists);
        while (true)
        {
            ReflectorSignal signal;
            try
            {
                signal = _state.Action switch
                {
                    ReflectorAction.List => await ReadPageAsync(cancellationToken),
                    _ => await ReadStreamAsync(cancellationToken),
                };
            }
            catch (KubernetesTransportException fault)
            {
                // A client with an idle time of its own may notice the silence first; it means the same.
                Interrupted(_logger, _resource.QualifiedName, fault.Message);
                signal = fault.Fault == TransportFault.Idle ? ReflectorSignal.Idle : ReflectorSignal.Broken;
            }

            if (signal.Error is { IsExpired: false } error) Refused(error);
            _state = ReflectorMachine.Step(_state, signal);

            // A server whose versions are in no order would otherwise be listed again without a pause.
            if (ReferenceEquals(signal.Error, OtherHistory)) _state = _state with { Pause = ReflectorPause.BackOff };
            if (_state.Pause == ReflectorPause.NotServed) return;
            if (_state.Pause == ReflectorPause.None) continue;
            TimeSpan delay = signal.Error is { IsForbidden: true } ? _forbidden.Next() : _backoff.Next();
            if (delay < _state.RetryAfter) delay = _state.RetryAfter;
            await Task.Delay(delay, _clock, cancellationToken);
        }
    }

    private async Task<ReflectorSignal> ReadPageAsync(CancellationToken cancellationToken)
    {
        if (_state.Continue is null) _list = _sink.BeginList();
        var options = new ListOptions
        {
            LabelSelector = _scope.LabelSelector,
            FieldSelector = _scope.FieldSelector,
            Limit = ReflectorMachine.Unpaged(_state) ? null : _options.PageSize,
            Continue = _state.Continue,
        };
        ApiResult<ObjectPage<T>> result = await _client.ListAsync(_resource, _scope.Namespace, options, cancellationToken);
        if (!result.TryGet(out ObjectPage<T>? page, out KubernetesError? error)) return ReflectorSignal.Refused(error);

        if (page.Continue is { Length: > 0 } token && token == options.Continue)
            throw new KubernetesTransportException("the list does not get on: the server gives the same continue token again") { Fault = TransportFault.Protocol };
        foreach (T item in page.Items) Collect(item);
        foreach (UndecodableItem item in page.Undecodable) CollectUndecodable(item.Key, item.ResourceVersion, item.Error);
        if (!string.IsNullOrEmpty(page.Continue)) return ReflectorSignal.PageRead(page.Continue);
        return TryEndList(page.ResourceVersion) ? ReflectorSignal.Listed(page.ResourceVersion) : ReflectorSignal.Refused(OtherHistory);
    }

    private async Task<ReflectorSignal> ReadStreamAsync(CancellationToken cancellationToken)
    {
        bool initial = _state.Action == ReflectorAction.Stream;
        if (initial) _list = _sink.BeginList();
        using var idle = new IdleWatchdog(initial ? _options.InitialStreamIdleTimeout : _options.IdleTimeout, _clock, cancellationToken);
        long opened = _clock.GetTimestamp();
        bool useful = false;
        try
        {
            ApiResult<IWatchStream<T>> result = await _client.WatchAsync(_resource, _scope.Namespace, StreamOptions(initial), idle.Token);
            if (!result.TryGet(out IWatchStream<T>? stream, out KubernetesError? error)) return ReflectorSignal.Refused(error);
            await using (stream)
            {
                await foreach (WatchEvent<T> line in stream.WithCancellation(idle.Token))
                {
                    // Going back is no news: a bookmark of a server that lags is passed over, an event means that the history is another one.
                    bool older = _state.Action == ReflectorAction.Watch && ResourceVersions.IsOlder(line.ResourceVersion, _state.ResourceVersion);
                    if (older && line.Type == WatchEventType.Bookmark) continue;
                    if (older && line.Type != WatchEventType.Error) return ReflectorSignal.Refused(OtherHistory);
                    idle.Reset();
                    useful |= line.Object is not null || (line.ResourceVersion is { } at && at != _state.ResourceVersion);
                    if (line.Type == WatchEventType.Error) return ReflectorSignal.Refused(line.Error ?? UnknownError);
                    if (_state.Action == ReflectorAction.Watch)
                    {
                        Apply(line);
                    }
                    else if (line is { Type: WatchEventType.Bookmark, IsInitialEventsEnd: true, ResourceVersion: { } version })
                    {
                        if (!TryEndList(version)) return ReflectorSignal.Refused(OtherHistory);
                        _state = ReflectorMachine.Step(_state, ReflectorSignal.InitialEventsEnded(version));
                        idle.Use(_options.IdleTimeout);
                    }
                    else
                    {
                        ApplyInitial(line);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (idle.Expired && !cancellationToken.IsCancellationRequested)
        {
            WatchIdle(_logger, _resource.QualifiedName);
            return ReflectorSignal.Idle;
        }

        // Lines that bring nothing do not count: what answers every watch with a page of HTML must not be asked again without a pause.
        bool atOnce = !useful && _clock.GetElapsedTime(opened) < TimeSpan.FromSeconds(1);
        return atOnce ? ReflectorSignal.EndedAtOnce : ReflectorSignal.Ended;
    }

    private WatchOptions StreamOptions(bool initial)
    {
        double share;
        lock (_random) share = _random.NextDouble();
        return new()
        {
            LabelSelector = _scope.LabelSelector,
            FieldSelector = _scope.FieldSelector,
            ResourceVersion = initial ? null : _state.ResourceVersion,
            SendInitialEvents = initial,
            Timeout = TimeSpan.FromSeconds(Math.Round(_options.WatchTimeout.TotalSeconds * (1 + share))),
            IdleTimeout = Timeout.InfiniteTimeSpan, // the watchdog of this reflector decides, by its own options
        };
    }

    private void ApplyInitial(WatchEvent<T> line)
    {
        switch (line.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                Collect(line.Object!);
                break;
            case WatchEventType.Deleted:
                _list!.Remove(ObjectKey.Of(line.Object!));
                break;
            case WatchEventType.Undecodable when line.UndecodableType == WatchEventType.Deleted && line.Key is { } gone:
                _list!.Remove(gone);
                break;
            case WatchEventType.Undecodable:
                CollectUndecodable(line.Key, line.ResourceVersion, line.DecodeError ?? "unknown");
                break;
        }
    }

    private void Apply(WatchEvent<T> line)
    {
        switch (line.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                _reports.Forget(ObjectKey.Of(line.Object!));
                _sink.Upsert(line.Object!, line.ResourceVersion);
                break;
            case WatchEventType.Deleted:
                _reports.Forget(ObjectKey.Of(line.Object!));
                _sink.Delete(ObjectKey.Of(line.Object!), line.Object, line.ResourceVersion);
                break;
            case WatchEventType.Bookmark when line.ResourceVersion is { } version:
                _sink.Bookmark(version);
                break;
            case WatchEventType.Undecodable when line.UndecodableType == WatchEventType.Deleted && line.Key is { } gone:
                _reports.Forget(gone);
                _sink.Delete(gone, null, line.ResourceVersion);
                break;
            case WatchEventType.Undecodable:
                _reports.Report(line.Key, line.ResourceVersion, line.DecodeError ?? "unknown");
                break;
        }

        if (!string.IsNullOrEmpty(line.ResourceVersion)) _state = ReflectorMachine.Step(_state, ReflectorSignal.Progress(line.ResourceVersion));
    }

    private void Collect(T item)
    {
        _reports.Forget(ObjectKey.Of(item));
        _list!.Add(item);
    }

    private void CollectUndecodable(ObjectKey? key, string? resourceVersion, string error)
    {
        _reports.Report(key, resourceVersion, error);
        if (key is { } known) _list!.Keep(known);
    }

    private bool TryEndList(string resourceVersion)
    {
        bool taken = _list!.Complete(resourceVersion);
        _list = null;
        return taken;
    }

    private void Refused(KubernetesError error)
    {
        // A namespace may be named before the right to read in it is there, and an optional right may never come.
        bool expected = error.IsNotFound || error.IsTooLargeResourceVersion || (error.IsForbidden && _scope.Namespace is not null);
        if (expected) NotListed(_logger, _resource.QualifiedName, error.Message);
        else if (_state.Action != ReflectorAction.Stream || error.Code is not (400 or 405 or 406 or 415 or 422))
            FailedToList(_logger, _resource.QualifiedName, $"failed to list {_resource.QualifiedName}: {error}");
    }

    private static readonly KubernetesError OtherHistory = new(new KubernetesStatus { Code = 410, Reason = StatusReason.Expired, Message = "an event is older than what was seen before" });

    private static readonly KubernetesError UnknownError = new(new KubernetesStatus { Code = 500, Reason = "Unknown", Message = "error event without a status" });

    [LoggerMessage(Level = LogLevel.Error, Message = "failed to list")]
    private static partial void FailedToList(ILogger logger, string resource, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "list or watch not possible now")]
    private static partial void NotListed(ILogger logger, string resource, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "watch interrupted")]
    private static partial void Interrupted(ILogger logger, string resource, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "watch idle for too long, reconnecting")]
    private static partial void WatchIdle(ILogger logger, string resource);
}
