using System.Text.Json;
using System.Text.Json.Serialization;
using VWorkspace.Kubernetes.Compact;

namespace VWorkspace.Kubernetes;

/// <summary>
/// Reads a text that many objects have in common so that they share one instance of it: for members of a small vocabulary, such as a phase, a kind or the name of an owner.
/// Not for messages and never for secrets: the instance may outlive the object. Writes as usual.
/// </summary>
/// <remarks>Put it on a member of a projection: <c>[JsonConverter(typeof(SharedStringConverter))]</c>. Metadata, conditions and owners are read so in every type, and <c>apiVersion</c> and <c>kind</c>.</remarks>
public sealed class SharedStringConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }

    internal static string? Read(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !reader.ValueIsEscaped && !reader.HasValueSequence
            ? StringPool.Shared.Get(reader.ValueSpan)
            : reader.GetString();
}
