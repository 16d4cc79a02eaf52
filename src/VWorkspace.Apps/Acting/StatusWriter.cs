using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Acting;

/// <summary>Brings the status of an instance to what was decided, and tells what changed on the way.</summary>
internal sealed class StatusWriter(IKubernetesClient client, TimeProvider clock)
{
    /// <summary>The instance after the write, and the transitions that it made; the same instance and none when nothing had to be written.</summary>
    internal sealed record Result(ApplicationInstance? Instance, IReadOnlyList<ConditionTransition> Transitions);

    /// <summary>Writes what differs. Nothing is written for the sake of <c>lastReconcileTime</c> alone.</summary>
    /// <returns>A null instance when the object is gone.</returns>
    public async Task<Result> WriteAsync(ApplicationInstance instance, StatusDecision decision, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        ConditionChange change = ConditionTransitions.Apply(instance.Status.Conditions, decision.Conditions, instance.Metadata.Generation, now);
        ApplicationInstanceStatus next = instance.Status with
        {
            ObservedGeneration = decision.ObservedGeneration,
            Conditions = change.Conditions,
            HelmReleaseRef = decision.HelmReleaseRef,
            LastAppliedChart = decision.LastAppliedChart,
            Endpoints = decision.Endpoints,
        };
        if (!change.Changed && Same(next, instance.Status)) return new(instance, []);
        next = next with { LastReconcileTime = now };
        var body = new JsonObject
        {
            ["apiVersion"] = ApiResources.ApplicationInstances.Kind.ApiVersion,
            ["kind"] = ApiResources.ApplicationInstances.Kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = instance.Metadata.Name, ["namespace"] = instance.Metadata.Namespace, ["uid"] = instance.Metadata.Uid },
            ["status"] = Applied(next),
        };
        ApiResult<ApplicationInstance> answer = await client.PatchAsync(
            ApiResources.ApplicationInstances, ObjectKey.Of(instance), Patch.Apply(body),
            new() { FieldManager = FieldManagers.Operator, Force = true, Subresource = "status" }, cancellationToken).ConfigureAwait(false);
        if (answer.TryGet(out ApplicationInstance? written, out KubernetesError? error)) return new(written, change.Transitions);
        // Gone, or replaced by another object of the same name: nothing to report about.
        return error.IsNotFound || error.IsConflict ? new(null, []) : throw new KubernetesApiException(error);
    }

    // Conditions of other writers are left to them: applying them would make the operator their owner.
    private static JsonNode? Applied(ApplicationInstanceStatus status) => JsonSerializer.SerializeToNode(
        status with { Conditions = [.. status.Conditions.Where(c => ApplicationConditions.All.Contains(c.Type, StringComparer.Ordinal))] }, ApiJson.Default.ApplicationInstanceStatus);

    private static bool Same(ApplicationInstanceStatus a, ApplicationInstanceStatus b) =>
        a.ObservedGeneration == b.ObservedGeneration && a.HelmReleaseRef == b.HelmReleaseRef && a.LastAppliedChart == b.LastAppliedChart
        && (a.Endpoints ?? []).SequenceEqual(b.Endpoints ?? []);
}
