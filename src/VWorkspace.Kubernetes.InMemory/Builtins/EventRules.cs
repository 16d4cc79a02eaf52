using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Validation of events, after <c>pkg/apis/core/validation/events.go</c>: lenient for the core group, strict for the newer one.</summary>
internal static class EventRules
{
    private const int TextLimit = 128;
    private const int NoteLimit = 1024;

    public static IEnumerable<FieldCause> Validate(JsonObject obj, bool core)
    {
        foreach (var cause in Legacy(obj, core)) yield return cause;
        if (core) yield break;
        foreach (var error in NameRules.Subdomain(obj.Name())) yield return FieldCause.Invalid("metadata.name", obj.Name(), error);
        foreach (var cause in Series(obj)) yield return cause;
        if (IsUnset(obj, "eventTime")) yield return FieldCause.Required("eventTime");
        if (obj.Text("type") is not ("Normal" or "Warning")) yield return FieldCause.Invalid("type", "", $"has invalid value: {obj.Text("type")}");
        if (!IsUnset(obj, "deprecatedFirstTimestamp")) yield return FieldCause.Invalid("firstTimestamp", "", "needs to be unset");
        if (!IsUnset(obj, "deprecatedLastTimestamp")) yield return FieldCause.Invalid("lastTimestamp", "", "needs to be unset");
        if (obj.Number("deprecatedCount") is not (null or 0)) yield return FieldCause.Invalid("count", "", "needs to be unset");
        if (!IsUnset(obj["deprecatedSource"], "component") || !IsUnset(obj["deprecatedSource"], "host")) yield return FieldCause.Invalid("source", "", "needs to be unset");
    }

    public static IEnumerable<FieldCause> ValidateUpdate(JsonObject obj, JsonObject old, bool core)
    {
        foreach (var cause in Legacy(obj, core)) yield return cause;
        if (core) yield break;
        if (!JsonNode.DeepEquals(obj["series"], old["series"]))
            foreach (var cause in Series(obj)) yield return cause;
        // Messages name the fields as the internal type does.
        foreach (var (field, shown) in ((string, string)[])
        [
            ("regarding", "involvedObject"), ("reason", "reason"), ("note", "message"), ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
            ("deprecatedCount", "count"), ("reason", "reason"), ("type", "type"), ("eventTime", "eventTime"), ("action", "action"), ("related", "related"), ("reportingController", "reportingController"), ("reportingInstance", "reportingInstance"),
        ])
        {
            if (!JsonNode.DeepEquals(obj[field], old[field])) yield return FieldCause.InvalidRaw(shown, obj[field]?.ToJsonString(BuiltinStrategy.RelaxedJson) ?? "\"\"", "field is immutable");
        }
    }

    private static IEnumerable<FieldCause> Series(JsonObject obj)
    {
        if (obj["series"] is not JsonObject series) yield break;
        if ((series.Number("count") ?? 0) < 2) yield return FieldCause.Invalid("series.count", "", "should be at least 2");
        if (IsUnset(series, "lastObservedTime")) yield return FieldCause.Required("series.lastObservedTime");
    }

    private static IEnumerable<FieldCause> Legacy(JsonObject obj, bool core)
    {
        var ns = obj.Namespace();
        var target = obj[core ? "involvedObject" : "regarding"].Text("namespace") ?? "";
        var isNew = !IsUnset(obj, "eventTime");
        var agrees = target.Length == 0 ? ns is "" or "default" || (isNew && ns == "kube-system") : isNew || target == ns;
        if (!agrees) yield return FieldCause.Invalid("involvedObject.namespace", target, "does not match event.namespace");
        if (!isNew) yield break;

        var controllerField = core ? "reportingComponent" : "reportingController";
        var controller = obj.Text(controllerField) ?? "";
        if (controller.Length == 0) yield return FieldCause.Required(controllerField);
        foreach (var error in LabelSyntax.QualifiedNameErrors(controller)) yield return FieldCause.Invalid(controllerField, controller, error);
        foreach (var field in (string[])["reportingInstance", "action", "reason"])
        {
            var length = Length(obj, field);
            if (length == 0) yield return FieldCause.Required(field);
            if (length > TextLimit) yield return FieldCause.Invalid(field, "", $"can have at most {TextLimit} characters");
        }

        if (Length(obj, core ? "message" : "note") > NoteLimit) yield return FieldCause.Invalid("message", "", $"can have at most {NoteLimit} characters");
    }

    private static int Length(JsonObject obj, string field) => Encoding.UTF8.GetByteCount(obj.Text(field) ?? "");

    private static bool IsUnset(JsonNode? node, string field) => node.Text(field) is not { Length: > 0 };
}
