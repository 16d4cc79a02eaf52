using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>The stand-in for source-controller's reconcilers; the kinds differ only in how they fetch.</summary>
internal sealed class SourceReconciler<T>(
    IControllerManager manager, KubernetesResource<T> resource, FluxOptions options, SourceRules<T> rules) : IReconciler
    where T : class, ISource
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(5);

    private readonly IObjectStore<T> _store = manager.Cache.Informer(resource).Store;
    private readonly StatusWriter _writer = new(manager.Client, FluxApi.SourceControllerName);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_store.Get(key) is not { } source || rules.IsStatic(source)) return ReconcileResult.Done;
        if (source.Metadata.IsBeingDeleted)
        {
            if (source.Metadata.Finalizers.Contains(FluxApi.Finalizer, StringComparer.Ordinal)) await _writer.RemoveFinalizerAsync(resource, source, cancellationToken);
            return ReconcileResult.Done;
        }

        if (!source.Metadata.Finalizers.Contains(FluxApi.Finalizer, StringComparer.Ordinal))
        {
            await _writer.AddFinalizerAsync(resource, source, cancellationToken);
            if (_store.Get(key) is not { } again || again.Metadata.Uid != source.Metadata.Uid) return ReconcileResult.Requeue;
            source = again;
        }

        if (rules.IsSuspended(source)) return ReconcileResult.Done;
        return await FetchAsync(key, source, cancellationToken);
    }

    private async Task<ReconcileResult> FetchAsync(ObjectKey key, T source, CancellationToken cancellationToken)
    {
        JsonObject written = ToJson(source.Status);
        SourceStatus begun = SourceDecision.Begin(source, manager.Clock);
        if (SourceDecision.Announces(source))
        {
            JsonObject announced = ToJson(begun);
            if (!await _writer.WriteAsync(resource, key, written, announced, cancellationToken)) return ReconcileResult.Done;
            written = announced;
        }

        await Task.Delay(options.FetchDuration, manager.Clock, cancellationToken);
        FetchResult result = rules.Fetch(source);
        SourceStatus ended = SourceDecision.End(source, begun, resource.Kind.Kind, result, manager.Clock);
        if (result is FetchResult.Stored) ended = rules.Observe(source, ended);
        await _writer.WriteAsync(resource, key, written, ToJson(ended), cancellationToken);
        Record(source, ended, result);
        return result switch
        {
            FetchResult.Stored => ReconcileResult.RequeueAfter(GoDuration.Parse(rules.Interval(source)) ?? DefaultInterval),
            FetchResult.Stalled => ReconcileResult.Done,
            _ => ReconcileResult.Requeue,
        };
    }

    private void Record(T source, SourceStatus ended, FetchResult result)
    {
        ObjectReference regarding = ObjectReference.To(resource, source);
        if (result is FetchResult.Stored stored && source.Status.Artifact?.Revision != stored.Revision)
            manager.Events.Record(regarding, EventType.Normal, rules.StoredReason, rules.StoredMessage(source, ended, stored));
        else if (result is FetchResult.Failed failed)
            manager.Events.Record(regarding, EventType.Warning, failed.Reason, failed.Message);
        else if (result is FetchResult.Stalled stalled)
            manager.Events.Record(regarding, EventType.Warning, stalled.Reason, stalled.Message);
    }

    private static JsonObject ToJson(SourceStatus status) => JsonSerializer.SerializeToNode(status, FluxJson.Default.SourceStatus)!.AsObject();
}

/// <summary>How one kind of source is fetched.</summary>
internal sealed record SourceRules<T> where T : class, ISource
{
    public required Func<T, FetchResult> Fetch { get; init; }

    public required Func<T, string?> Interval { get; init; }

    public required Func<T, bool> IsSuspended { get; init; }

    /// <summary>Kinds that source-controller leaves alone.</summary>
    public Func<T, bool> IsStatic { get; init; } = _ => false;

    /// <summary>Adds what this kind notes about a success.</summary>
    public Func<T, SourceStatus, SourceStatus> Observe { get; init; } = (_, status) => status;

    public string StoredReason { get; init; } = "NewArtifact";

    public Func<T, SourceStatus, FetchResult.Stored, string> StoredMessage { get; init; } = (_, _, stored) => stored.Message;
}
