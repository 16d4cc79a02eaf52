using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Events: one store, two groups that name the same fields differently, and two sets of rules.</summary>
internal sealed class EventStrategy : BuiltinStrategy, IVersionConverter
{
    private const string NewGroup = "events.k8s.io/v1";

    private static readonly (string Core, string New)[] Renamed =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    public override IVersionConverter Versions(ResourceType type) => this;

    public override void Convert(ResourceType type, JsonObject obj)
    {
        Rename(obj, type.ApiVersion);
        Schema(type)?.Canonicalize(obj);
    }

    (JsonObject Object, ManagedFields.MergeSchema Schema)? IVersionConverter.Convert(JsonObject value, string apiVersion)
    {
        if (BuiltinSchemas.Find(apiVersion, "Event") is not { } schema) return null;
        if (value.Text("apiVersion") == apiVersion) return (value, schema.Merge);
        var copy = value.Copy();
        Rename(copy, apiVersion);
        return (copy, schema.Merge);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => EventRules.Validate(obj, type.Group.Length == 0);

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => EventRules.ValidateUpdate(obj, old, type.Group.Length == 0);

    public override string FieldValue(JsonObject obj, string field)
    {
        // The newer group selects by its own names.
        field = field.StartsWith("regarding.", StringComparison.Ordinal) ? "involvedObject" + field["regarding".Length..] : field == "reportingController" ? "reportingComponent" : field;
        var node = obj;
        if (obj.Text("apiVersion") == NewGroup)
        {
            node = obj.Copy();
            Rename(node, "v1");
        }

        return field switch
        {
            "source" => node["source"].Text("component") is { Length: > 0 } component ? component : node.Text("reportingComponent") ?? "",
            _ => base.FieldValue(node, field),
        };
    }

    private static void Rename(JsonObject obj, string apiVersion)
    {
        if (obj.Text("apiVersion") == apiVersion) return;
        var toNew = apiVersion == NewGroup;
        obj["apiVersion"] = apiVersion;
        foreach (var (core, renamed) in Renamed)
        {
            var (from, to) = toNew ? (core, renamed) : (renamed, core);
            if (!obj.TryGetPropertyValue(from, out var value)) continue;
            obj.Remove(from);
            if (value is not null) obj[to] = value;
        }
    }
}
