using System.Text.Json.Serialization;

namespace VWorkspace.Kubernetes;

/// <summary>Source-generated JSON contracts of this assembly: camelCase, nulls left out, RFC 3339 times.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(OwnerReference))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(KubernetesStatus))]
[JsonSerializable(typeof(DynamicObject))]
[JsonSerializable(typeof(PartialObject))]
public sealed partial class KubernetesJson : JsonSerializerContext;
