using System.Text.Json.Serialization;

namespace VWorkspace.Apps.Flux;

/// <summary>Source-generated JSON contracts of the projections: only the members that the controller reads are decoded.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HelmRelease))]
[JsonSerializable(typeof(ChartSource))]
[JsonSerializable(typeof(ConditionedObject))]
[JsonSerializable(typeof(ExternalSecret))]
[JsonSerializable(typeof(Ingress))]
[JsonSerializable(typeof(DataObject))]
internal sealed partial class FluxJson : JsonSerializerContext;
