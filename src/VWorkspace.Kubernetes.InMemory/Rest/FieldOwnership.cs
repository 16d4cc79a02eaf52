using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Keeps <c>metadata.managedFields</c>: who wrote which field.</summary>
internal sealed class FieldOwnership
{
    /// <summary>Records an ordinary write (create, update, patch).</summary>
    public JsonObject AfterWrite(ResourceType type, JsonObject? live, JsonObject obj, string subresource, WriteOptions options) => obj;

    /// <summary>A write that changes nothing but the times of managed fields is no write.</summary>
    public void KeepTimesIfUnchanged(JsonObject live, JsonObject candidate)
    {
    }
}
