using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Kinds for tests.</summary>
internal static class Widgets
{
    public static KubernetesResource<PartialObject> Widget { get; } = PartialObject.Resource(new("example.io", "v1", "Widget"), "widgets");

    public static KubernetesResource<PartialObject> Gadget { get; } = PartialObject.Resource(new("example.io", "v1", "Gadget"), "gadgets");

    public static EventRecorderOptions Events { get; } = new() { ReportingController = "widget-operator", ReportingInstance = "pod-0" };
}

/// <summary>A reconciler made of a function.</summary>
internal sealed class FuncReconciler(Func<ObjectKey, CancellationToken, Task<ReconcileResult>> reconcile) : IReconciler
{
    public Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken) => reconcile(key, cancellationToken);
}
