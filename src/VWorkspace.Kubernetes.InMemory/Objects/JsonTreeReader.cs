using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Reads JSON into a tree that is fully built (safe to read from many threads), noting duplicate members as strict decoding needs them.</summary>
internal static class JsonTreeReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    /// <summary>Parses one document. The last of duplicate members wins; their paths go to <paramref name="duplicates"/>.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> json, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(json, Options);
        if (!reader.Read()) throw new JsonException("unexpected end of JSON input");
        var node = ReadValue(ref reader, "", duplicates);
        if (reader.Read()) throw new JsonException("invalid data after top-level value");
        return node;
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, string path, List<string>? duplicates)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var memberPath = duplicates is null ? "" : path.Length == 0 ? name : path + "." + name;
                    reader.Read();
                    var value = ReadValue(ref reader, memberPath, duplicates);
                    if (!members.TryAdd(name, value))
                    {
                        members[name] = value;
                        if (duplicates?.Contains(memberPath, StringComparer.Ordinal) == false) duplicates.Add(memberPath);
                    }
                }

                return members;
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader, duplicates is null ? "" : $"{path}[{items.Count}]", duplicates));
                return items;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? JsonValue.Create(whole) : JsonValue.Create(reader.GetDouble());
            default:
                return null;
        }
    }
}
