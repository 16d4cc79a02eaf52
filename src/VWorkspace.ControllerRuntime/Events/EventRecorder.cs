using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Writes Events of <c>events.k8s.io/v1</c> in the background, which <c>kubectl describe</c> shows like any other.</summary>
internal sealed partial class EventRecorder : IEventRecorder
{
    private const int Attempts = 3;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly KubernetesResource<PartialObject> Events = PartialObject.Resource(new("events.k8s.io", "v1", "Event"), "events");

    private readonly IKubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly EventCorrelator _correlator;
    private readonly TimeProvider _clock;
    private readonly Action _dropped;
    private readonly WorkInFlight _inFlight;
    private readonly ILogger _logger;
    private readonly Channel<PendingEvent> _pending;

    public EventRecorder(IKubernetesClient client, EventRecorderOptions options, TimeProvider clock, Action dropped, WorkInFlight inFlight, ILogger logger)
    {
        (_client, _options, _clock, _dropped, _inFlight, _logger) = (client, options, clock, dropped, inFlight, logger);
        _correlator = new(options, clock);
        _pending = Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    }

    public void Record(ObjectReference regarding, EventType type, string reason, string message)
    {
        ArgumentNullException.ThrowIfNull(regarding);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        ArgumentNullException.ThrowIfNull(message);
        _inFlight.Begin();
        if (_pending.Writer.TryWrite(new(regarding, type, reason, message, _clock.GetUtcNow()))) return;
        _inFlight.End();
        Dropped(_logger, "the queue is full or closed", reason);
        _dropped();
    }

    /// <summary>Writes Events until <see cref="Complete"/> was called and everything is written, or the token fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (PendingEvent next in _pending.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(next, cancellationToken);
            }
            catch (LeadershipLostException)
            {
                Drop(next, "this replica does not lead");
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Nothing about an Event may end the recorder: it would take all later ones with it.
                Drop(next, fault.Message);
            }
            finally
            {
                _inFlight.End();
            }
        }
    }

    /// <summary>Takes no more Events.</summary>
    public void Complete() => _pending.Writer.TryComplete();

    private async Task WriteAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        // Redacted first: a cut through a secret would leave a part of it that no pattern recognises.
        string message = _options.Redact is { } redact ? redact(pending.Message) : pending.Message;
        pending = pending with { Message = message, Reason = EventText.Cut(pending.Reason, 128) };
        if (_correlator.Correlate(pending) is not { } write)
        {
            Drop(pending, "too many Events of this object");
            return;
        }

        for (int attempt = 1; ; attempt++)
        {
            string? failure;
            try
            {
                KubernetesError? error = await SendAsync(pending, write, cancellationToken);
                if (error is null) return;
                if (error.IsNotFound && write.Existing is not null)
                {
                    _correlator.Expired(write.Key);
                    write = write with { Existing = null, Count = 1 };
                    continue;
                }

                if (error.IsAlreadyExists && attempt > 1)
                {
                    // The attempt before was carried out and only its answer was lost.
                    _correlator.Written(write.Key, new(NamespaceOf(pending), NameOf(pending, write)), write.Count);
                    return;
                }

                if (!error.IsTransient)
                {
                    Drop(pending, error.ToString());
                    return;
                }

                failure = error.ToString();
            }
            catch (KubernetesTransportException fault)
            {
                failure = fault.Message;
            }

            if (attempt >= Attempts)
            {
                Drop(pending, failure);
                return;
            }

            await Task.Delay(FirstRetry * attempt, _clock, cancellationToken);
        }
    }

    private async Task<KubernetesError?> SendAsync(PendingEvent pending, CorrelatedEvent write, CancellationToken cancellationToken)
    {
        ApiResult<PartialObject> result = write.Existing is { } existing
            ? await _client.PatchAsync(Events, existing, Patch.Merge(Repetition(pending, write)), new WriteOptions(), cancellationToken)
            : await _client.CreateAsync(Events, NamespaceOf(pending), Body(pending, write), new WriteOptions(), cancellationToken);
        if (!result.TryGet(out PartialObject? written, out KubernetesError? error)) return error;
        _correlator.Written(write.Key, ObjectKey.Of(written), write.Count);
        return null;
    }

    private string NamespaceOf(PendingEvent pending) =>
        pending.Regarding.Key.Namespace.Length > 0 ? pending.Regarding.Key.Namespace : _options.ClusterScopedNamespace;

    private static JsonObject Repetition(PendingEvent pending, CorrelatedEvent write) => new()
    {
        ["note"] = EventText.Cut(write.Message),
        ["series"] = new JsonObject { ["count"] = write.Count, ["lastObservedTime"] = MicroTime(pending.At) },
    };

    private JsonObject Body(PendingEvent pending, CorrelatedEvent write)
    {
        ObjectReference about = pending.Regarding;
        var regarding = new JsonObject { ["apiVersion"] = about.Kind.ApiVersion, ["kind"] = about.Kind.Kind, ["name"] = about.Key.Name };
        if (about.Key.Namespace.Length > 0) regarding["namespace"] = about.Key.Namespace;
        if (about.Uid is not null) regarding["uid"] = about.Uid;
        if (about.ResourceVersion is not null) regarding["resourceVersion"] = about.ResourceVersion;

        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(pending, write),
                ["namespace"] = NamespaceOf(pending),
            },
            ["eventTime"] = MicroTime(pending.At),
            ["reportingController"] = _options.ReportingController,
            ["reportingInstance"] = _options.ReportingInstance,
            ["action"] = pending.Reason,
            ["reason"] = pending.Reason,
            ["regarding"] = regarding,
            ["note"] = EventText.Cut(write.Message),
            ["type"] = pending.Type == EventType.Warning ? "Warning" : "Normal",
        };
    }

    /// <summary>The same for every attempt, so that one that was carried out unnoticed is found.</summary>
    private static string NameOf(PendingEvent pending, CorrelatedEvent write)
    {
        string unique = (pending.At.Ticks - DateTime.UnixEpoch.Ticks).ToString("x", CultureInfo.InvariantCulture) + write.Key.GetHashCode().ToString("x8", CultureInfo.InvariantCulture);
        return $"{EventText.Cut(pending.Regarding.Key.Name, 253 - unique.Length - 1).TrimEnd('.')}.{unique}";
    }

    private void Drop(PendingEvent pending, string why)
    {
        Dropped(_logger, why, pending.Reason);
        _dropped();
    }

    private static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Debug, Message = "event dropped")]
    private static partial void Dropped(ILogger logger, string error, string reason);
}
