// What the README shows, compiled and run by ReadmeTests; change both together.
// README-BEGIN
using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace Example;

public static class Kinds
{
    // Metadata is all we need of both kinds; nothing else of them is ever allocated.
    public static readonly KubernetesResource<PartialObject> Namespace = PartialObject.Resource(new("", "v1", "Namespace"), "namespaces", namespaced: false);
    public static readonly KubernetesResource<PartialObject> ConfigMap = PartialObject.Resource(new("", "v1", "ConfigMap"), "configmaps");
}

/// <summary>Level-triggered: told which namespace, never what happened to it.</summary>
public sealed class Greeter(IControllerManager manager) : IReconciler
{
    private readonly IObjectStore<PartialObject> _namespaces = manager.Cache.Informer(Kinds.Namespace).Store;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_namespaces.Get(key) is not { Metadata.IsBeingDeleted: false } home) return ReconcileResult.Done;
        if (!home.Metadata.Labels.TryGetValue("greet", out string? name)) return ReconcileResult.Done;

        ApiResult<PartialObject> applied = await manager.Client.PatchAsync(
            Kinds.ConfigMap,
            new ObjectKey(key.Name, "greeting"),
            Patch.Apply(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = "greeting", ["labels"] = new JsonObject { ["app"] = "greeter" } },
                ["data"] = new JsonObject { ["text"] = $"Hello, {name}!" },
            }),
            new WriteOptions { FieldManager = "greeter", Force = true },
            cancellationToken);

        // A refusal is a value; the manager logs it, counts it and tries again with back-off.
        if (applied.Error is { } error) return ReconcileResult.Failed(new KubernetesApiException(error), error.RetryAfter ?? default);
        manager.Events.Record(ObjectReference.To(Kinds.Namespace, home), EventType.Normal, "Greeted", $"said hello to {name}");
        return ReconcileResult.Done;
    }
}

public static class Program
{
    public static async Task<int> RunAsync(IKubernetesClient client, CancellationToken stop)
    {
        await using var manager = new ControllerManager(new()
        {
            Client = client,
            Events = new() { ReportingController = "greeter", ReportingInstance = Environment.MachineName },
            LeaderElection = new() { Namespace = "default", Name = "greeter", Identity = $"{Environment.MachineName}_{Guid.NewGuid()}" },
        });

        manager.AddController("greeter")
            .For(Kinds.Namespace)
            .Watches(Kinds.ConfigMap, map: static child => [ObjectKey.ClusterScoped(child.Metadata.Namespace!)], scope: new(LabelSelector: "app=greeter"))
            .Reconcile(new Greeter(manager));

        // Waits for an API server that is away; ends when told to stop, or when another replica has taken over.
        ManagerExit exit = await manager.RunAsync(stop);
        return exit.Reason == ManagerExitReason.Stopped ? 0 : 1;
    }
}
