using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Apps.Rendering;

/// <summary>JSON with sorted keys and without white space, its hash, and a comparison that knows what a server may add.</summary>
internal static class CanonicalJson
{
    /// <summary>Lower-case hexadecimal SHA-256 of the canonical form.</summary>
    public static string Hash(JsonNode node) => Convert.ToHexStringLower(SHA256.HashData(Utf8(node).Span));

    public static ReadOnlyMemory<byte> Utf8(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, node);
        return buffer.WrittenMemory;
    }

    /// <summary>True when everything that was rendered stands in what is live; members that only the live object has do not count.</summary>
    public static bool Covers(JsonElement? live, JsonNode? rendered)
    {
        switch (rendered)
        {
            case null:
                return live is null or { ValueKind: JsonValueKind.Null };
            case JsonObject members:
                if (live is not { ValueKind: JsonValueKind.Object } liveObject) return false;
                foreach ((string name, JsonNode? value) in members)
                    if (!(liveObject.TryGetProperty(name, out JsonElement there) ? Covers(there, value) : value is null)) return false;
                return true;
            case JsonArray items:
                if (live is not { ValueKind: JsonValueKind.Array } liveArray || liveArray.GetArrayLength() != items.Count) return false;
                for (int i = 0; i < items.Count; i++)
                    if (!Covers(liveArray[i], items[i])) return false;
                return true;
            default:
                return live is { } scalar && SameScalar(scalar, rendered);
        }
    }

    private static bool SameScalar(JsonElement live, JsonNode rendered)
    {
        JsonValueKind kind = rendered.GetValueKind();
        if (live.ValueKind != kind) return false;
        return kind switch
        {
            JsonValueKind.String => live.GetString() == rendered.GetValue<string>(),
            JsonValueKind.Number => SameNumber(live.GetRawText(), rendered.ToJsonString()),
            _ => true,
        };
    }

    // A server may write 1.50 as 1.5 or 1e3 as 1000, and it keeps whatever is no 64-bit integer as a float: 12345678901234567890 comes back
    // as 1.2345678901234567e+19. None of that is drift.
    private static bool SameNumber(string a, string b)
    {
        if (a == b) return true;
        if (long.TryParse(a, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long left)
            && long.TryParse(b, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long right)) return left == right;
        return double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out double x)
            && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out double y) && x.Equals(y);
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject members:
                writer.WriteStartObject();
                foreach ((string name, JsonNode? value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (JsonNode? item in items) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
