using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes;

/// <summary>
/// Reads a list into an array of exactly its length; the list that JSON is read into by default has room for four entries at least, and a header of its own.
/// Empty ones are all the same one. Writes as usual.
/// </summary>
/// <remarks>Put it on a member of a projection: <c>[JsonConverter(typeof(CompactListConverter&lt;Revision&gt;))]</c>. Lists of conditions, of owners and of texts are read so in every type.</remarks>
/// <typeparam name="T">Type of the entries; known to the contract that the member is part of.</typeparam>
public class CompactListConverter<T> : JsonConverter<IReadOnlyList<T>>
{
    private const int FirstRoom = 4;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        T[] items = [];
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == items.Length) Array.Resize(ref items, Math.Max(FirstRoom, count * 2));
            items[count++] = ReadItem(ref reader, options)!;
        }

        if (count == 0) return [];
        if (count != items.Length) Array.Resize(ref items, count);
        OnRead(items);
        return items;
    }

    /// <inheritdoc/>
    public sealed override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        writer.WriteStartArray();
        foreach (T item in value) JsonSerializer.Serialize(writer, item, Contract(options));
        writer.WriteEndArray();
    }

    private protected virtual T? ReadItem(ref Utf8JsonReader reader, JsonSerializerOptions options) => JsonSerializer.Deserialize(ref reader, Contract(options));

    private protected virtual void OnRead(T[] items)
    {
    }

    private static JsonTypeInfo<T> Contract(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
