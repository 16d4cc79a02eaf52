using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Result of a fetch, before it is written into a status.</summary>
internal abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>The artifact of a revision is stored.</summary>
    /// <param name="Revision">Revision as the kind writes it.</param>
    /// <param name="Digest">Digest of the stored file.</param>
    /// <param name="File">Name of the stored file.</param>
    /// <param name="Reason">Reason of the success.</param>
    /// <param name="Message">Text of the success.</param>
    public sealed record Stored(string Revision, string Digest, string File, string Reason, string Message) : FetchResult;

    /// <summary>It failed; worth trying again.</summary>
    public sealed record Failed(string Reason, string Message) : FetchResult;

    /// <summary>It failed for good, until the spec changes.</summary>
    public sealed record Stalled(string Reason, string Message) : FetchResult;
}

/// <summary>The status of a source after a fetch, as source-controller summarises it; pure.</summary>
internal static class SourceDecision
{
    public const string InProgress = "reconciliation in progress";

    /// <summary>Reconciling and Ready=Unknown, before anything is fetched. A failure of the same generation stays visible while it is retried.</summary>
    public static SourceStatus Begin(ISource source, TimeProvider clock)
    {
        long generation = source.Metadata.Generation;
        var conditions = new ConditionSet(source.Status.Conditions, generation, clock);
        bool newGeneration = source.Status.ObservedGeneration != generation;
        bool retried = conditions[FluxCondition.Ready] is { IsFalse: true } ready && ready.ObservedGeneration == generation;
        string message = newGeneration ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"processing object: new generation {source.Status.ObservedGeneration ?? -1} -> {generation}") : InProgress;
        if (retried)
        {
            conditions.MarkReconciling(FluxReason.ProgressingWithRetry, message);
        }
        else
        {
            conditions.MarkReconciling(FluxReason.Progressing, message);
            conditions.MarkUnknown(FluxCondition.Ready, FluxReason.Progressing, message);
        }

        return source.Status with { Conditions = conditions.ToList() };
    }

    /// <summary>True when a pass has to be announced: another generation, a new request by annotation, or no artifact yet.</summary>
    public static bool Announces(ISource source) =>
        source.Status.ObservedGeneration != source.Metadata.Generation
        || source.Status.Artifact is null
        || FluxApi.Annotation(source, FluxApi.RequestedAt) != source.Status.LastHandledReconcileAt;

    /// <summary>The final status of a pass.</summary>
    public static SourceStatus End(ISource source, SourceStatus begun, string kind, FetchResult result, TimeProvider clock)
    {
        long generation = source.Metadata.Generation;
        var conditions = new ConditionSet(begun.Conditions, generation, clock);
        SourceStatus status = begun with { LastHandledReconcileAt = FluxApi.Annotation(source, FluxApi.RequestedAt) ?? begun.LastHandledReconcileAt };
        switch (result)
        {
            case FetchResult.Stored stored:
                conditions.Delete(FluxCondition.FetchFailed);
                conditions.Delete(FluxCondition.ArtifactOutdated);
                conditions.Delete(FluxCondition.Stalled);
                conditions.Delete(FluxCondition.Reconciling);
                conditions.MarkTrue(FluxCondition.ArtifactInStorage, stored.Reason, stored.Message);
                conditions.MarkTrue(FluxCondition.Ready, stored.Reason, stored.Message);
                status = status with { ObservedGeneration = generation };
                if (status.Artifact?.Revision != stored.Revision) status = status with { Artifact = ArtifactOf(kind, source, stored, clock) };
                break;
            case FetchResult.Failed failed:
                conditions.MarkTrue(FluxCondition.FetchFailed, failed.Reason, failed.Message);
                conditions.MarkReconciling(FluxReason.ProgressingWithRetry, conditions[FluxCondition.Reconciling]?.Message ?? InProgress);
                conditions.MarkFalse(FluxCondition.Ready, failed.Reason, failed.Message);
                break;
            case FetchResult.Stalled stalled:
                conditions.MarkTrue(FluxCondition.FetchFailed, stalled.Reason, stalled.Message);
                conditions.MarkStalled(stalled.Reason, stalled.Message);
                conditions.MarkFalse(FluxCondition.Ready, stalled.Reason, stalled.Message);
                status = status with { ObservedGeneration = generation };
                break;
        }

        return status with { Conditions = conditions.ToList() };
    }

    private static Artifact ArtifactOf(string kind, ISource source, FetchResult.Stored stored, TimeProvider clock)
    {
        string path = $"{kind.ToLowerInvariant()}/{ObjectKey.Of(source)}/{stored.File}";
        return new()
        {
            Digest = stored.Digest,
            LastUpdateTime = StoredRelease.Time(clock.GetUtcNow()),
            Path = path,
            Revision = stored.Revision,
            Url = $"http://source-controller.flux-system.svc.cluster.local./{path}",
            Size = stored.Revision.Length * 1024L,
        };
    }
}
