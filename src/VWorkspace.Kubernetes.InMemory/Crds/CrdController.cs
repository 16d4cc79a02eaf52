using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>Serves what CustomResourceDefinitions define: accepts names, establishes, routes, and cleans up after deletion. Works inside the commit, so nobody has to wait.</summary>
internal sealed class CrdController(ApiCore core)
{
    public const string StorageKey = "customresourcedefinitions.apiextensions.k8s.io";
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";
    private readonly Lock _naming = new();
    private long _epoch;

    public void OnChange(StoreEvent change)
    {
        if (change.Type == StoreEventType.Deleted)
        {
            core.Registry.SetCustom(change.Object.Name, []);
            core.Store.Drop(CustomResourceTypes.StorageKeyOf(change.Object.Node));
            RetryNames(change.Object);
            return;
        }

        Serve(change.Object.Node);
        if (change.Object.Node.IsBeingDeleted()) CleanUp(change.Object);
        else Establish(change.Object);
    }

    /// <summary>Routes the served versions of a definition, once it is established.</summary>
    public void Serve(JsonObject crd)
    {
        if (!CrdStatus.IsTrue(crd, "Established")) return;
        var types = CustomResourceTypes.Build(crd, Interlocked.Increment(ref _epoch));
        foreach (var type in types) core.Store.Table(type.StorageKey);
        core.Registry.SetCustom(crd.Name(), types);
    }

    /// <summary>Routes exactly the definitions that are stored now, after a restore.</summary>
    public void ServeAll()
    {
        var stored = core.Store.Read(StorageKey).Objects;
        foreach (var name in core.Registry.CustomNames())
            if (!stored.Any(s => s.Name == name)) core.Registry.SetCustom(name, []);
        foreach (var crd in stored) Serve(crd.Node);
    }

    private void Establish(StoredObject stored)
    {
        // One definition after the other: of two that want one name, exactly one gets it.
        lock (_naming)
        {
            var crd = stored.Node.Copy();
            if (!CrdStatus.Decide(crd, CrdNamesInUse.By(Neighbours(stored)), Timestamps.Format(core.Time.GetUtcNow()))) return;
            core.Ownership.RecordStatus(core.Registry.Find("apiextensions.k8s.io", "v1", "customresourcedefinitions")!, stored.Node, crd, "kube-apiserver");
            core.Store.Replace(StorageKey, stored, crd, 0);
        }
    }

    /// <summary>Names became free: those that were refused theirs ask again.</summary>
    private void RetryNames(StoredObject gone)
    {
        foreach (var other in Neighbours(gone))
            if (!other.Node.IsBeingDeleted() && !CrdStatus.IsTrue(other.Node, "NamesAccepted")) Establish(other);
    }

    private List<StoredObject> Neighbours(StoredObject crd) =>
        [.. core.Store.Read(StorageKey).Objects.Where(o => o.Name != crd.Name && o.Node["spec"].Text("group") == crd.Node["spec"].Text("group"))];

    private void CleanUp(StoredObject stored)
    {
        if (!stored.Node.Finalizers().Contains(CleanupFinalizer, StringComparer.Ordinal)) return;
        var key = CustomResourceTypes.StorageKeyOf(stored.Node);
        foreach (var instance in core.Store.Read(key).Objects)
        {
            if (instance.Node.Finalizers().Count == 0) core.Store.Remove(key, instance);
            else if (!instance.Node.IsBeingDeleted())
            {
                var marked = instance.Node.Copy();
                marked.Metadata()["deletionTimestamp"] = Timestamps.Format(core.Time.GetUtcNow());
                marked.Metadata()["deletionGracePeriodSeconds"] = 0;
                core.Store.Replace(key, instance, marked, instance.SchemaEpoch);
            }
        }

        FinishCleanUp(stored.Name);
    }

    /// <summary>Lets a definition go once its last instance is gone.</summary>
    public void FinishCleanUp(string crdName)
    {
        var stored = core.Store.Find(StorageKey, "", crdName);
        if (stored is null || !stored.Node.IsBeingDeleted() || core.Store.Read(CustomResourceTypes.StorageKeyOf(stored.Node)).Objects.Count > 0) return;
        var remaining = stored.Node.Finalizers().Where(f => f != CleanupFinalizer).ToList();
        var last = stored.Node.Copy();
        if (remaining.Count == 0) last.Metadata().Remove("finalizers");
        else last.Metadata()["finalizers"] = new JsonArray([.. remaining.Select(f => (JsonNode)f)]);
        if (remaining.Count == 0) core.Store.Remove(StorageKey, stored, last);
        else if (remaining.Count < stored.Node.Finalizers().Count) core.Store.Replace(StorageKey, stored, last, 0);
    }
}
