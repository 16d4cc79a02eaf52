using System.Text.Json.Serialization;

namespace VWorkspace.Sandbox.StandIns.Flux;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(GoTimeConverter)])]
[JsonSerializable(typeof(OciRepository))]
[JsonSerializable(typeof(HelmRepository))]
[JsonSerializable(typeof(HelmChart))]
[JsonSerializable(typeof(HelmRelease))]
[JsonSerializable(typeof(SourceStatus))]
[JsonSerializable(typeof(HelmReleaseStatus))]
internal sealed partial class FluxJson : JsonSerializerContext;
