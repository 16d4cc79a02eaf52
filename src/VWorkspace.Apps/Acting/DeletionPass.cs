using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Rendering;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Acting;

/// <summary>The pass over an instance that is being deleted: observe, decide, act.</summary>
internal sealed class DeletionPass(
    IKubernetesClient client, Stores stores, IKindAvailability kinds, StatusWriter statusWriter, TransitionPublisher publisher, AppsOptions options,
    ILogger<DeletionPass> log)
{
    private const string CauseFollows = "; last attempt: ";

    public async Task<ReconcileResult> RunAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        if (!instance.Metadata.Finalizers.Contains(Finalizers.ApplicationInstance, StringComparer.Ordinal)) return ReconcileResult.Done;
        DesiredCondition deleting = DeletionPlanner.Deleting(ApplicationReasons.Uninstalling, "it is not known what is left");
        ApplicationInstance? current = instance;
        try
        {
            DeletionObservation observed = await ObserveAsync(instance, cancellationToken).ConfigureAwait(false);
            DeletionPlan plan = DeletionPlanner.Plan(observed);
            deleting = plan.Deleting;
            // A cause that was shown stays until the act succeeds: taking it back first would be two writes for each failing pass.
            bool failedBefore = instance.Status.Conditions.Find(ApplicationConditions.Deleting) is { } shown
                && shown.Reason == deleting.Reason && shown.Message.StartsWith(deleting.Message + CauseFollows, StringComparison.Ordinal);
            if (!failedBefore) current = await SayAsync(instance, deleting, cancellationToken).ConfigureAwait(false);
            if (current is null) return ReconcileResult.Done;
            ReconcileResult result = await ActAsync(current, observed, plan, cancellationToken).ConfigureAwait(false);
            if (failedBefore && plan.Step is DeletionStep.Uninstall or DeletionStep.DeleteSources) await SayAsync(current, deleting, cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception fault) when (current is not null && fault is KubernetesApiException or KubernetesTransportException)
        {
            // The cause has to be seen on the object that does not go away.
            await SayAsync(current, deleting with { Message = $"{deleting.Message}{CauseFollows}{Redactor.Copied(fault.Message)}" }, cancellationToken).ConfigureAwait(false);
            return ReconcileResult.Failed(fault, fault is KubernetesApiException { Error.RetryAfter: { } after } ? after : TimeSpan.Zero, options.DeletionRecheck);
        }
    }

    private async Task<ReconcileResult> ActAsync(ApplicationInstance instance, DeletionObservation observed, DeletionPlan plan, CancellationToken cancellationToken)
    {
        switch (plan.Step)
        {
            case DeletionStep.Uninstall:
                await UninstallAsync(observed.Release!, plan, cancellationToken).ConfigureAwait(false);
                return ReconcileResult.RequeueAfter(options.DeletionRecheck);
            case DeletionStep.DeleteSources:
                bool left = false;
                foreach ((KubernetesResource<ChartSource> resource, ChartSource source) in observed.Sources)
                {
                    if (!Ownership.IsOurs(instance, source)) continue;
                    left |= source.Metadata.IsBeingDeleted || !await DeleteAsync(resource, source, cancellationToken).ConfigureAwait(false);
                }

                return left ? ReconcileResult.RequeueAfter(options.DeletionRecheck) : await FinishAsync(instance, cancellationToken).ConfigureAwait(false);
            case DeletionStep.Release:
                if (observed.Release is { } release)
                {
                    await LetGoAsync(FluxResources.HelmReleases, instance, release, cancellationToken).ConfigureAwait(false);
                    await ResumeAsync(instance, release, cancellationToken).ConfigureAwait(false);
                }

                foreach ((KubernetesResource<ChartSource> resource, ChartSource source) in observed.Sources) await LetGoAsync(resource, instance, source, cancellationToken).ConfigureAwait(false);
                return await FinishAsync(instance, cancellationToken).ConfigureAwait(false);
            default:
                return await FinishAsync(instance, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DeletionObservation> ObserveAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        string? release = instance.Spec.Release?.Name is { Length: > 0 } name ? name : instance.Status.HelmReleaseRef?.Name;
        if (string.IsNullOrEmpty(release) || instance.Spec.IsPlaceholder) return new() { Instance = instance };
        ObjectKey key = new(instance.Metadata.Namespace ?? string.Empty, release);
        HelmRelease? found = null;
        if (kinds.IsServed(FluxResources.HelmReleases.Kind))
            found = stores.Releases.Store.Get(key) ?? await ReadAsync(FluxResources.HelmReleases, key, cancellationToken).ConfigureAwait(false);
        var observed = new DeletionObservation { Instance = instance, Release = found };
        return DeletionPlanner.Plan(observed).Step == DeletionStep.Uninstall
            ? observed
            : observed with { Sources = await SourcesAsync(instance, key, cancellationToken).ConfigureAwait(false) };
    }

    // Ours carry our label, so the store knows them where their kind is watched; nothing of ours can be of a kind that was never applied. Keeping the
    // release means giving up whatever points to the instance, label or not: that is asked for.
    private async Task<IReadOnlyList<(KubernetesResource<ChartSource>, ChartSource)>> SourcesAsync(ApplicationInstance instance, ObjectKey release, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(release.Namespace, ChildMetadata.SourceName(release.Name));
        bool keeps = Suspension.IsDisabled(instance);
        var found = new List<(KubernetesResource<ChartSource>, ChartSource)>();
        foreach (string type in new[] { ChartSourceType.Oci, ChartSourceType.Helm })
        {
            KubernetesResource<ChartSource> resource = FluxResources.Source(type);
            INamespacedInformer<ChartSource> informer = stores.Sources(type);
            if (!kinds.IsServed(resource.Kind)) continue;
            ChartSource? source = !keeps && informer.HasSyncedIn(key.Namespace) ? informer.Store.Get(key)
                : keeps || MayHave(instance, type) ? await ReadAsync(resource, key, cancellationToken).ConfigureAwait(false)
                : null;
            if (source is not null) found.Add((resource, source));
        }

        return found;
    }

    // What was applied last is not known when a process died before it could say so.
    private static bool MayHave(ApplicationInstance instance, string sourceType) =>
        instance.Spec.Chart?.SourceType == sourceType
        || (instance.Status.LastAppliedChart is { } last ? last.SourceType == sourceType : instance.Metadata.Generation > 1);

    private async Task<T?> ReadAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        (await client.GetAsync(resource, key, cancellationToken).ConfigureAwait(false)).ValueOrNullIfNotFound();

    private async Task UninstallAsync(HelmRelease release, DeletionPlan plan, CancellationToken cancellationToken)
    {
        if (plan.ResumesFirst)
        {
            var resume = new JsonObject { ["spec"] = new JsonObject { ["suspend"] = false } };
            ApiResult<HelmRelease> resumed = await client.PatchAsync(
                FluxResources.HelmReleases, ObjectKey.Of(release), Patch.Merge(resume), new() { FieldManager = FieldManagers.Operator }, cancellationToken).ConfigureAwait(false);
            _ = resumed.ValueOrNullIfNotFound();
        }

        if (!release.Metadata.IsBeingDeleted) await DeleteAsync(FluxResources.HelmReleases, release, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>True when the object is gone for certain: the server says what is left of it.</returns>
    // 404 is success; so is a conflict, which means that another object of this name has taken the place.
    private async Task<bool> DeleteAsync(KubernetesResource resource, IKubernetesObject child, CancellationToken cancellationToken)
    {
        ApiResult<JsonObject> answer = await client.DeleteAsync(
            resource, ObjectKey.Of(child), new() { Uid = child.Metadata.Uid, PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
        if (!answer.TryGet(out JsonObject? left, out KubernetesError? error)) return error.IsNotFound || error.IsConflict ? true : throw new KubernetesApiException(error);
        AppliedLog.Applied(log, resource.Kind.Kind, child.Metadata.Namespace ?? string.Empty, child.Metadata.Name ?? string.Empty, "delete");
        return left["metadata"]?["deletionTimestamp"] is null;
    }

    // Without our owner reference the garbage collector leaves the object alone.
    private async Task LetGoAsync<T>(KubernetesResource<T> resource, ApplicationInstance instance, T child, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (child.Metadata.OwnerReferences.All(o => o.Uid != instance.Metadata.Uid)) return;
        var others = new JsonArray();
        foreach (OwnerReference owner in child.Metadata.OwnerReferences.Where(o => o.Uid != instance.Metadata.Uid))
            others.Add(System.Text.Json.JsonSerializer.SerializeToNode(owner, KubernetesJson.Default.OwnerReference));
        var body = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = child.Metadata.ResourceVersion, ["ownerReferences"] = others } };
        ApiResult<T> answer = await client.PatchAsync(resource, ObjectKey.Of(child), Patch.Merge(body), new() { FieldManager = FieldManagers.Operator }, cancellationToken).ConfigureAwait(false);
        _ = answer.ValueOrNullIfNotFound();
    }

    // A release that is kept has nobody any more who would end the suspension of a Restore.
    private async Task ResumeAsync(ApplicationInstance instance, HelmRelease release, CancellationToken cancellationToken)
    {
        if (!release.Metadata.Annotations.ContainsKey(Suspension.Marker) || !Ownership.IsOurs(instance, release)) return;
        ChildStep step = ChildPlanner.GiveUpSuspension(release);
        ApiResult<HelmRelease> answer = await client.PatchAsync(
            FluxResources.HelmReleases, step.Key, Patch.Apply(step.Body!), new() { FieldManager = FieldManagers.Suspension, Force = true }, cancellationToken).ConfigureAwait(false);
        _ = answer.ValueOrNullIfNotFound();
    }

    private async Task<ReconcileResult> FinishAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        var rest = new JsonArray([.. instance.Metadata.Finalizers.Where(f => f != Finalizers.ApplicationInstance).Select(f => JsonValue.Create(f))]);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = instance.Metadata.ResourceVersion, ["finalizers"] = rest } };
        ApiResult<ApplicationInstance> answer = await client.PatchAsync(
            ApiResources.ApplicationInstances, ObjectKey.Of(instance), Patch.Merge(body), new() { FieldManager = FieldManagers.Operator }, cancellationToken).ConfigureAwait(false);
        if (answer.Error is { IsConflict: true }) return ReconcileResult.RequeueAfter(TimeSpan.Zero);
        _ = answer.ValueOrNullIfNotFound();
        return ReconcileResult.Done;
    }

    private async Task<ApplicationInstance?> SayAsync(ApplicationInstance instance, DesiredCondition deleting, CancellationToken cancellationToken)
    {
        var decision = new StatusDecision
        {
            Conditions = [deleting],
            ObservedGeneration = instance.Status.ObservedGeneration,
            HelmReleaseRef = instance.Status.HelmReleaseRef,
            LastAppliedChart = instance.Status.LastAppliedChart,
            Endpoints = instance.Status.Endpoints,
            Next = NextPass.OnChange,
        };
        StatusWriter.Result result = await statusWriter.WriteAsync(instance, decision, cancellationToken).ConfigureAwait(false);
        if (result.Instance is { } written && result.Transitions.Count > 0) publisher.Publish(written, result.Transitions, decision);
        return result.Instance;
    }
}
