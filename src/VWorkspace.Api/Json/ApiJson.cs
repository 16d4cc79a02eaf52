using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>Source-generated JSON contracts of the three kinds: camelCase, nulls left out, times in UTC and whole seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(KubernetesTimeConverter)])]
[JsonSerializable(typeof(ApplicationInstance))]
[JsonSerializable(typeof(ApplicationInstanceStatus))]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(OperationStatus))]
[JsonSerializable(typeof(Cluster))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(Condition))]
public sealed partial class ApiJson : JsonSerializerContext;
