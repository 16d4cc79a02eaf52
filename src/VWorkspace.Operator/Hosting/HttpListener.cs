using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Hosting;

/// <summary>One plain HTTP/1.1 listener with few routes. It reads no configuration files, no environment, and listens to no signals.</summary>
internal sealed class HttpListener : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpListener(WebApplication application, IPEndPoint endPoint) => (_application, EndPoint) = (application, endPoint);

    /// <summary>Where it listens; a port 0 has become a real one.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="address">Where; null is returned when it is off.</param>
    /// <param name="map">Adds the routes.</param>
    /// <param name="logging">Loggers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address is taken or does not exist here.</exception>
    public static async Task<HttpListener?> StartAsync(BindAddress address, Action<IEndpointRouteBuilder> map, ILoggerFactory logging, CancellationToken cancellationToken)
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
            if (address.Address is { } ip) kestrel.Listen(ip, address.Port, Plain);
            else kestrel.ListenAnyIP(address.Port, Plain);
        });
        WebApplication application = builder.Build();
        try
        {
            map(application);
            await application.StartAsync(cancellationToken);
            return new HttpListener(application, Bound(application, address));
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        static void Plain(ListenOptions options) => options.Protocols = HttpProtocols.Http1;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _application.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // A scrape hangs; its connection is cut.
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
