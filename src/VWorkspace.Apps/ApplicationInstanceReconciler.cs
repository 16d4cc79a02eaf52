using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Acting;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Observing;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>
/// One pass over an ApplicationInstance: observe, decide about the children, write them, look at what stands now, decide about the status, write
/// it, tell the world. Nothing waits, nothing polls; everything can be repeated after a crash between any two writes.
/// </summary>
internal sealed class ApplicationInstanceReconciler(
    IKubernetesClient client,
    Stores stores,
    Observer observer,
    ChildWriter childWriter,
    StatusWriter statusWriter,
    DeletionPass deletion,
    TransitionPublisher publisher,
    IReadinessChecks checks,
    AppsOptions options,
    TimeProvider clock,
    Random random) : IReconciler
{
    private const int ImmediateRetries = 3;
    private readonly ConcurrentDictionary<ObjectKey, (string? Uid, PassMemory Memory)> _memory = new();

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (stores.Instances.Get(key) is not { } instance)
        {
            Forget(key);
            return ReconcileResult.Done;
        }

        for (int attempt = 0; attempt < ImmediateRetries; attempt++)
        {
            if (instance.Metadata.IsBeingDeleted)
            {
                checks.Forget(key);
                return await deletion.RunAsync(instance, cancellationToken).ConfigureAwait(false);
            }

            ApiResult<ApplicationInstance> claimed = await ClaimAsync(instance, cancellationToken).ConfigureAwait(false);
            if (claimed.TryGet(out ApplicationInstance? current, out KubernetesError? error)) return await PassAsync(key, current, cancellationToken).ConfigureAwait(false);
            if (error.IsNotFound) return ReconcileResult.Done;
            if (!error.IsConflict) throw new KubernetesApiException(error);
            // Somebody else wrote in between: look again and repeat the pass.
            ApiResult<ApplicationInstance> again = await client.GetAsync(ApiResources.ApplicationInstances, key, cancellationToken).ConfigureAwait(false);
            if (again.ValueOrNullIfNotFound() is not { } fresh) return ReconcileResult.Done;
            instance = fresh;
        }

        return ReconcileResult.Requeue;
    }

    private async Task<ReconcileResult> PassAsync(ObjectKey key, ApplicationInstance instance, CancellationToken cancellationToken)
    {
        Observation observed = await observer.ObserveAsync(instance, Recall(key, instance), cancellationToken).ConfigureAwait(false);
        ChildPlan plan = ChildPlanner.Plan(observed, options, clock.GetUtcNow());
        (Observation after, WriteOutcome outcome) = await childWriter.WriteAsync(observed, plan, cancellationToken).ConfigureAwait(false);
        Surroundings around = await observer.LookAroundAsync(after, checks.Failed(instance), cancellationToken).ConfigureAwait(false);
        StatusDecision decision = StatusDecider.Decide(after, plan, outcome, around, options, clock.GetUtcNow());
        checks.Watch(instance, Ownership.IsOurs(instance, after.Release) ? after.Release : null);
        if (decision.WritesStatus)
        {
            StatusWriter.Result written = await statusWriter.WriteAsync(instance, decision, cancellationToken).ConfigureAwait(false);
            if (written.Instance is not { } stored) return ReconcileResult.Requeue;
            publisher.Publish(stored, written.Transitions, decision);
        }

        _memory[key] = (instance.Metadata.Uid, decision.Memory);
        return Next(decision.Next, outcome);
    }

    // The finalizer, and the removal of a suspension whose Operation is over: one write, and only when needed.
    private async Task<ApiResult<ApplicationInstance>> ClaimAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject();
        if (!instance.Metadata.Finalizers.Contains(Finalizers.ApplicationInstance, StringComparer.Ordinal))
            metadata["finalizers"] = new JsonArray([.. instance.Metadata.Finalizers.Append(Finalizers.ApplicationInstance).Select(f => JsonValue.Create(f))]);
        if (observer.HasLeftoverSuspension(instance)) metadata["annotations"] = new JsonObject { [Annotations.SuspendedByOperation] = null };
        if (metadata.Count == 0) return new(instance);
        metadata["resourceVersion"] = instance.Metadata.ResourceVersion;
        return await client.PatchAsync(
            ApiResources.ApplicationInstances, ObjectKey.Of(instance), Patch.Merge(new JsonObject { ["metadata"] = metadata }),
            new() { FieldManager = FieldManagers.Operator }, cancellationToken).ConfigureAwait(false);
    }

    private ReconcileResult Next(NextPass next, WriteOutcome outcome)
    {
        if (next.Kind == NextPassKind.BackOff)
            return outcome is { Result: WriteResult.Failed, Fault: { } fault } ? ReconcileResult.Failed(fault, outcome.RetryAfter) : ReconcileResult.Requeue;
        if (next.Kind == NextPassKind.OnChange) return ReconcileResult.Done;
        if (next.Delay != options.SettledResync) return ReconcileResult.RequeueAfter(next.Delay);
        // Spread the routine looks, so that a thousand instances made together do not come back together.
        double factor;
        lock (random) factor = 0.9 + (random.NextDouble() * 0.2);
        return ReconcileResult.RequeueAfter(next.Delay * factor);
    }

    private PassMemory Recall(ObjectKey key, ApplicationInstance instance) =>
        _memory.TryGetValue(key, out (string? Uid, PassMemory Memory) known) && known.Uid == instance.Metadata.Uid ? known.Memory : PassMemory.Empty;

    private void Forget(ObjectKey key)
    {
        _memory.TryRemove(key, out _);
        checks.Forget(key);
    }
}
