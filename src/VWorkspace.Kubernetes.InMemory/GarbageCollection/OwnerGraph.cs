using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.GarbageCollection;

/// <summary>Who owns whom, by uid, and what follows from it (upstream: <c>pkg/controller/garbagecollector</c>): background, foreground and orphaning deletion.</summary>
internal sealed class OwnerGraph(ApiCore core)
{
    private readonly Dictionary<string, HashSet<(string Key, string Object)>> _dependents = new(StringComparer.Ordinal);

    public async Task ObserveAsync(string key, StoreEvent change, CancellationToken ct)
    {
        var obj = change.Object;
        if (change.Previous is { } previous)
            foreach (var uid in OwnerUids(previous.Node)) _dependents.GetValueOrDefault(uid)?.Remove((key, obj.Key));
        if (change.Type == StoreEventType.Deleted)
        {
            foreach (var dependent in Dependents(obj.Uid)) await ReleaseAsync(dependent.Key, dependent.Object, ct).ConfigureAwait(false);
            _dependents.Remove(obj.Uid);
            // An owner that waits in foreground may have waited for this one.
            foreach (var owner in Owners(obj.Node)) await FinishForegroundAsync(owner.Key, owner.Object, ct).ConfigureAwait(false);
            return;
        }

        foreach (var uid in OwnerUids(obj.Node))
        {
            if (!_dependents.TryGetValue(uid, out var set)) _dependents[uid] = set = [];
            set.Add((key, obj.Key));
        }

        if (OwnerUids(obj.Node).Any()) await ReleaseAsync(key, obj.Key, ct).ConfigureAwait(false);
        if (!obj.Node.IsBeingDeleted()) return;
        if (obj.Node.Finalizers().Contains("orphan", StringComparer.Ordinal)) await OrphanAsync(key, obj, ct).ConfigureAwait(false);
        else if (obj.Node.Finalizers().Contains("foregroundDeletion", StringComparer.Ordinal)) await ForegroundAsync(key, obj, ct).ConfigureAwait(false);
    }

    private (string Key, string Object)[] Dependents(string uid) => _dependents.TryGetValue(uid, out var set) ? [.. set] : [];

    /// <summary>Deletes an object whose owners are all gone; otherwise drops the references to those that are.</summary>
    private async Task ReleaseAsync(string key, string objectKey, CancellationToken ct)
    {
        var stored = core.Store.Table(key).Find(objectKey);
        if (stored is null || stored.Node["metadata"].Items("ownerReferences") is not { Count: > 0 } references) return;
        var gone = references.Where(r => !Exists(r, stored.Namespace)).Select(r => r.Text("uid") ?? "").ToHashSet(StringComparer.Ordinal);
        if (gone.Count == 0) return;
        if (gone.Count == references.Count) await DeleteAsync(stored, key, "Background", ct).ConfigureAwait(false);
        else await WithoutOwnersAsync(key, stored, gone, ct).ConfigureAwait(false);
    }

    private async Task ForegroundAsync(string key, StoredObject owner, CancellationToken ct)
    {
        foreach (var (dependentKey, dependentObject) in Dependents(owner.Uid))
            if (core.Store.Table(dependentKey).Find(dependentObject) is { } dependent && !dependent.Node.IsBeingDeleted())
                await DeleteAsync(dependent, dependentKey, "Foreground", ct).ConfigureAwait(false);
        await FinishForegroundAsync(key, owner.Key, ct).ConfigureAwait(false);
    }

    private async Task FinishForegroundAsync(string key, string objectKey, CancellationToken ct)
    {
        var owner = core.Store.Table(key).Find(objectKey);
        if (owner is null || !owner.Node.IsBeingDeleted() || !owner.Node.Finalizers().Contains("foregroundDeletion", StringComparer.Ordinal)) return;
        // Only dependents that say so hold their owner back.
        var blocked = Dependents(owner.Uid).Any(d => core.Store.Table(d.Key).Find(d.Object) is { } dependent
            && (dependent.Node["metadata"].Items("ownerReferences") ?? []).Any(r => r.Text("uid") == owner.Uid && r.Flag("blockOwnerDeletion") == true));
        if (!blocked) await WithoutFinalizerAsync(key, owner, "foregroundDeletion", ct).ConfigureAwait(false);
    }

    private async Task OrphanAsync(string key, StoredObject owner, CancellationToken ct)
    {
        foreach (var (dependentKey, dependentObject) in Dependents(owner.Uid))
            if (core.Store.Table(dependentKey).Find(dependentObject) is { } dependent) await WithoutOwnersAsync(dependentKey, dependent, [owner.Uid], ct).ConfigureAwait(false);
        await WithoutFinalizerAsync(key, owner, "orphan", ct).ConfigureAwait(false);
    }

    private Task WithoutOwnersAsync(string key, StoredObject stored, HashSet<string> uids, CancellationToken ct) => ChangeAsync(key, stored, node =>
    {
        if (node["metadata"].Items("ownerReferences") is not { } references) return;
        for (var i = references.Count - 1; i >= 0; i--)
            if (uids.Contains(references[i].Text("uid") ?? "")) references.RemoveAt(i);
        if (references.Count == 0) node.Metadata().Remove("ownerReferences");
    }, ct);

    private Task WithoutFinalizerAsync(string key, StoredObject stored, string finalizer, CancellationToken ct) => ChangeAsync(key, stored, node =>
    {
        var left = node.Finalizers().Where(f => f != finalizer).ToList();
        if (left.Count == 0) node.Metadata().Remove("finalizers");
        else node.Metadata()["finalizers"] = new JsonArray([.. left.Select(f => (JsonNode)f)]);
    }, ct);

    private async Task ChangeAsync(string key, StoredObject stored, Action<JsonObject> change, CancellationToken ct)
    {
        if (TypeOf(key) is not { } type) return;
        var source = new UpdateSource
        {
            Change = live =>
            {
                var copy = live.Copy();
                change(copy);
                return copy;
            },
            IsPatch = true,
        };
        try
        {
            await core.Writer.UpdateAsync(type, stored.Namespace, stored.Name, "", source, Parameters(), ct).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.Code == 404)
        {
            // Gone in the meantime.
        }
    }

    private async Task DeleteAsync(StoredObject stored, string key, string policy, CancellationToken ct)
    {
        if (TypeOf(key) is not { } type || stored.Node.IsBeingDeleted()) return;
        // An object that asks for its own way of deletion keeps it.
        var own = stored.Node.Finalizers().Contains("orphan", StringComparer.Ordinal) ? "Orphan" : stored.Node.Finalizers().Contains("foregroundDeletion", StringComparer.Ordinal) ? "Foreground" : policy;
        try
        {
            await core.Deleter.DeleteAsync(type, stored.Namespace, stored.Name, new DeleteRequest { PreconditionUid = stored.Uid, PropagationPolicy = own }, Parameters(), ct).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.Code is 404 or 409)
        {
            // Gone, or another object under the same name.
        }
    }

    private bool Exists(JsonNode? reference, string ns) => Locate(reference, ns) is not { } place || core.Store.Table(place.Key).Find(place.Object)?.Uid == reference.Text("uid");

    private (string Key, string Object)? Locate(JsonNode? reference, string ns)
    {
        // A kind that is not served cannot be proven gone: its dependents stay.
        var type = core.Registry.Current.All.FirstOrDefault(t => t.Kind == reference.Text("kind") && t.Group == Group(reference.Text("apiVersion")) && !t.Strategy.IsReview);
        return type is null ? null : (type.StorageKey, StoredObject.MakeKey(type.Namespaced ? ns : "", reference.Text("name") ?? ""));
    }

    private IEnumerable<(string Key, string Object)> Owners(JsonObject node) =>
        (node["metadata"].Items("ownerReferences") ?? []).Select(r => Locate(r, node.Namespace())).OfType<(string, string)>();

    private static string Group(string? apiVersion) => apiVersion?.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? apiVersion[..slash] : "";

    private static IEnumerable<string> OwnerUids(JsonObject node) => (node["metadata"].Items("ownerReferences") ?? []).Select(r => r.Text("uid")).OfType<string>();

    private ResourceType? TypeOf(string key) => core.Registry.Current.All.FirstOrDefault(t => t.StorageKey == key);

    private static WriteParameters Parameters() => new() { User = ApiCore.SystemUser, FieldManager = "kube-controller-manager" };
}
