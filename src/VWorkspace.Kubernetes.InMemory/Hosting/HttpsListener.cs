using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VWorkspace.Kubernetes.InMemory.Hosting;

/// <summary>Kestrel on a loopback port: TLS, HTTP/1.1 and HTTP/2. Can be stopped and started again on the same port.</summary>
internal sealed class HttpsListener(Task<ServingCertificates> certificates, RequestDelegate handler, ILoggerFactory loggers) : IAsyncDisposable
{
    private WebApplication? _application;

    public int Port { get; private set; }

    public async Task StartAsync(int port, CancellationToken ct)
    {
        SslStreamCertificateContext? certificate = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "in-memory-apiserver" });
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }) });
            });
        });
        var application = builder.Build();
        application.Run(handler);
        // Built while the certificates are made.
        certificate = (await certificates.ConfigureAwait(false)).Context;
        await application.StartAsync(ct).ConfigureAwait(false);
        _application = application;
        Port = new Uri(application.Urls.First()).Port;
    }

    public async Task StopAsync(CancellationToken ct)
    {
        if (_application is not { } application) return;
        _application = null;
        await application.StopAsync(ct).ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);
}
