using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using VWorkspace.Kubernetes.Transport.Impersonating;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// Connections, one set for each lane. A new client certificate gets new connections; those with the old one serve what they carry and go.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly KubernetesClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly ServerTrust? _trust;
    private readonly Lock _lock = new();
    private readonly HttpMessageInvoker?[] _invokers = new HttpMessageInvoker?[2];
    private SslStreamCertificateContext? _certificate;
    private bool _disposed;

    public ConnectionPool(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        (_configuration, _options) = (configuration, options);
        if (!configuration.InsecureSkipTlsVerify) _trust = ServerTrust.Create(configuration, options.TimeProvider);
    }

    /// <summary>The connections of a lane that show <paramref name="certificate"/>.</summary>
    public HttpMessageInvoker For(RequestLane lane, SslStreamCertificateContext? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(KubernetesClient));
            if (!ReferenceEquals(certificate, _certificate))
            {
                DropAll();
                _certificate = certificate;
            }

            return _invokers[(int)lane] ??= _options.Handler is { } handler ? new HttpMessageInvoker(handler, disposeHandler: false) : new HttpMessageInvoker(CreateHandler(certificate));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            DropAll();
        }
    }

    /// <summary>Disposing an invoker closes idle connections at once and busy ones when they are done.</summary>
    private void DropAll()
    {
        for (int i = 0; i < _invokers.Length; i++)
        {
            _invokers[i]?.Dispose();
            _invokers[i] = null;
        }
    }

    private SocketsHttpHandler CreateHandler(SslStreamCertificateContext? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = _options.KeepAlivePingDelay,
            KeepAlivePingTimeout = _options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = _options.ConnectionIdleTimeout,
            AllowAutoRedirect = false,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // names to act as need not be ASCII
            UseCookies = false,
            AutomaticDecompression = _configuration.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            SslOptions = new SslClientAuthenticationOptions { ClientCertificateContext = certificate },
        };
        if (_configuration.InsecureSkipTlsVerify) handler.SslOptions.RemoteCertificateValidationCallback = AcceptAnything;
        else if (_trust is not null) handler.SslOptions.RemoteCertificateValidationCallback = _trust.Validate;
        if (RepeatedHeaders.Of(_configuration.Impersonation) is { } repeated)
            handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(RepeatedHeaderStream.Create(context.PlaintextStream, context.NegotiatedHttpVersion, repeated));
        (handler.UseProxy, handler.Proxy) = (_configuration.Proxy is not null, _configuration.Proxy);
        return handler;
    }

    /// <summary>Only with <c>insecure-skip-tls-verify</c>, which somebody had to write down.</summary>
    private static bool AcceptAnything(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    /// <summary>Sets TCP keep-alive, so that a dead peer is noticed on HTTP/1.1 too, where there is no ping.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(_options.KeepAlivePingDelay));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(_options.KeepAlivePingTimeout / 3));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int Seconds(TimeSpan span) => Math.Max(1, (int)span.TotalSeconds);
}
