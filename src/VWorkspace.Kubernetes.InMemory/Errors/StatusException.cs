using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Errors;

/// <summary>Ends a request with a <c>Status</c> answer. Internal to the server: it never leaves the request pipeline.</summary>
internal sealed class StatusException(int code, JsonObject status, int? retryAfterSeconds = null) : Exception(status["message"]?.GetValue<string>())
{
    public int Code { get; } = code;

    public JsonObject Status { get; } = status;

    public int? RetryAfterSeconds { get; } = retryAfterSeconds;
}
