using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Hosting;

/// <summary>How a listener speaks TLS.</summary>
/// <param name="Certificate">The certificate for the next handshake, with its chain; null refuses it.</param>
/// <param name="Http2">HTTP/2 as well.</param>
/// <param name="DrainTime">How long requests that are being answered may take when the listener ends.</param>
internal sealed record ListenerTls(Func<SslStreamCertificateContext?> Certificate, bool Http2, TimeSpan DrainTime);

/// <summary>One listener with few routes: plain HTTP/1.1, or HTTPS. It reads no configuration files, no environment, and listens to no signals.</summary>
internal sealed class HttpListener : IAsyncDisposable
{
    private static readonly TimeSpan ShortDrain = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly TimeSpan _drainTime;

    private HttpListener(WebApplication application, IPEndPoint endPoint, TimeSpan drainTime) => (_application, EndPoint, _drainTime) = (application, endPoint, drainTime);

    /// <summary>Where it listens; a port 0 has become a real one.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="address">Where; null is returned when it is off.</param>
    /// <param name="map">Adds the routes.</param>
    /// <param name="logging">Loggers.</param>
    /// <param name="tls">HTTPS; null for plain HTTP.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address is taken or does not exist here.</exception>
    public static async Task<HttpListener?> StartAsync(BindAddress address, Action<IEndpointRouteBuilder> map, ILoggerFactory logging, ListenerTls? tls, CancellationToken cancellationToken)
    {
        if (!address.IsOn) return null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 256;
            if (address.Address is { } ip) kestrel.Listen(ip, address.Port, Configure);
            else kestrel.ListenAnyIP(address.Port, Configure);
        });
        WebApplication application = builder.Build();
        try
        {
            map(application);
            await application.StartAsync(cancellationToken);
            return new HttpListener(application, Bound(application, address), tls?.DrainTime ?? ShortDrain);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        void Configure(ListenOptions options)
        {
            options.Protocols = tls is { Http2: true } ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (tls is null) return;
            options.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ServerCertificateContext = tls.Certificate() ?? throw new AuthenticationException("there is no certificate to serve yet"),
                    ApplicationProtocols = tls.Http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
                }),
            });
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_drainTime);
        try
        {
            await _application.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // A request hangs; its connection is cut.
        }
        await _application.DisposeAsync();
    }

    private static IPEndPoint Bound(WebApplication application, BindAddress address)
    {
        var bound = new Uri(application.Urls.First());
        return new IPEndPoint(address.Address ?? IPAddress.Loopback, bound.Port);
    }

    /// <summary>Signals belong to the process, not to a listener.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
