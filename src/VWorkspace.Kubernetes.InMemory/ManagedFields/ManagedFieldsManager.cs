using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// Field ownership as kube-apiserver 1.36 keeps it: what an update or a patch does to <c>metadata.managedFields</c>, and server-side apply
/// (upstream: apimachinery <c>managedfields</c> over structured-merge-diff v6). Stateless and thread-safe.
/// </summary>
/// <remarks>
/// Call it where the server does: after decoding and defaulting, before admission and before the kind's own preparation (generated selectors,
/// reset of status). After admission, and before the write, call <see cref="ManagedFieldsTimes.KeepWhenNothingElseChanged"/>, which makes a write
/// without a change a write of nothing.
/// </remarks>
internal static class ManagedFieldsManager
{
    /// <summary>How many update entries an object may hold; older ones are folded together.</summary>
    public const int MaxUpdateManagers = 10;

    private const string BeforeFirstApply = "before-first-apply";
    private const string AncientChanges = "ancient-changes";

    /// <summary>What nobody owns.</summary>
    private static readonly FieldSet NeverOwned = FieldSet.OfFields(
        ["apiVersion"],
        ["kind"],
        ["metadata"],
        ["metadata", "name"],
        ["metadata", "namespace"],
        ["metadata", "creationTimestamp"],
        ["metadata", "selfLink"],
        ["metadata", "uid"],
        ["metadata", "clusterName"],
        ["metadata", "generation"],
        ["metadata", "managedFields"],
        ["metadata", "resourceVersion"]);

    private static readonly JsonObject NoObject = [];

    /// <summary>
    /// Sets the managed fields of an object that a create, an update or a patch (other than apply) makes.
    /// </summary>
    /// <param name="live">The object before; null for a create. Not changed.</param>
    /// <param name="newObject">The object after; its managed fields are replaced.</param>
    /// <param name="request">Who writes.</param>
    public static void Update(JsonObject? live, JsonObject newObject, FieldManagerRequest request)
    {
        var managers = DecodeLiveOrNew(live, newObject, ignoreNew: request.Subresource.Length > 0);

        // An object whose fields nobody tracks stays untracked until somebody applies.
        if (managers.Count > 0 || live is null)
        {
            TrackUpdate(live ?? NoObject, newObject, managers, request);
        }

        ManagedFieldsCodec.Encode(newObject, managers);
    }

    /// <summary>Merges an applied configuration into an object.</summary>
    /// <param name="live">The object before; null when the apply creates it. Not changed.</param>
    /// <param name="patch">The applied configuration. Not changed.</param>
    /// <param name="force">Takes fields over instead of answering with conflicts.</param>
    /// <param name="request">Who writes.</param>
    public static ApplyOutcome Apply(JsonObject? live, JsonObject patch, bool force, FieldManagerRequest request)
    {
        if (!ManagedFieldsCodec.TryDecode(live, out var managers, out var error))
        {
            return new ApplyOutcome.Rejected("failed to decode managed fields: " + error, 500);
        }

        if (managers.Count == 0 && live is not null)
        {
            TrackUpdate(NoObject, live, managers, request with { Manager = BeforeFirstApply });
        }

        var operation = new ApplyOperation(live, patch, managers, request, NeverOwned);
        var outcome = operation.Run(force);
        return LastAppliedMigration.Continue(outcome, operation, live, patch, request);
    }

    private static Dictionary<ManagerKey, ManagerEntry> DecodeLiveOrNew(JsonObject? live, JsonObject newObject, bool ignoreNew)
    {
        if (!ignoreNew)
        {
            if (ManagedFieldsCodec.IsReset(newObject))
            {
                return [];
            }

            // Clients that do not know managed fields, or garble them, must not take them away.
            if (ManagedFieldsCodec.TryDecode(newObject, out var sent, out _) && sent.Count > 0)
            {
                return sent;
            }
        }

        return ManagedFieldsCodec.TryDecode(live, out var kept, out _) ? kept : [];
    }

    private static void TrackUpdate(JsonObject live, JsonObject newObject, Dictionary<ManagerKey, ManagerEntry> managers, FieldManagerRequest request)
    {
        var views = new VersionViews(request, live, newObject);
        views.FollowSchemas(managers);
        views.TakeChangedFieldsFromOthers(managers, except: null);
        var own = views.Own.Comparison;
        var taken = own.Modified.Union(own.Added).Except(NeverOwned);
        if (!taken.IsEmpty)
        {
            var key = new ManagerKey(NameOf(request), IsApply: false, request.ApiVersion, request.Subresource);
            var fields = managers.TryGetValue(key, out var previous) ? taken.Union(previous.Fields) : taken;
            managers[key] = new ManagerEntry(fields, request.ApiVersion, request.Now);
        }

        FoldOldUpdates(managers);
    }

    /// <summary>The manager's name as entries show it.</summary>
    internal static string NameOf(FieldManagerRequest request) => request.Manager.Length == 0 ? "unknown" : request.Manager;

    private static void FoldOldUpdates(Dictionary<ManagerKey, ManagerEntry> managers)
    {
        if (managers.Count <= MaxUpdateManagers)
        {
            return;
        }

        var updaters = managers.Where(m => !m.Key.IsApply).OrderBy(m => ManagedFieldsCodec.Seconds(m.Value)).ThenBy(m => m.Key).Select(m => m.Key).ToList();
        var firstOfVersion = new Dictionary<string, ManagerKey>(StringComparer.Ordinal);
        var count = updaters.Count;
        foreach (var updater in updaters)
        {
            if (count <= MaxUpdateManagers)
            {
                return;
            }

            var entry = managers[updater];
            if (!firstOfVersion.TryGetValue(entry.ApiVersion, out var first))
            {
                firstOfVersion.Add(entry.ApiVersion, updater);
                continue;
            }

            var bucket = new ManagerKey(AncientChanges, IsApply: false, entry.ApiVersion, string.Empty);
            if (!managers.ContainsKey(bucket) && managers.Remove(first, out var oldest))
            {
                managers.Add(bucket, oldest);
            }

            managers.Remove(updater);
            managers[bucket] = new ManagerEntry(entry.Fields.Union(managers[bucket].Fields), entry.ApiVersion, entry.Time);
            count--;
        }
    }
}
