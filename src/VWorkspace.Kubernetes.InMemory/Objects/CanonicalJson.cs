using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>
/// Writes trees as UTF-8 with members in ordinal order, so that equal objects have equal bytes. At the root <c>apiVersion</c> and <c>kind</c> come
/// first: lists of built-in kinds omit them, and so can skip a prefix instead of writing the object anew.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    public static byte[] Write(JsonNode? node)
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            if (node is JsonObject root) WriteMembers(writer, root, isRoot: true);
            else Write(writer, node);
        }

        var bytes = buffer.WrittenSpan.ToArray();
        // One very large object must not keep its buffer alive for the life of the thread.
        if (buffer.Capacity > 1 << 20) s_buffer = null;
        return bytes;
    }

    public static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject members:
                WriteMembers(writer, members);
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonObject members, bool isRoot = false)
    {
        writer.WriteStartObject();
        if (isRoot)
        {
            foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
            {
                if (!members.TryGetPropertyValue(name, out var value)) continue;
                writer.WritePropertyName(name);
                Write(writer, value);
            }
        }

        var count = members.Count;
        var names = ArrayPool<string>.Shared.Rent(count);
        var index = 0;
        foreach (var (name, _) in members) names[index++] = name;
        Array.Sort(names, 0, count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (isRoot && names[i] is "apiVersion" or "kind") continue;
            writer.WritePropertyName(names[i]);
            Write(writer, members[names[i]]);
        }

        ArrayPool<string>.Shared.Return(names, clearArray: true);
        writer.WriteEndObject();
    }
}
