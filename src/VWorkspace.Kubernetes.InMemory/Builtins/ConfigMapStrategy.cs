using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>ConfigMaps: keys and immutability.</summary>
internal sealed class ConfigMapStrategy : BuiltinStrategy
{
    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var (data, binary) = (obj["data"] as JsonObject ?? [], obj["binaryData"] as JsonObject ?? []);
        foreach (var cause in ConfigKeys.Check(data, "data")) yield return cause;
        foreach (var (key, _) in data)
            if (binary.ContainsKey(key)) yield return FieldCause.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        foreach (var cause in ConfigKeys.Check(binary, "binaryData")) yield return cause;
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) =>
        [.. ConfigKeys.CheckImmutable(obj, old, "data", "binaryData"), .. Validate(type, obj)];
}
