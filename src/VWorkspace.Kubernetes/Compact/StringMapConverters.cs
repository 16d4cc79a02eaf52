using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>Labels: keys and values are shared.</summary>
internal sealed class LabelsConverter() : StringMapConverter(sharedValues: true);

/// <summary>Annotations: keys are shared, values are not, for anybody may write anything into them.</summary>
internal sealed class AnnotationsConverter() : StringMapConverter(sharedValues: false);

/// <summary>Reads maps as <see cref="StringMap"/>.</summary>
internal abstract class StringMapConverter(bool sharedValues) : JsonConverter<IReadOnlyDictionary<string, string>>
{
    /// <summary>Most entries that are looked through one after the other; an object may carry thousands, and then finding one must not depend on their number.</summary>
    private const int Few = 32;

    private const int OnTheStack = 32;

    public override IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var buffer = default(Buffer);
        Span<string> pairs = buffer;
        int length = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (length == pairs.Length)
            {
                var larger = new string[pairs.Length * 2];
                pairs.CopyTo(larger);
                pairs = larger;
            }

            pairs[length++] = SharedStringConverter.Read(ref reader)!;
            reader.Read();
            pairs[length++] = (sharedValues ? SharedStringConverter.Read(ref reader) : reader.GetString())!;
        }

        return length <= 2 * Few ? StringMap.Of(pairs[..length]) : Many(pairs[..length]);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, string text) in value) writer.WriteString(name, text);
        writer.WriteEndObject();
    }

    private static Dictionary<string, string> Many(ReadOnlySpan<string> pairs)
    {
        var map = new Dictionary<string, string>(pairs.Length / 2, StringComparer.Ordinal);
        for (int i = 0; i < pairs.Length; i += 2) map[pairs[i]] = pairs[i + 1];
        return map;
    }

    [InlineArray(OnTheStack)]
    private struct Buffer
    {
        private string _first;
    }
}
