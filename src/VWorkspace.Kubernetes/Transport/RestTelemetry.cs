using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace VWorkspace.Kubernetes;

/// <summary>Names under which the client tells what it does.</summary>
public static class KubernetesTelemetry
{
    /// <summary>
    /// Name of the <see cref="Meter"/> and of the <see cref="ActivitySource"/>. Instruments, named as in client-go:
    /// <c>rest_client_requests_total{code,method,host}</c> (every attempt; code <c>&lt;error&gt;</c> when there was no answer) and
    /// <c>rest_client_request_duration_seconds{verb,host}</c>. A watch counts once, when its response head arrives.
    /// </summary>
    public const string Name = "VWorkspace.Kubernetes";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "rest_client_requests_total", description: "Number of HTTP requests, partitioned by status code, method, and host.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "rest_client_request_duration_seconds",
        unit: "s",
        description: "Request latency in seconds. Broken down by verb, and host.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
            [
                0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
                1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
            ],
        });

    private static readonly ActivitySource Activities = new(Name);

    /// <summary>Counts one attempt.</summary>
    /// <param name="method">Upper-case verb.</param>
    /// <param name="host">Authority of the server.</param>
    /// <param name="code">Status code, or 0 when there was no answer.</param>
    /// <param name="elapsed">Time to the response head or to the fault.</param>
    internal static void Attempted(string method, string host, int code, TimeSpan elapsed)
    {
        var hostTag = new KeyValuePair<string, object?>("host", host);
        Requests.Add(1, new("code", code == 0 ? "<error>" : code.ToString(CultureInfo.InvariantCulture)), new("method", method), hostTag);
        Durations.Record(elapsed.TotalSeconds, new("verb", method), hostTag);
    }

    /// <summary>Starts the activity of one call; its name holds verb and subject, never a query.</summary>
    internal static Activity? Start(Transport.ApiRequest request, Uri server)
    {
        if (!Activities.HasListeners()) return null;
        Activity? activity = Activities.StartActivity($"{request.Method.Method} {request.Subject}", ActivityKind.Client);
        activity?.SetTag("http.request.method", request.Method.Method);
        activity?.SetTag("server.address", server.Host);
        activity?.SetTag("server.port", server.Port);
        int query = request.PathAndQuery.IndexOf('?', StringComparison.Ordinal);
        activity?.SetTag("url.path", query < 0 ? request.PathAndQuery : request.PathAndQuery[..query]);
        return activity;
    }
}
