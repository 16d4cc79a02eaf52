using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>Plain HTTP/2 over TLS, as any client speaks it.</summary>
internal static class LoadHttp
{
    public static HttpClient Create(Uri uri, string token)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            // What the HTTP/2 client of Go, and so every usual client of Kubernetes, allows a stream.
            InitialHttp2StreamWindowSize = 4 << 20,
            // Loopback, and certificates that this very process has made.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        var http = new HttpClient(handler)
        {
            BaseAddress = uri,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
