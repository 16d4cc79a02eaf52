namespace VWorkspace.Kubernetes;

/// <summary>A patch document: its media type and its UTF-8 JSON.</summary>
public sealed class Patch
{
    /// <summary>Media type of RFC 7386 merge patches.</summary>
    public const string MergePatchType = "application/merge-patch+json";

    /// <summary>Media type of RFC 6902 patches.</summary>
    public const string JsonPatchType = "application/json-patch+json";

    /// <summary>Media type of strategic merge patches (built-in kinds only).</summary>
    public const string StrategicMergePatchType = "application/strategic-merge-patch+json";

    /// <summary>Media type of server-side apply; JSON is YAML.</summary>
    public const string ApplyPatchType = "application/apply-patch+yaml";

    private Patch(string mediaType, ReadOnlyMemory<byte> utf8Json) => (MediaType, Utf8Json) = (mediaType, utf8Json);

    /// <summary>Content type of the request.</summary>
    public string MediaType { get; }

    /// <summary>Body of the request.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>An RFC 7386 merge patch.</summary>
    public static Patch Merge(System.Text.Json.Nodes.JsonObject document) => new(MergePatchType, Bytes(document));

    /// <summary>An RFC 6902 patch.</summary>
    public static Patch JsonPatch(System.Text.Json.Nodes.JsonArray operations) => new(JsonPatchType, Bytes(operations));

    /// <summary>A strategic merge patch.</summary>
    public static Patch StrategicMerge(System.Text.Json.Nodes.JsonObject document) => new(StrategicMergePatchType, Bytes(document));

    /// <summary>The fields that the writer wants to own, for server-side apply.</summary>
    public static Patch Apply(System.Text.Json.Nodes.JsonObject document) => new(ApplyPatchType, Bytes(document));

    private static byte[] Bytes(System.Text.Json.Nodes.JsonNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer)) document.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
