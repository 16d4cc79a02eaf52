using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using VWorkspace.Kubernetes.Transport.Impersonating;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// Connections, one set for each lane. A new client certificate gets new connections; those with the old one are closed when the last request that began to use
/// them has its answer's head, and those that still carry a body when it ends.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly KubernetesClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly ServerTrust? _trust;
    private readonly Lock _lock = new();
    private Generation? _current;
    private bool _disposed;

    public ConnectionPool(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        (_configuration, _options) = (configuration, options);
        if (!configuration.InsecureSkipTlsVerify) _trust = ServerTrust.Create(configuration, options.TimeProvider);
    }

    /// <summary>The connections of a lane that show <paramref name="certificate"/>, held open until the lease is disposed.</summary>
    public Lease Rent(RequestLane lane, SslStreamCertificateContext? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(KubernetesClient));
            if (_current is null || !ReferenceEquals(certificate, _current.Certificate))
            {
                Retire(_current);
                _current = new(certificate);
            }

            HttpMessageInvoker invoker = _current.Invokers[(int)lane] ??= _options.Handler is { } handler
                ? new HttpMessageInvoker(handler, disposeHandler: false)
                : new HttpMessageInvoker(CreateHandler(certificate));
            _current.Users++;
            return new(this, _current, invoker);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            // Whoever still uses them is being cancelled.
            _disposed = true;
            _current?.Close();
            _current = null;
        }
    }

    private static void Retire(Generation? old)
    {
        if (old is null) return;
        old.IsRetired = true;
        if (old.Users == 0) old.Close();
    }

    private void Return(Generation generation)
    {
        lock (_lock)
        {
            if (--generation.Users == 0 && generation.IsRetired) generation.Close();
        }
    }

    /// <summary>The connections with one client certificate.</summary>
    internal sealed class Generation(SslStreamCertificateContext? certificate)
    {
        public SslStreamCertificateContext? Certificate { get; } = certificate;

        public HttpMessageInvoker?[] Invokers { get; } = new HttpMessageInvoker?[2];

        public int Users { get; set; }

        public bool IsRetired { get; set; }

        /// <summary>Disposing an invoker closes idle connections at once and busy ones when they are done; sending through it fails from then on.</summary>
        public void Close()
        {
            foreach (HttpMessageInvoker? invoker in Invokers) invoker?.Dispose();
        }
    }

    internal readonly struct Lease(ConnectionPool pool, Generation generation, HttpMessageInvoker invoker) : IDisposable
    {
        public HttpMessageInvoker Invoker => invoker;

        public void Dispose() => pool.Return(generation);
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
