using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace VWorkspace.ControllerRuntime;

/// <summary>Serves a collector over HTTP.</summary>
public static class MetricsEndpoint
{
    private const string TextType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
    private const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";

    /// <summary>Maps <c>GET</c> and <c>HEAD</c> of a path: text 0.0.4, OpenMetrics when <c>Accept</c> prefers it, gzip when asked for.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder endpoints, PrometheusCollector collector, string path = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(collector);
        return endpoints.MapMethods(path, ["GET", "HEAD"], context => AnswerAsync(context, collector));
    }

    private static async Task AnswerAsync(HttpContext context, PrometheusCollector collector)
    {
        bool openMetrics = PrefersOpenMetrics(context.Request.Headers.Accept);
        byte[] body = Encoding.UTF8.GetBytes(collector.Scrape(openMetrics));
        HttpResponse response = context.Response;
        response.ContentType = openMetrics ? OpenMetricsType : TextType;
        response.Headers.Vary = "Accept, Accept-Encoding";
        if (AcceptsGzip(context.Request.Headers.AcceptEncoding))
        {
            response.Headers.ContentEncoding = "gzip";
            using var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(body, context.RequestAborted);
            body = packed.ToArray();
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Whether OpenMetrics 1.0 has a higher quality than plain text.</summary>
    internal static bool PrefersOpenMetrics(IEnumerable<string?> accept)
    {
        double openMetrics = 0, text = 0;
        foreach (string range in accept.SelectMany(static value => (value ?? string.Empty).Split(',')))
        {
            string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
            double quality = 1;
            string version = string.Empty;
            foreach (string parameter in parts.Skip(1))
            {
                if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)) _ = double.TryParse(parameter.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture, out quality);
                else if (parameter.StartsWith("version=", StringComparison.OrdinalIgnoreCase)) version = parameter["version=".Length..];
            }

            if (parts[0].Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) && (version.Length == 0 || version == "1.0.0")) openMetrics = Math.Max(openMetrics, quality);
            else if (parts[0] is "text/plain" or "text/*" or "*/*") text = Math.Max(text, quality);
        }

        return openMetrics > 0 && openMetrics >= text;
    }

    private static bool AcceptsGzip(IEnumerable<string?> acceptEncoding) =>
        acceptEncoding.SelectMany(static value => (value ?? string.Empty).Split(','))
            .Select(static coding => coding.Split(';', StringSplitOptions.TrimEntries))
            .Any(static coding => coding[0].Equals("gzip", StringComparison.OrdinalIgnoreCase) && !coding.Skip(1).Contains("q=0", StringComparer.OrdinalIgnoreCase));
}
