using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A listener on HTTPS, and clients that trust one authority and nothing else.</summary>
internal sealed class TlsHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<TlsHost> StartAsync(Func<SslStreamCertificateContext> certificate, Action<IEndpointRouteBuilder> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, options => options.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate() }),
        })));
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync();
        return new(app);
    }

    public HttpClient Client(X509Certificate2 authority) => new(new SocketsHttpHandler
    {
        SslOptions = new()
        {
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        },
    })
    { BaseAddress = Address };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
