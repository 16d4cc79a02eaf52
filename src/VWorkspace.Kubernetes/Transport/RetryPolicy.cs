using System.Net;
using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// Decides whether a call is sent again. Only where that cannot do a write twice: reads after any fault of the connection, every verb when no connection could be
/// made, and every verb when the server says with <c>Retry-After</c> that it did not take the request on (429, 503).
/// </summary>
internal sealed class RetryPolicy(int maxRetries, TimeSpan maxTime, TimeProvider timeProvider, Random random)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();

    /// <summary>The pause before the next attempt after <paramref name="response"/>, or null to take the answer as it is.</summary>
    public TimeSpan? AfterResponse(HttpResponseMessage response, int attempt, long startedAt)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)) return null;
        if (RetryAfter(response.Headers) is not { } asked) return null;
        // Everybody was told the same time; up to a tenth more, or 100 ms, spreads the return.
        return Within(asked + (NextJitter() * (asked * 0.1 + FirstBackoff)), attempt, startedAt);
    }

    /// <summary>The pause before the next attempt after a fault, or null to give up.</summary>
    public TimeSpan? AfterFault(ApiRequest request, TransportFault fault, int attempt, long startedAt)
    {
        if (fault != TransportFault.Connect && !(request.IsRead && fault == TransportFault.Broken)) return null;
        TimeSpan ceiling = FirstBackoff * Math.Pow(2, Math.Min(attempt, 16));
        if (ceiling > LongestBackoff) ceiling = LongestBackoff;
        return Within(ceiling * (0.5 + (0.5 * NextJitter())), attempt, startedAt);
    }

    /// <summary>The <c>Retry-After</c> header in either form, or null.</summary>
    public TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        if (headers.RetryAfter is not { } header) return null;
        TimeSpan? wait = header.Delta ?? (header.Date - timeProvider.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private TimeSpan? Within(TimeSpan pause, int attempt, long startedAt) =>
        attempt < maxRetries && timeProvider.GetElapsedTime(startedAt) + pause <= maxTime ? pause : null;

    private double NextJitter()
    {
        lock (_lock) return random.NextDouble();
    }
}
