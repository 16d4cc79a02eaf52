using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>The baseline: Kestrel with the same transport that sends a body back and does nothing else.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;

    private EchoServer(WebApplication application, X509Certificate2 certificate) => (_application, _certificate) = (application, certificate);

    public Uri Uri => new(_application.Urls.First());

    public static async Task<EchoServer> StartAsync(CancellationToken ct)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(certificate);
        }));
        WebApplication application = builder.Build();
        application.Run(async http =>
        {
            http.Response.StatusCode = 201;
            await http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted);
        });
        await application.StartAsync(ct);
        return new EchoServer(application, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }
}
