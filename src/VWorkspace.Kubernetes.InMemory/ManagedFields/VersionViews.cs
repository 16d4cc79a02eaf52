using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>One change of an object, seen in the version of each owner.</summary>
internal sealed class VersionViews(FieldManagerRequest request, JsonObject live, JsonObject newObject)
{
    private readonly Dictionary<string, View?> views = new(StringComparer.Ordinal);

    /// <summary>The change in one version.</summary>
    internal sealed record View(TypedComparison Comparison, FieldSet Changed);

    /// <summary>The change in the version of the request.</summary>
    public View Own => In(request.ApiVersion)!;

    /// <summary>Follows changes of the schema and drops owners in versions that are gone.</summary>
    public void FollowSchemas(Dictionary<ManagerKey, ManagerEntry> managers) => FollowSchemas(managers, live, request);

    /// <summary>Follows changes of the schema and drops owners in versions that are gone.</summary>
    public static void FollowSchemas(Dictionary<ManagerKey, ManagerEntry> managers, JsonObject live, FieldManagerRequest request)
    {
        foreach (var (key, entry) in managers.ToArray())
        {
            if (Convert(live, entry.ApiVersion, request) is not var (_, schema))
            {
                managers.Remove(key);
            }
            else if (entry.Fields.FollowSchema(schema) is var fields && !ReferenceEquals(fields, entry.Fields))
            {
                managers[key] = entry with { Fields = fields };
            }
        }
    }

    /// <summary>What the others own of the fields that change.</summary>
    public List<KeyValuePair<ManagerKey, FieldSet>> Conflicts(Dictionary<ManagerKey, ManagerEntry> managers, ManagerKey except)
    {
        var conflicts = new List<KeyValuePair<ManagerKey, FieldSet>>();
        foreach (var (key, entry) in managers)
        {
            if (key != except && In(entry.ApiVersion) is { } view && entry.Fields.Intersect(view.Changed) is { IsEmpty: false } shared)
            {
                conflicts.Add(new(key, shared));
            }
        }

        return conflicts;
    }

    /// <summary>Takes changed and removed fields away from all owners but one; owners that are left with nothing go.</summary>
    public void TakeChangedFieldsFromOthers(Dictionary<ManagerKey, ManagerEntry> managers, ManagerKey? except)
    {
        foreach (var (key, entry) in managers.ToArray())
        {
            var left = entry.Fields;
            if (key != except)
            {
                if (In(entry.ApiVersion) is not { } view)
                {
                    managers.Remove(key);
                    continue;
                }

                left = left.Except(view.Changed).Except(view.Comparison.Removed);
            }

            if (left.IsEmpty)
            {
                managers.Remove(key);
            }
            else if (!ReferenceEquals(left, entry.Fields))
            {
                managers[key] = entry with { Fields = left };
            }
        }
    }

    /// <summary>An object in another version, with its type; null when the version is unknown.</summary>
    public static (JsonObject Object, MergeSchema Schema)? Convert(JsonObject value, string apiVersion, FieldManagerRequest request) =>
        apiVersion == request.ApiVersion || request.Versions is null ? (value, request.Schema) : request.Versions.Convert(value, apiVersion);

    private View? In(string apiVersion)
    {
        if (views.TryGetValue(apiVersion, out var known))
        {
            return known;
        }

        View? view = null;
        if (Convert(live, apiVersion, request) is var (before, schema) && Convert(newObject, apiVersion, request) is var (after, _))
        {
            var comparison = TypedComparison.Between(before, after, schema).Without(request.ResetFields);
            view = new View(comparison, comparison.Modified.Union(comparison.Added));
        }

        views.Add(apiVersion, view);
        return view;
    }
}
