using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Workloads;

/// <summary>
/// The stand-in for the deployment controller and the kubelets behind it: whatever is asked for is running at once. It makes
/// <c>kubectl rollout status</c> and <c>kubectl scale</c> work; there are no Pods.
/// </summary>
internal sealed class DeploymentStandIn(IControllerManager manager) : IReconciler
{
    private static readonly WriteOptions Writer = new() { FieldManager = "kube-controller-manager", Subresource = "status" };
    private static readonly KubernetesResource<Deployment> Deployments = new(new("apps", "v1", "Deployment"), "deployments", true, WorkloadJson.Default.Deployment);

    private readonly IObjectStore<Deployment> _store = manager.Cache.Informer(Deployments).Store;

    /// <summary>Registers the controller.</summary>
    public static void Add(IControllerManager manager) =>
        manager.AddController("deployment")
            .For(Deployments, (previous, current) => current is not null && previous?.Metadata.Generation != current.Metadata.Generation)
            .Reconcile(new DeploymentStandIn(manager));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_store.Get(key) is not { } deployment || deployment.Metadata.IsBeingDeleted) return ReconcileResult.Done;
        if (deployment.Status.ObservedGeneration == deployment.Metadata.Generation) return ReconcileResult.Done;
        int replicas = deployment.Spec.Replicas ?? 1;
        string now = manager.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        JsonObject Condition(string type, string reason, string message) => new()
        {
            ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = message, ["lastUpdateTime"] = now, ["lastTransitionTime"] = now,
        };
        JsonObject status = new()
        {
            ["observedGeneration"] = deployment.Metadata.Generation,
            ["replicas"] = replicas,
            ["updatedReplicas"] = replicas,
            ["readyReplicas"] = replicas,
            ["availableReplicas"] = replicas,
            ["conditions"] = new JsonArray(
                Condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability."),
                Condition("Progressing", "NewReplicaSetAvailable", $"Deployment \"{key.Name}\" has successfully progressed.")),
        };
        ApiResult<Deployment> written = await manager.Client.PatchAsync(Deployments, key, Patch.Merge(new() { ["status"] = status }), Writer, cancellationToken);
        return written.Error is { IsNotFound: false } error ? ReconcileResult.Failed(new KubernetesApiException(error)) : ReconcileResult.Done;
    }
}

internal sealed record Deployment : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public DeploymentSpec Spec { get => field ?? new(); init; } = new();
    public DeploymentStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record DeploymentSpec
{
    public int? Replicas { get; init; }
}

internal sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Deployment))]
internal sealed partial class WorkloadJson : JsonSerializerContext;
