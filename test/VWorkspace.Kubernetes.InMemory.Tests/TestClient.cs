using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>A bare HTTP client for the server: no User-Agent, so that the field manager is "unknown", and the server's CA as its only trust.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly X509Certificate2 _ca;

    public TestClient(InMemoryApiServer server, string? token = null)
    {
        _ca = X509Certificate2.CreateFromPem(server.CaCertificatePem);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _ca }, RevocationMode = X509RevocationMode.NoCheck } },
        };
        _http = new HttpClient(handler) { BaseAddress = server.Uri, DefaultRequestVersion = new Version(2, 0), Timeout = TimeSpan.FromMinutes(1) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token ?? server.Token);
    }

    public HttpClient Http => _http;

    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string contentType = "application/json", IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = new Version(2, 0) };
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<(int Code, JsonObject Body)> JsonAsync(string method, string path, string? body = null, string contentType = "application/json")
    {
        using var response = await SendAsync(method, path, body, contentType);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    public void Dispose()
    {
        _http.Dispose();
        _ca.Dispose();
    }
}
