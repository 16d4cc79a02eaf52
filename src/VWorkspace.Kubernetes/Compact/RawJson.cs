using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VWorkspace.Kubernetes;

/// <summary>
/// A JSON value that is kept but seldom looked at, such as the spec of a foreign object: its bytes as the server wrote them, packed (Brotli, fastest level) from 1 KiB on, and read
/// only when asked for. A <see cref="JsonElement"/> in its place holds the bytes unpacked and an index of every token beside them.
/// </summary>
[JsonConverter(typeof(RawJsonConverter))]
public sealed class RawJson : IEquatable<RawJson>
{
    private const int PackedFrom = 1024;
    private const int FastestLevel = 1;
    private const int SmallWindow = 16;

    private readonly byte[] _bytes;
    private readonly int _length;

    private RawJson(byte[] bytes, int length) => (_bytes, _length) = (bytes, length);

    /// <summary>Length of the value in bytes, as the server wrote it.</summary>
    public int Length => _length;

    /// <summary>Bytes that are kept: fewer than <see cref="Length"/> when the value is packed.</summary>
    public int KeptBytes => _bytes.Length;

    /// <summary>Keeps a value; it is copied.</summary>
    public static RawJson Of(JsonNode? node) => Keep(JsonSerializer.SerializeToUtf8Bytes(node, Wire.WireJson.Default.JsonNode));

    /// <summary>Keeps a value; it is copied.</summary>
    public static RawJson Of(JsonElement element) => Keep(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>The value.</summary>
    public JsonElement ToElement()
    {
        using Unpacked bytes = Unpack();
        var reader = new Utf8JsonReader(bytes.Span);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>One member of an object, without reading the others.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False when the value is no object or has no such member.</returns>
    public bool TryGetMember(string name, out JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(name);
        value = default;
        using Unpacked bytes = Unpack();
        var reader = new Utf8JsonReader(bytes.Span);
        bool found = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Of a member that comes twice the last one counts, as everywhere.
            bool wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted) (value, found) = (JsonElement.ParseValue(ref reader), true);
            else reader.Skip();
        }

        return found;
    }

    /// <summary>Writes the value as it was read.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using Unpacked bytes = Unpack();
        writer.WriteRawValue(bytes.Span, skipInputValidation: true);
    }

    /// <summary>True when both were written with the same bytes; the order of members and white space count.</summary>
    public bool Equals(RawJson? other) => other is not null && _length == other._length && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RawJson);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The length alone: the value may hold what must not be shown.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"RawJson of {_length} bytes");

    internal static RawJson Keep(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.Length < PackedFrom) return new(utf8Json.ToArray(), utf8Json.Length);
        byte[] room = ArrayPool<byte>.Shared.Rent(utf8Json.Length);
        try
        {
            // What does not shrink does not fit either.
            bool packed = BrotliEncoder.TryCompress(utf8Json, room.AsSpan(0, utf8Json.Length - 1), out int written, FastestLevel, SmallWindow);
            return new((packed ? room.AsSpan(0, written) : utf8Json).ToArray(), utf8Json.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room, clearArray: true);
        }
    }

    private Unpacked Unpack()
    {
        if (_bytes.Length == _length) return new(_bytes, null);
        byte[] rented = ArrayPool<byte>.Shared.Rent(_length);
        if (!BrotliDecoder.TryDecompress(_bytes, rented, out int written) || written != _length) throw new InvalidOperationException("A packed value cannot be unpacked.");
        return new(rented.AsSpan(0, _length), rented);
    }

    /// <summary>The bytes, in pooled memory when they are packed.</summary>
    private readonly ref struct Unpacked(ReadOnlySpan<byte> span, byte[]? rented)
    {
        public ReadOnlySpan<byte> Span { get; } = span;

        public void Dispose()
        {
            // What goes back to a pool shared by the whole process goes back empty.
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}

/// <summary>Reads and writes <see cref="RawJson"/>; named by the type itself.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <inheritdoc/>
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return RawJson.Of(document.RootElement);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        value.WriteTo(writer);
    }
}
