using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace VWorkspace.ControllerRuntime;

/// <summary>The envelope that all questions of an API server to a webhook have: a review with a request, answered by one with a response.</summary>
/// <param name="ApiVersion">For instance <c>admission.k8s.io/v1</c>.</param>
/// <param name="Kind">For instance <c>AdmissionReview</c>.</param>
/// <param name="MaxBytes">Largest body that is read.</param>
internal sealed record ReviewBody(string ApiVersion, string Kind, long MaxBytes)
{
    /// <summary>Reads the request.</summary>
    /// <returns>The request; or the reason why there is none, with the uid to answer to as far as it could be read.</returns>
    /// <exception cref="BadHttpRequestException">The body is too long or cut short.</exception>
    public async Task<(JsonObject? Request, string Uid, string? Wrong)> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBytes;
        string uid = string.Empty;
        try
        {
            if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) return (null, uid, "the content type has to be application/json");
            // A member that occurs twice would otherwise come up as another exception, when it is read.
            JsonNode? review = await JsonNode.ParseAsync(context.Request.Body, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: context.RequestAborted);
            uid = (string?)review?["request"]?["uid"] ?? string.Empty;
            if ((string?)review?["apiVersion"] != ApiVersion || (string?)review["kind"] != Kind) return (null, uid, $"the body is no {ApiVersion} {Kind}");
            return review["request"] is JsonObject request ? (request, uid, null) : (null, uid, $"the {Kind} has no request");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return (null, uid, fault.Message);
        }
    }

    /// <summary>Writes the response.</summary>
    public async Task WriteAsync(HttpContext context, JsonObject response)
    {
        ReadOnlyMemory<byte> body = Utf8(new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = Kind, ["response"] = response });
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public static ReadOnlyMemory<byte> Utf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer)) node.WriteTo(writer);
        return buffer.WrittenMemory;
    }
}
