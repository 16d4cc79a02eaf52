using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Http.Protobuf;

/// <summary>
/// Reads objects in the protobuf encoding, which typed clients of Go (kubectl's generators among them) send for built-in kinds. Only requests are
/// read; answers stay JSON, which these clients accept as well. What is not in the table of fields makes the whole body unreadable: nothing is lost silently.
/// </summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The object; null when its kind or one of its fields is not known here.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what they claim to be.</exception>
    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic)) throw new InvalidDataException("the prefix is missing");
        var (apiVersion, kind, raw) = ReadEnvelope(body[Magic.Length..]);
        if (ProtobufFields.FindKind(apiVersion, kind) is not { } message) return null;
        var obj = new JsonObject();
        if (!TryRead(raw, message, obj)) return null;
        obj["apiVersion"] = apiVersion;
        obj["kind"] = kind;
        return obj;
    }

    private static (string ApiVersion, string Kind, byte[] Raw) ReadEnvelope(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind, raw) = ("", "", Array.Empty<byte>());
        var envelope = new ProtobufCursor(bytes);
        while (envelope.Next(out var number))
        {
            if (number == 1)
            {
                var meta = new ProtobufCursor(envelope.Bytes());
                while (meta.Next(out var member))
                {
                    if (member == 1) apiVersion = Encoding.UTF8.GetString(meta.Bytes());
                    else if (member == 2) kind = Encoding.UTF8.GetString(meta.Bytes());
                    else meta.Skip();
                }
            }
            else if (number == 2) raw = envelope.Bytes().ToArray();
            else envelope.Skip();
        }

        return (apiVersion, kind, raw);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, ProtobufMessage message, JsonObject into)
    {
        var cursor = new ProtobufCursor(bytes);
        while (cursor.Next(out var number))
        {
            if (message.Find(number) is not { } field) return false;
            if (!TryReadField(ref cursor, field, into)) return false;
        }

        return true;
    }

    private static bool TryReadField(ref ProtobufCursor cursor, ProtobufField field, JsonObject into)
    {
        switch (field.Shape)
        {
            case ProtobufShape.Inline:
                return TryRead(cursor.Bytes(), field.Message!, into);
            case ProtobufShape.Map:
                if (into[field.Name] is not JsonObject map) into[field.Name] = map = [];
                var (key, found, value) = ("", false, (JsonNode?)null);
                var entry = new ProtobufCursor(cursor.Bytes());
                while (entry.Next(out var part))
                {
                    if (part == 1) key = Encoding.UTF8.GetString(entry.Bytes());
                    else if (!TryReadValue(ref entry, field, out value)) return false;
                    else found = true;
                }

                // A zero value may be left out of an entry, the entry is there all the same.
                map[key] = found ? value : field.Type switch
                {
                    "string" or "bytes" => "",
                    "quantity" => "0",
                    "strings" => new JsonArray(),
                    _ => null,
                };
                return true;
            case ProtobufShape.List:
                if (!TryReadValue(ref cursor, field, out var item)) return false;
                if (into[field.Name] is not JsonArray items) into[field.Name] = items = [];
                items.Add(item);
                return true;
            default:
                if (!TryReadValue(ref cursor, field, out var single)) return false;
                // Fields that are no pointers are on the wire even when nobody set them.
                if (field.IsPointer || !IsZero(single)) into[field.Name] = single;
                return true;
        }
    }

    private static bool TryReadValue(ref ProtobufCursor cursor, ProtobufField field, out JsonNode? value)
    {
        value = null;
        switch (field.Type)
        {
            case "string":
                value = Encoding.UTF8.GetString(cursor.Bytes());
                return true;
            case "int":
                value = (long)cursor.Varint();
                return true;
            case "bool":
                value = cursor.Varint() != 0;
                return true;
            case "bytes":
                value = Convert.ToBase64String(cursor.Bytes());
                return true;
        }

        var bytes = cursor.Bytes();
        switch (field.Type)
        {
            case "time" or "microtime":
                value = ReadTime(bytes, field.Type == "time" ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
                return true;
            case "quantity":
                value = ReadText(bytes, 1);
                return true;
            case "intstr":
                var (kind, number) = ReadNumbers(bytes);
                value = kind == 0 ? number : ReadText(bytes, 3);
                return true;
            case "strings":
                value = ReadTexts(bytes);
                return true;
            case "raw":
                return TryReadRaw(bytes, out value);
            default:
                var obj = new JsonObject();
                value = obj;
                return TryRead(bytes, field.Message!, obj);
        }
    }

    private static (long First, long Second) ReadNumbers(ReadOnlySpan<byte> bytes)
    {
        var (first, second) = (0L, 0L);
        var cursor = new ProtobufCursor(bytes);
        while (cursor.Next(out var number))
        {
            if (number == 1) first = (long)cursor.Varint();
            else if (number == 2) second = (long)cursor.Varint();
            else cursor.Skip();
        }

        return (first, second);
    }

    /// <summary>No bytes are no time; the first second of 1970 is one.</summary>
    private static JsonValue? ReadTime(ReadOnlySpan<byte> bytes, string format)
    {
        if (bytes.IsEmpty) return null;
        var (seconds, nanos) = ReadNumbers(bytes);
        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) throw new InvalidDataException("a time is out of range");
        return JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100).ToString(format, CultureInfo.InvariantCulture));
    }

    private static JsonArray ReadTexts(ReadOnlySpan<byte> bytes)
    {
        var texts = new JsonArray();
        var cursor = new ProtobufCursor(bytes);
        while (cursor.Next(out var number))
        {
            if (number == 1) texts.Add(Encoding.UTF8.GetString(cursor.Bytes()));
            else cursor.Skip();
        }

        return texts;
    }

    /// <summary>JSON that is carried as it is; an object that is protobuf itself is not known here.</summary>
    private static bool TryReadRaw(ReadOnlySpan<byte> bytes, out JsonNode? value)
    {
        value = null;
        var cursor = new ProtobufCursor(bytes);
        while (cursor.Next(out var number))
        {
            if (number != 1)
            {
                cursor.Skip();
                continue;
            }

            var raw = cursor.Bytes();
            if (raw.IsEmpty) continue;
            if (raw.StartsWith(Magic)) return false;
            try
            {
                value = JsonNode.Parse(raw);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException("a raw value is no JSON: " + e.Message, e);
            }
        }

        return true;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, int wanted)
    {
        var text = "";
        var cursor = new ProtobufCursor(bytes);
        while (cursor.Next(out var number))
        {
            if (number == wanted) text = Encoding.UTF8.GetString(cursor.Bytes());
            else cursor.Skip();
        }

        return text;
    }

    private static bool IsZero(JsonNode? value) => value switch
    {
        null => true,
        JsonObject members => members.Count == 0,
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue scalar when scalar.TryGetValue<long>(out var number) => number == 0,
        JsonValue scalar when scalar.TryGetValue<bool>(out var flag) => !flag,
        _ => false,
    };
}
