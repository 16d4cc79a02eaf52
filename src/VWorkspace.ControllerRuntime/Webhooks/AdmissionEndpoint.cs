using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime;

/// <summary>Serves admission webhooks: AdmissionReview v1 in and out.</summary>
public static partial class AdmissionEndpoint
{
    /// <summary>Largest body that is read; two objects of the largest size that etcd takes, and some.</summary>
    private const long MaxBodyBytes = 7 * 1024 * 1024;

    private static readonly ReviewBody Review = new("admission.k8s.io/v1", "AdmissionReview", MaxBodyBytes);

    /// <summary>
    /// Maps a webhook. A body that is no AdmissionReview is refused with 400, a handler that throws with 500; both inside a proper AdmissionReview when there is a uid to answer to.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">URL path; also the label <c>webhook</c> of the metrics.</param>
    /// <param name="handler">Decides.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="logger">Told about warnings and about handlers that throw.</param>
    public static IEndpointConventionBuilder MapAdmission(
        this IEndpointRouteBuilder endpoints, string path, IAdmissionHandler handler, RuntimeMetrics metrics, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(logger);
        return MapWebhook(endpoints, path, metrics, clock, context => AnswerAsync(context, handler, metrics, logger));
    }

    /// <summary>Maps any webhook, for instance a conversion webhook, with the metrics of webhooks around it.</summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">URL path; also the label <c>webhook</c> of the metrics.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="answer">Answers.</param>
    public static IEndpointConventionBuilder MapWebhook(this IEndpointRouteBuilder endpoints, string path, RuntimeMetrics metrics, TimeProvider clock, RequestDelegate answer)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(answer);
        var webhook = new KeyValuePair<string, object?>("webhook", path);
        foreach (int code in (int[])[200, 500]) metrics.WebhookRequests.Add(0, webhook, new("code", code));
        metrics.WebhookInFlight.Add(0, webhook);
        return endpoints.MapPost(path, async context =>
        {
            long start = clock.GetTimestamp();
            metrics.WebhookInFlight.Add(1, webhook);
            try
            {
                await answer(context);
            }
            finally
            {
                metrics.WebhookInFlight.Add(-1, webhook);
                var code = new KeyValuePair<string, object?>("code", context.Response.StatusCode);
                metrics.WebhookRequests.Add(1, webhook, code);
                metrics.WebhookLatency.Record(clock.GetElapsedTime(start).TotalSeconds, webhook, code);
            }
        });
    }

    private static async Task AnswerAsync(HttpContext context, IAdmissionHandler handler, RuntimeMetrics metrics, ILogger logger)
    {
        (JsonObject? body, string uid, string? wrong) read;
        try
        {
            read = await Review.ReadAsync(context);
        }
        catch (BadHttpRequestException fault)
        {
            context.Response.StatusCode = fault.StatusCode;
            return;
        }

        AdmissionRequest? request = null;
        JsonObject? before = null;
        string? wrong = read.wrong;
        try
        {
            if (read.body is not null) request = AdmissionRequest.Parse(read.body);
            before = (JsonObject?)request?.Object?.DeepClone();
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            (request, wrong) = (null, fault.Message);
        }

        if (request is null)
        {
            await WriteAsync(context, read.uid, AdmissionDecision.Denied(wrong ?? "bad request", "BadRequest", 400), null);
            return;
        }

        AdmissionDecision decision;
        try
        {
            decision = await handler.HandleAsync(request, context.RequestAborted);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            metrics.WebhookPanics.Add(1);
            using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("namespace", request.Key.Namespace), new("name", request.Key.Name) }))
                HandlerFailed(logger, fault, request.Kind.Kind, fault.Message);
            decision = AdmissionDecision.Denied("the webhook failed; its log says why", "InternalError", 500);
            before = null;
        }

        if (decision.Warnings.Count > 0)
        {
            using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("namespace", request.Key.Namespace), new("name", request.Key.Name) }))
                Warned(logger, request.Kind.Kind, string.Join("; ", decision.Warnings));
        }

        JsonArray? patch = decision.IsAllowed && before is not null && request.Object is not null ? JsonDifference.Patch(before, request.Object) : null;
        await WriteAsync(context, request.Uid, decision, patch);
    }

    private static async Task WriteAsync(HttpContext context, string uid, AdmissionDecision decision, JsonArray? patch)
    {
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = decision.IsAllowed };
        if (!decision.IsAllowed)
            response["status"] = new JsonObject { ["status"] = "Failure", ["code"] = decision.Code, ["reason"] = decision.Reason, ["message"] = decision.Message };
        if (patch is { Count: > 0 })
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(ReviewBody.Utf8(patch).Span);
        }

        if (decision.Warnings.Count > 0) response["warnings"] = new JsonArray([.. decision.Warnings.Select(static warning => (JsonNode)warning)]);
        await Review.WriteAsync(context, response);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "admission warnings")]
    private static partial void Warned(ILogger logger, string kind, string warnings);

    [LoggerMessage(Level = LogLevel.Error, Message = "admission handler threw")]
    private static partial void HandlerFailed(ILogger logger, Exception fault, string kind, string error);
}
