using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Selectors;

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

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var core = type.Group.Length == 0;
        var ns = obj.Namespace();
        var target = obj[core ? "involvedObject" : "regarding"];
        var targetNamespace = target.Text("namespace") ?? "";
        if (obj.Text("eventTime") is not { Length: > 0 })
        {
            var agrees = targetNamespace.Length == 0 ? ns is "" or "default" : targetNamespace == ns;
            if (!agrees) yield return FieldCause.Invalid("involvedObject.namespace", targetNamespace, "does not match event.namespace");
        }
        else
        {
            foreach (var cause in ValidateNew(obj, core, ns, targetNamespace)) yield return cause;
        }

        if (core) yield break;
        if (obj.Text("eventTime") is not { Length: > 0 }) yield return FieldCause.Required("eventTime");
        if (obj.Text("type") is not ("Normal" or "Warning")) yield return FieldCause.Invalid("type", "", $"has invalid value: {obj.Text("type")}");
        if (obj.Text("deprecatedFirstTimestamp") is not null) yield return FieldCause.Invalid("firstTimestamp", "", "needs to be unset");
        if (obj.Text("deprecatedLastTimestamp") is not null) yield return FieldCause.Invalid("lastTimestamp", "", "needs to be unset");
        if (obj.Number("deprecatedCount") is > 0) yield return FieldCause.Invalid("count", "", "needs to be unset");
        if (obj["deprecatedSource"].Text("component") is { Length: > 0 } || obj["deprecatedSource"].Text("host") is { Length: > 0 })
            yield return FieldCause.Invalid("source", "", "needs to be unset");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (type.Group.Length == 0)
        {
            foreach (var cause in Validate(type, obj)) yield return cause;
            yield break;
        }

        foreach (var field in (IReadOnlyList<string>)["regarding", "reason", "note", "reportingController", "reportingInstance", "action", "type", "related"])
            foreach (var cause in Immutable(obj[field], old[field], field == "regarding" ? "involvedObject" : field)) yield return cause;
    }

    public override string FieldValue(JsonObject obj, string field)
    {
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

    private static IEnumerable<FieldCause> ValidateNew(JsonObject obj, bool core, string ns, string targetNamespace)
    {
        var controllerField = core ? "reportingComponent" : "reportingController";
        var controller = obj.Text(controllerField) ?? "";
        if (targetNamespace.Length == 0 && ns is not ("default" or "kube-system")) yield return FieldCause.Invalid("involvedObject.namespace", targetNamespace, "does not match event.namespace");
        if (controller.Length == 0) yield return FieldCause.Required(controllerField);
        foreach (var error in LabelSyntax.QualifiedNameErrors(controller)) yield return FieldCause.Invalid(controllerField, controller, error);
        var instance = obj.Text("reportingInstance") ?? "";
        if (instance.Length == 0) yield return FieldCause.Required("reportingInstance");
        if (instance.Length > 128) yield return FieldCause.Invalid("reportingInstance", instance, "can have at most 128 characters");
        var action = obj.Text("action") ?? "";
        if (action.Length == 0) yield return FieldCause.Required("action");
        if (action.Length > 128) yield return FieldCause.Invalid("action", action, "can have at most 128 characters");
        var reason = obj.Text("reason") ?? "";
        if (reason.Length == 0) yield return FieldCause.Required("reason");
        if (reason.Length > 128) yield return FieldCause.Invalid("reason", reason, "can have at most 128 characters");
        var message = obj.Text(core ? "message" : "note") ?? "";
        if (message.Length > 1024) yield return FieldCause.Invalid("message", message, "can have at most 1024 characters");
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
