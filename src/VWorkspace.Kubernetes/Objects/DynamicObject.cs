using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes;

/// <summary>Any object as a JSON tree; for kinds that have no type here.</summary>
[JsonConverter(typeof(DynamicObjectConverter))]
public sealed class DynamicObject : IKubernetesObject
{
    /// <summary>Wraps a tree; the tree is not copied.</summary>
    public DynamicObject(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        Json = json;
        Metadata = json["metadata"] is JsonObject metadata ? metadata.Deserialize(KubernetesJson.Default.ObjectMeta) ?? new() : new();
    }

    /// <summary>The whole object.</summary>
    public JsonObject Json { get; }

    /// <inheritdoc/>
    public string? ApiVersion => (string?)Json["apiVersion"];

    /// <inheritdoc/>
    public string? Kind => (string?)Json["kind"];

    /// <inheritdoc/>
    public ObjectMeta Metadata { get; }

    /// <summary>Addresses a kind without a type of its own.</summary>
    public static KubernetesResource<DynamicObject> Resource(GroupVersionKind kind, string plural, bool namespaced = true) =>
        new(kind, plural, namespaced, KubernetesJson.Default.DynamicObject);
}

internal sealed class DynamicObjectConverter : JsonConverter<DynamicObject>
{
    public override DynamicObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("expected an object"));

    public override void Write(Utf8JsonWriter writer, DynamicObject value, JsonSerializerOptions options) => value.Json.WriteTo(writer, options);
}
