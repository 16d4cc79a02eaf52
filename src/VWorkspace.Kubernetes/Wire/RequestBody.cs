using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Bodies of writes, straight to UTF-8.</summary>
internal static class RequestBody
{
    /// <summary>An object; <c>apiVersion</c> and <c>kind</c> are put in front when absent, without touching the caller's tree.</summary>
    public static ReadOnlyMemory<byte> Of(KubernetesResource resource, JsonObject body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (body["apiVersion"] is null) writer.WriteString("apiVersion"u8, resource.Kind.ApiVersion);
            if (body["kind"] is null) writer.WriteString("kind"u8, resource.Kind.Kind);
            foreach ((string name, JsonNode? value) in body)
            {
                if (value is null && name is ("apiVersion" or "kind")) continue;
                writer.WritePropertyName(name);
                if (value is null) writer.WriteNullValue();
                else value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>
    /// Options of a delete. The body is sent even when all are absent: a request without one might be sent again by the connection when a reused connection
    /// closes under it, and the second delete could meet a recreated object.
    /// </summary>
    public static ReadOnlyMemory<byte> Of(DeleteOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, "v1"u8);
            writer.WriteString("kind"u8, "DeleteOptions"u8);
            if (options.GracePeriodSeconds is { } grace) writer.WriteNumber("gracePeriodSeconds"u8, grace);
            if (options.PropagationPolicy is { } policy) writer.WriteString("propagationPolicy"u8, policy);
            if (options.Uid is not null || options.ResourceVersion is not null)
            {
                writer.WriteStartObject("preconditions"u8);
                if (options.Uid is not null) writer.WriteString("uid"u8, options.Uid);
                if (options.ResourceVersion is not null) writer.WriteString("resourceVersion"u8, options.ResourceVersion);
                writer.WriteEndObject();
            }

            if (options.DryRun)
            {
                writer.WriteStartArray("dryRun"u8);
                writer.WriteStringValue("All"u8);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
