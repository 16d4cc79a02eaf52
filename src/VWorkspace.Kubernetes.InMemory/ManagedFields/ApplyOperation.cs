using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>One server-side apply (structured-merge-diff <c>merge.Updater.Apply</c> and apimachinery's managers around it).</summary>
internal sealed class ApplyOperation(
    JsonObject? live,
    JsonObject patch,
    Dictionary<ManagerKey, ManagerEntry> liveManagers,
    FieldManagerRequest request,
    FieldSet neverOwned)
{
    private readonly JsonObject before = live ?? [];
    private readonly ManagerKey self = new(ManagedFieldsManager.NameOf(request), IsApply: true, string.Empty, request.Subresource);

    /// <summary>The conflicts of the last run, by owner.</summary>
    public List<KeyValuePair<ManagerKey, FieldSet>> Conflicts { get; private set; } = [];

    /// <summary>Runs the apply; may be run again with force.</summary>
    public ApplyOutcome Run(bool force)
    {
        if (Reject() is { } rejected)
        {
            return rejected;
        }

        var managers = new Dictionary<ManagerKey, ManagerEntry>(liveManagers);
        VersionViews.FollowSchemas(managers, before, request);

        var errors = new TypedErrors();
        var merged = TypedMerger.Merge(live, patch, request.Schema, errors);
        if (!errors.IsEmpty)
        {
            return new ApplyOutcome.Rejected("failed to merge config: " + errors, 500);
        }

        var last = managers.GetValueOrDefault(self);
        var applied = TypedFields.Of(patch, request.Schema).ExceptRecursive(request.ResetFields ?? FieldSet.Empty);
        managers[self] = new ManagerEntry(applied, request.ApiVersion, last?.Time);
        merged = Prune(merged, managers, last);
        Tidy(merged);

        var views = new VersionViews(request, before, merged);
        Conflicts = views.Conflicts(managers, self);
        if (!force && Conflicts.Count > 0)
        {
            return Conflict(Conflicts);
        }

        views.TakeChangedFieldsFromOthers(managers, self);
        if (managers.TryGetValue(self, out var own))
        {
            var owned = own.Fields.Except(neverOwned);
            if (owned.IsEmpty)
            {
                managers.Remove(self);
            }
            else
            {
                managers[self] = own with { Fields = owned };
            }
        }

        var isUnchanged = live is not null && EqualBesidesManagedFields(live, merged) && SameFields(managers, liveManagers);
        if (!isUnchanged && managers.TryGetValue(self, out own))
        {
            managers[self] = own with { Time = request.Now };
        }

        ManagedFieldsCodec.Encode(merged, managers);
        return new ApplyOutcome.Merged(merged, isUnchanged && JsonNode.DeepEquals(live, merged));
    }

    /// <summary>The outcome that reports conflicts.</summary>
    public static ApplyOutcome.Conflict Conflict(List<KeyValuePair<ManagerKey, FieldSet>> conflicts)
    {
        var causes = conflicts
            .OrderBy(c => c.Key)
            .SelectMany(c => c.Value.Paths().Select(path => new FieldManagerConflict(c.Key, path)))
            .ToList();
        return new ApplyOutcome.Conflict(ConflictMessage.For(causes), causes);
    }

    private ApplyOutcome.Rejected? Reject()
    {
        var version = Text(patch, "apiVersion");
        if (version != request.ApiVersion)
        {
            return new ApplyOutcome.Rejected($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {request.ApiVersion}", 400);
        }

        var metadata = patch["metadata"] as JsonObject;
        if (metadata?["managedFields"] is not null)
        {
            return new ApplyOutcome.Rejected("metadata.managedFields must be nil", 400);
        }

        if (TypedValidator.Check(patch, request.Schema, allowDuplicates: false) is { } error)
        {
            // Go prints a group version without a group with its leading slash.
            var groupVersion = version.Contains('/', StringComparison.Ordinal) ? version : "/" + version;
            var name = $"{Text(metadata, "namespace")}/{Text(metadata, "name")}; {groupVersion}, Kind={Text(patch, "kind")}";
            return new ApplyOutcome.Rejected($"failed to create typed patch object ({name}): {error}", 500);
        }

        return null;
    }

    /// <summary>
    /// Removes what this manager applied last time, does not apply now, and no other applier applies. What owners by update or nobody own stays,
    /// unless it hangs below something that goes.
    /// </summary>
    private JsonObject Prune(JsonObject merged, Dictionary<ManagerKey, ManagerEntry> managers, ManagerEntry? last)
    {
        if (last is null || last.Fields.IsEmpty || VersionViews.Convert(merged, last.ApiVersion, request) is not var (source, schema))
        {
            return merged;
        }

        var lastFields = last.Fields.WithNamedParents(schema);
        var pruned = TypedRemoval.Remove(source, lastFields, schema);
        pruned = AddBackOwned(source, pruned, managers, last.ApiVersion);

        var prunedFields = TypedFields.Of(pruned, schema).WithNamedParents(schema);
        var sourceFields = TypedFields.Of(source, schema).WithNamedParents(schema);
        var result = TypedRemoval.Remove(source, sourceFields.Except(prunedFields).Intersect(lastFields), schema) ?? [];
        return last.ApiVersion == request.ApiVersion || request.Versions is null ? result : request.Versions.Convert(result, request.ApiVersion)?.Object ?? merged;
    }

    private JsonObject? AddBackOwned(JsonObject merged, JsonObject? pruned, Dictionary<ManagerKey, ManagerEntry> managers, string prunedVersion)
    {
        var byVersion = new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        foreach (var (key, entry) in managers)
        {
            if (key.IsApply)
            {
                byVersion[entry.ApiVersion] = byVersion.TryGetValue(entry.ApiVersion, out var others) ? others.Union(entry.Fields) : entry.Fields;
            }
        }

        // The version that was pruned comes first, so that other versions convert an object that is whole again.
        foreach (var (version, managed) in byVersion.OrderByDescending(v => v.Key == prunedVersion))
        {
            if (VersionViews.Convert(merged, version, request) is not var (source, schema)
                || VersionViews.Convert(pruned ?? [], version, request) is not var (rest, _))
            {
                continue;
            }

            merged = source;
            var gone = TypedFields.Of(source, schema).WithNamedParents(schema)
                .Except(TypedFields.Of(rest, schema).WithNamedParents(schema))
                .Except(managed.WithNamedParents(schema));
            pruned = TypedRemoval.Remove(source, gone, schema);
        }

        return pruned is null || request.Versions is null ? pruned : request.Versions.Convert(pruned, prunedVersion)?.Object ?? pruned;
    }

    /// <summary>Does what upstream's Go types do on the way: an empty creation time is none, and a null in a struct is nothing.</summary>
    private void Tidy(JsonObject merged)
    {
        if (live?["metadata"] is JsonObject old && merged["metadata"] is JsonObject current && current["creationTimestamp"] is null
            && old["creationTimestamp"] is { } created)
        {
            current["creationTimestamp"] = created.DeepClone();
        }

        if (request.Schema.IsBuiltin)
        {
            DropNulls(patch, merged, live);
        }
    }

    private static void DropNulls(JsonObject from, JsonObject target, JsonObject? old)
    {
        foreach (var (name, node) in from)
        {
            if (node is null && target.TryGetPropertyValue(name, out var value) && value is null && old?.ContainsKey(name) != true)
            {
                target.Remove(name);
            }
            else if (node is JsonObject below && target[name] is JsonObject targetBelow)
            {
                DropNulls(below, targetBelow, old?[name] as JsonObject);
            }
        }
    }

    private static bool SameFields(Dictionary<ManagerKey, ManagerEntry> a, Dictionary<ManagerKey, ManagerEntry> b) =>
        a.Count == b.Count && a.All(m => b.TryGetValue(m.Key, out var other) && other == m.Value);

    private static bool EqualBesidesManagedFields(JsonObject a, JsonObject b)
    {
        // The merged object still carries the live list here, so a plain comparison will do.
        return JsonNode.DeepEquals(a, b);
    }

    private static string Text(JsonObject? map, string name) =>
        map?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : string.Empty;
}
