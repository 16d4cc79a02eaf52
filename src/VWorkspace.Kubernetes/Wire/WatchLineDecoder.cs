using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>
/// Turns one line of a watch into an event with a single parse: the envelope is walked to <c>object</c>, and the rest of the line is decoded
/// in place as the object, which is always the envelope's last member when a real API server writes it. Any other order is understood too, at the cost of a second look.
/// </summary>
internal static class WatchLineDecoder
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    /// <summary>Decodes a line; never throws on content.</summary>
    public static WatchEvent<T> Decode<T>(in ReadOnlySequence<byte> line, JsonTypeInfo<T> json) where T : class, IKubernetesObject
    {
        using var bytes = new ContiguousBytes(line);
        return Decode(bytes.Span, json);
    }

    /// <summary>Decodes a line; never throws on content.</summary>
    public static WatchEvent<T> Decode<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> json) where T : class, IKubernetesObject
    {
        line = line.TrimEnd(" \t\r\n"u8);
        WatchEventType? type = null;
        Range? body = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return Bad<T>("the line is not a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isType = reader.ValueTextEquals("type"u8);
                bool isObject = !isType && reader.ValueTextEquals("object"u8);
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                if (isType)
                {
                    type = TypeOf(ref reader);
                    if (type is null) return Bad<T>("the event type is unknown");
                }
                else if (isObject && type is { } known && line[^1] == '}' && TryDecode(line[start..^1], known, json, out WatchEvent<T> fast))
                {
                    return fast;
                }

                reader.Skip();
                if (isObject) body = start..(int)reader.BytesConsumed;
            }

            reader.Read(); // nothing may follow: throws otherwise
        }
        catch (JsonException)
        {
            return Bad<T>("the line is not valid JSON", type, line);
        }

        if (type is not { } final) return Bad<T>("the line has no event type", null, line);
        if (body is not { } range) return Bad<T>("the line has no object", final);
        if (TryDecode(line[range], final, json, out WatchEvent<T> decoded)) return decoded;
        ObjectPeek peek = ObjectPeek.Read(line[range]);
        return new()
        {
            Type = WatchEventType.Undecodable,
            UndecodableType = final,
            Key = peek.Key,
            ResourceVersion = peek.ResourceVersion,
            DecodeError = Why(line[range], final, json),
        };
    }

    /// <summary>The event for a line that was too long to keep; <paramref name="prefix"/> is its beginning.</summary>
    public static WatchEvent<T> Oversized<T>(ReadOnlySpan<byte> prefix, int limit) where T : class, IKubernetesObject
    {
        WatchEvent<T> bad = Bad<T>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the line is longer than {limit} bytes"), PeekType(prefix), prefix);
        return bad;
    }

    private static bool TryDecode<T>(ReadOnlySpan<byte> body, WatchEventType type, JsonTypeInfo<T> json, out WatchEvent<T> decoded) where T : class, IKubernetesObject
    {
        decoded = default;
        switch (type)
        {
            case WatchEventType.Bookmark:
                if (!ObjectDecoder.TryDecode(body, KubernetesJson.Default.PartialObject, out PartialObject? bookmark, out _)) return false;
                decoded = new()
                {
                    Type = type,
                    ResourceVersion = bookmark.Metadata.ResourceVersion,
                    IsInitialEventsEnd = bookmark.Metadata.Annotations.TryGetValue(InitialEventsEnd, out string? end) && end == "true",
                };
                return true;
            case WatchEventType.Error:
                if (!ObjectDecoder.TryDecode(body, KubernetesJson.Default.KubernetesStatus, out KubernetesStatus? status, out _)) return false;
                decoded = new() { Type = type, Error = StatusDecoder.ToError(status, fallbackCode: 500, retryAfter: null) };
                return true;
            default:
                if (!ObjectDecoder.TryDecode(body, json, out T? obj, out _)) return false;
                decoded = new() { Type = type, Object = obj, ResourceVersion = obj.Metadata.ResourceVersion, Key = ObjectKey.Of(obj) };
                return true;
        }
    }

    private static string Why<T>(ReadOnlySpan<byte> body, WatchEventType type, JsonTypeInfo<T> json) where T : class
    {
        string? error;
        _ = type switch
        {
            WatchEventType.Bookmark => ObjectDecoder.TryDecode(body, KubernetesJson.Default.PartialObject, out _, out error),
            WatchEventType.Error => ObjectDecoder.TryDecode(body, KubernetesJson.Default.KubernetesStatus, out _, out error),
            _ => ObjectDecoder.TryDecode(body, json, out _, out error),
        };
        return error ?? "does not fit its type";
    }

    private static WatchEventType? TypeOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) return null;
        if (reader.ValueTextEquals("ADDED"u8)) return WatchEventType.Added;
        if (reader.ValueTextEquals("MODIFIED"u8)) return WatchEventType.Modified;
        if (reader.ValueTextEquals("DELETED"u8)) return WatchEventType.Deleted;
        if (reader.ValueTextEquals("BOOKMARK"u8)) return WatchEventType.Bookmark;
        if (reader.ValueTextEquals("ERROR"u8)) return WatchEventType.Error;
        return null;
    }

    private static WatchEventType? PeekType(ReadOnlySpan<byte> prefix)
    {
        try
        {
            var reader = new Utf8JsonReader(prefix, isFinalBlock: false, default);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.ValueTextEquals("type"u8) && reader.Read() ? TypeOf(ref reader) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>An undecodable line, with what its object's beginning still tells.</summary>
    private static WatchEvent<T> Bad<T>(string why, WatchEventType? type = null, ReadOnlySpan<byte> line = default) where T : class, IKubernetesObject
    {
        ObjectPeek peek = default;
        int member = line.IndexOf("\"object\":"u8);
        if (member >= 0) peek = ObjectPeek.Read(line[(member + "\"object\":".Length)..]);
        return new() { Type = WatchEventType.Undecodable, UndecodableType = type, DecodeError = why, Key = peek.Key, ResourceVersion = peek.ResourceVersion };
    }
}
