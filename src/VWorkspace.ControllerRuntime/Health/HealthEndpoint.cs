using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace VWorkspace.ControllerRuntime;

/// <summary>Serves health checks over HTTP with a JSON body.</summary>
public static class HealthEndpoint
{
    /// <summary>
    /// Maps a path and <c>path/&lt;check&gt;</c>: 200 when all pass, else 503; 404 for an unknown check. <c>?exclude=</c> (repeatable) leaves checks out,
    /// <c>?verbose</c> changes nothing. <c>GET</c> and <c>HEAD</c>; 405 otherwise.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints, string path, HealthChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        endpoints.Map(path, context => AnswerAsync(context, checks, null));
        endpoints.Map(path + "/{check}", context => AnswerAsync(context, checks, (string?)context.Request.RouteValues["check"]));
    }

    private static async Task AnswerAsync(HttpContext context, HealthChecks checks, string? only)
    {
        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }

        if (only is not null && !checks.Has(only))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        string?[] excluded = [.. context.Request.Query["exclude"]];
        IReadOnlyList<(string Name, HealthCheckResult Result)> results =
            await checks.RunAsync(name => only is null ? !excluded.Contains(name, StringComparer.Ordinal) : name == only, context.RequestAborted);
        bool ok = results.All(static check => check.Result.State != HealthState.Failed);
        response.StatusCode = ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json";
        ReadOnlyMemory<byte> body = Body(ok, results);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static ReadOnlyMemory<byte> Body(bool ok, IReadOnlyList<(string Name, HealthCheckResult Result)> results)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", ok ? "ok" : "failed");
            json.WriteStartArray("failed");
            foreach ((string name, HealthCheckResult result) in results)
                if (result.State == HealthState.Failed) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartArray("checks");
            foreach ((string name, HealthCheckResult result) in results)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("status", result.State switch
                {
                    HealthState.Ok => "ok",
                    HealthState.Failed => "failed",
                    _ => "skipped",
                });
                if (result.Reason is not null) json.WriteString("reason", result.Reason);
                if (result.Message is not null) json.WriteString("message", result.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
