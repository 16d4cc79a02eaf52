using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.StrategicMerge;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Keeps <c>metadata.managedFields</c>, and applies configurations by them: the requests' side of <see cref="ManagedFieldsManager"/>.</summary>
internal sealed class FieldOwnership(TimeProvider time)
{
    /// <summary>Records an ordinary write (create, update, patch) in the object, and answers it.</summary>
    public JsonObject AfterWrite(ResourceType type, JsonObject? live, JsonObject obj, string subresource, WriteParameters options)
    {
        ManagedFieldsManager.Update(live, obj, Request(type, subresource, options.FieldManager));
        return obj;
    }

    /// <summary>Merges an applied configuration into the live object.</summary>
    public JsonObject Apply(ResourceType type, JsonObject? live, JsonObject applied, string subresource, WriteParameters options)
    {
        switch (ManagedFieldsManager.Apply(live, applied, options.Force, Request(type, subresource, options.FieldManager)))
        {
            case ApplyOutcome.Merged merged:
                BodyReader.Coerce(type, merged.Object, options);
                return merged.Object;
            case ApplyOutcome.Conflict conflict:
                var causes = conflict.Causes.Select(c => (JsonNode)new JsonObject { ["reason"] = FieldManagerConflict.Reason, ["message"] = c.Message, ["field"] = c.Path });
                throw StatusErrors.Of(409, "Conflict", conflict.Message, new JsonObject { ["causes"] = new JsonArray([.. causes]) });
            case ApplyOutcome.Rejected { StatusCode: 400 } refused:
                throw StatusErrors.BadRequest(refused.Message);
            case ApplyOutcome.Rejected refused:
                throw StatusErrors.Of(refused.StatusCode, "", refused.Message);
            default:
                throw new InvalidOperationException("unknown outcome of an apply");
        }
    }

    /// <summary>Merges a strategic patch into the live object, by the strategies of the kind.</summary>
    public JsonObject StrategicMerge(ResourceType type, JsonObject live, JsonObject patch)
    {
        if (BuiltinSchemas.Find(type.ApiVersion, type.Kind) is not { } schema) return (JsonObject)JsonMergePatch.Apply(live, patch)!;
        return StrategicMergePatch.Apply(live, patch, schema.Type) switch
        {
            StrategicMergeOutcome.Patched patched => patched.Object,
            StrategicMergeOutcome.Rejected { StatusCode: 400 } refused => throw StatusErrors.BadRequest(refused.Message),
            StrategicMergeOutcome.Rejected { StatusCode: 422 } => throw StatusErrors.Rejected(),
            StrategicMergeOutcome.Rejected refused => throw StatusErrors.Of(refused.StatusCode, "", refused.Message),
            _ => throw new InvalidOperationException("unknown outcome of a strategic merge patch"),
        };
    }

    /// <summary>Records a status write that the server itself makes.</summary>
    public void RecordStatus(ResourceType type, JsonObject live, JsonObject obj, string manager) =>
        ManagedFieldsManager.Update(live, obj, Request(type, "status", manager));

    private FieldManagerRequest Request(ResourceType type, string subresource, string manager) => new()
    {
        Manager = manager,
        ApiVersion = type.ApiVersion,
        Now = time.GetUtcNow(),
        Schema = type.Strategy.MergeSchema(type),
        Subresource = subresource,
        ResetFields = type.Strategy.ResetFields(subresource),
        Versions = type.Strategy.Versions(type),
    };
}
