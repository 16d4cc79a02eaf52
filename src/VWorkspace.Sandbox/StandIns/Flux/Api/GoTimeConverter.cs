using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Times as controllers in Go write them: UTC, whole seconds, <c>Z</c>.</summary>
internal sealed class GoTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
