using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime;

/// <summary>Serves conversion webhooks of CRDs: <c>apiextensions.k8s.io/v1 ConversionReview</c> in and out.</summary>
public static partial class ConversionEndpoint
{
    /// <summary>The customary path.</summary>
    public const string DefaultPath = "/convert";

    private const string Broken = "the webhook failed; its log says why";

    /// <summary>Larger than for admission: a list that is converted comes as a whole.</summary>
    private static readonly ReviewBody Review = new("apiextensions.k8s.io/v1", "ConversionReview", MaxBytes: 128L * 1024 * 1024);

    /// <summary>
    /// Maps a conversion webhook. Objects are answered in the order of the question, all of them or none. What identifies an object (name, namespace, UID, versions, owners, finalizers)
    /// is that of the question whatever the handler returns; labels and annotations are the handler's where it returns some. A body that is no ConversionReview, a handler that refuses and one that throws
    /// are answered with a failed Status inside a proper ConversionReview.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">URL path, usually <see cref="DefaultPath"/>; also the label <c>webhook</c> of the metrics.</param>
    /// <param name="handler">Converts.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="logger">Told about handlers that throw.</param>
    public static IEndpointConventionBuilder MapConversion(
        this IEndpointRouteBuilder endpoints, string path, IConversionHandler handler, RuntimeMetrics metrics, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(logger);
        return endpoints.MapWebhook(path, metrics, clock, context => AnswerAsync(context, handler, metrics, logger));
    }

    private static async Task AnswerAsync(HttpContext context, IConversionHandler handler, RuntimeMetrics metrics, ILogger logger)
    {
        (JsonObject? request, string uid, string? wrong) read;
        try
        {
            read = await Review.ReadAsync(context);
        }
        catch (BadHttpRequestException fault)
        {
            context.Response.StatusCode = fault.StatusCode;
            return;
        }

        (JsonArray converted, string? failure) = read.request is null ? ([], read.wrong) : await ConvertAsync(read.request, handler, metrics, logger, context.RequestAborted);
        await Review.WriteAsync(context, new JsonObject
        {
            ["uid"] = read.uid,
            ["result"] = failure is null ? new JsonObject { ["status"] = "Success" } : new JsonObject { ["status"] = "Failure", ["message"] = failure },
            ["convertedObjects"] = failure is null ? converted : new JsonArray(),
        });
    }

    private static async Task<(JsonArray Converted, string? Failure)> ConvertAsync(
        JsonObject request, IConversionHandler handler, RuntimeMetrics metrics, ILogger logger, CancellationToken cancellationToken)
    {
        var converted = new JsonArray();
        if (request["desiredAPIVersion"] is not JsonValue wanted || !wanted.TryGetValue(out string? desired) || desired.Length == 0) return (converted, "request.desiredAPIVersion is missing");
        if (request["objects"] is not JsonArray objects) return (converted, "request.objects is missing");
        foreach (JsonNode? node in objects.ToArray())
        {
            if (node is not JsonObject obj || obj["metadata"] is not JsonObject metadata) return (converted, "an entry of request.objects is no object with metadata");
            string what = $"{(string?)obj["kind"]} {(string?)metadata["namespace"]}/{(string?)metadata["name"]}";
            ConversionResult result;
            try
            {
                result = (string?)obj["apiVersion"] == desired
                    ? ConversionResult.Converted((JsonObject)obj.DeepClone())
                    : await handler.ConvertAsync((JsonObject)obj.DeepClone(), desired, cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                metrics.ConversionPanics.Add(1);
                using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("namespace", (string?)metadata["namespace"]), new("name", (string?)metadata["name"]) }))
                    HandlerFailed(logger, fault, desired, fault.Message);
                return (converted, Broken);
            }

            if (result.Object is not { } other) return (converted, $"{what} cannot be converted to {desired}: {result.Message}");
            converted.Add((JsonNode)Identified(other, obj, metadata, desired));
        }

        return (converted, null);
    }

    /// <summary>The object as the handler made it, with the identity that it came with: the API server refuses any other, and a handler that forgot it would lose data.</summary>
    private static JsonObject Identified(JsonObject other, JsonObject original, JsonObject metadata, string desired)
    {
        var kept = (JsonObject)metadata.DeepClone();
        if (other["metadata"] is JsonObject changed)
        {
            foreach (string member in (string[])["labels", "annotations"])
                if (changed[member] is JsonObject map) kept[member] = map.DeepClone();
        }

        other["apiVersion"] = desired;
        other["kind"] = original["kind"]?.DeepClone();
        other["metadata"] = kept;
        return other;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "conversion handler threw")]
    private static partial void HandlerFailed(ILogger logger, Exception fault, string desired, string error);
}
