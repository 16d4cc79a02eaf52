using System.Text.Json.Serialization;

namespace VWorkspace.ControllerRuntime;

/// <summary>Source-generated JSON contracts of the kinds that the runtime itself reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(Lease))]
internal sealed partial class RuntimeJson : JsonSerializerContext;
