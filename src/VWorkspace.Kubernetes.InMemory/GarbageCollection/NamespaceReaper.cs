using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.GarbageCollection;

/// <summary>Empties terminating namespaces and lets them go (upstream: <c>pkg/controller/namespace/deletion</c>).</summary>
internal sealed class NamespaceReaper(ApiCore core)
{
    private const string Finalizer = "kubernetes";

    public async Task ObserveAsync(string key, StoreEvent change, CancellationToken ct)
    {
        if (key == "namespaces")
        {
            if (change.Type != StoreEventType.Deleted && IsTerminating(change.Object)) await EmptyAsync(change.Object.Name, ct).ConfigureAwait(false);
        }
        else if (change.Type == StoreEventType.Deleted && change.Object.Namespace.Length > 0 && core.Store.Find("namespaces", "", change.Object.Namespace) is { } ns && IsTerminating(ns))
        {
            Finish(ns.Name);
        }
    }

    /// <summary>Takes the finalizers of a namespace's spec away; the namespace goes when nothing else holds it.</summary>
    public static JsonObject Finalized(JsonObject ns, IReadOnlyList<string> remaining)
    {
        var copy = ns.Copy();
        var spec = copy.Ensure("spec");
        if (remaining.Count == 0) spec.Remove("finalizers");
        else spec["finalizers"] = new JsonArray([.. remaining.Select(f => (JsonNode)f)]);
        return copy;
    }

    private static bool IsTerminating(StoredObject ns) => ns.Node.IsBeingDeleted();

    private async Task EmptyAsync(string name, CancellationToken ct)
    {
        var options = new WriteParameters { User = ApiCore.SystemUser, FieldManager = "kube-controller-manager" };
        foreach (var type in core.Registry.Current.All.Where(t => t.Namespaced && !t.Strategy.IsReview).DistinctBy(t => t.StorageKey, StringComparer.Ordinal))
        {
            foreach (var obj in core.Store.Read(type.StorageKey).Objects.Where(o => o.Namespace == name && !o.Node.IsBeingDeleted()))
            {
                try
                {
                    await core.Deleter.DeleteAsync(type, name, obj.Name, new DeleteRequest { PropagationPolicy = "Background", GracePeriodSeconds = 0 }, options, ct).ConfigureAwait(false);
                }
                catch (StatusException e) when (e.Code == 404)
                {
                    // Gone in the meantime.
                }
            }
        }

        Finish(name);
    }

    private void Finish(string name)
    {
        while (core.Store.Find("namespaces", "", name) is { } ns && IsTerminating(ns))
        {
            var finalizers = ns.Node["spec"].Items("finalizers").Texts();
            if (!finalizers.Contains(Finalizer, StringComparer.Ordinal) || HasContent(name)) return;
            var copy = Finalized(ns.Node, [.. finalizers.Where(f => f != Finalizer)]);
            var done = copy["spec"].Items("finalizers") is null && copy.Finalizers().Count == 0
                ? core.Store.Remove("namespaces", ns, copy) : core.Store.Replace("namespaces", ns, copy, 0);
            if (done is not null) return;
        }
    }

    private bool HasContent(string name) => core.Registry.Current.All.Where(t => t.Namespaced).Select(t => t.StorageKey).Distinct(StringComparer.Ordinal)
        .Any(key => core.Store.Read(key).Objects.Any(o => o.Namespace == name));
}
