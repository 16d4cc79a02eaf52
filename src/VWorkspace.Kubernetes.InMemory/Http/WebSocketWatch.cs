using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using VWorkspace.Kubernetes.InMemory.Errors;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>
/// A watch over a WebSocket, as browsers ask for it: every event is a text message. As in the real server the handshake needs an <c>Origin</c>, and of
/// subprotocols at most one may be offered, which is accepted.
/// </summary>
internal sealed class WebSocketWatch : IHttpResponseBodyFeature, IAsyncDisposable
{
    private const string HandshakeKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly HttpContext _http;
    private readonly CancellationTokenSource _gone;
    private readonly MessageStream _stream;
    private WebSocket? _socket;
    private Task _receiving = Task.CompletedTask;

    private WebSocketWatch(HttpContext http, CancellationToken ct)
    {
        _http = http;
        _gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _stream = new MessageStream(this);
        Writer = PipeWriter.Create(_stream);
    }

    public Stream Stream => _stream;

    public PipeWriter Writer { get; }

    public static bool IsRequested(HttpContext http) => http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };

    /// <summary>Runs a watch that writes to the response; what it refuses before its first byte is answered over HTTP.</summary>
    public static async Task RunAsync(HttpContext http, Func<CancellationToken, Task> stream, CancellationToken ct)
    {
        CheckHandshake(http);
        var plain = http.Features.Get<IHttpResponseBodyFeature>();
        var watch = new WebSocketWatch(http, ct);
        await using (watch.ConfigureAwait(false))
        {
            http.Features.Set<IHttpResponseBodyFeature>(watch);
            try
            {
                await stream(watch._gone.Token).ConfigureAwait(false);
                await watch.Writer.FlushAsync(watch._gone.Token).ConfigureAwait(false);
                await watch.CloseAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (watch._gone.IsCancellationRequested)
            {
                await watch.CloseAsync().ConfigureAwait(false);
            }
            finally
            {
                if (watch._socket is null) http.Features.Set(plain);
            }
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_socket is not null) return;
        var headers = _http.Response.Headers;
        headers.ContentType = default;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(_http.Request.Headers.SecWebSocketKey.ToString());
        var protocol = _http.Request.Headers.SecWebSocketProtocol.ToString();
        if (protocol.Length > 0) headers.SecWebSocketProtocol = protocol;
        var connection = await _http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync().ConfigureAwait(false);
        _socket = WebSocket.CreateFromStream(connection, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol.Length > 0 ? protocol : null });
        _receiving = ReceiveAsync(_socket);
    }

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException("a watch sends no files");

    public Task CompleteAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _socket?.Dispose();
        _gone.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static void CheckHandshake(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (headers.SecWebSocketVersion.ToString() != "13" || headers.SecWebSocketKey.ToString().Length == 0) throw StatusErrors.BadRequest("missing or bad WebSocket version or key");
        if (headers.Origin.ToString().Length == 0) throw StatusErrors.Of(403, "Forbidden", "null origin");
        if (headers.SecWebSocketProtocol.ToString().Contains(',', StringComparison.Ordinal)) throw StatusErrors.BadRequest("missing or bad WebSocket-Protocol");
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // The handshake of RFC 6455 is made with SHA-1.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + HandshakeKey)));
#pragma warning restore CA5350
    }

    /// <summary>Nothing is expected from the client but that it closes.</summary>
    private async Task ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[256];
        try
        {
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                var message = await socket.ReceiveAsync(buffer.AsMemory(), _gone.Token).ConfigureAwait(false);
                if (message.MessageType == WebSocketMessageType.Close) break;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has gone without a word, or the watch is over.
        }

        await _gone.CancelAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (_socket is not { State: WebSocketState.Open or WebSocketState.CloseReceived } socket) return;
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // Nobody is there to hear it.
        }
    }

    /// <summary>Sends each line that is written as a message.</summary>
    private sealed class MessageStream(WebSocketWatch watch) : Stream
    {
        private readonly MemoryStream _line = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await watch.StartAsync(cancellationToken).ConfigureAwait(false);
            for (var end = buffer.Span.IndexOf((byte)'\n'); end >= 0; end = buffer.Span.IndexOf((byte)'\n'))
            {
                _line.Write(buffer.Span[..(end + 1)]);
                buffer = buffer[(end + 1)..];
                await watch._socket!.SendAsync(_line.GetBuffer().AsMemory(0, (int)_line.Length), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken).ConfigureAwait(false);
                _line.SetLength(0);
            }

            _line.Write(buffer.Span);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _line.Dispose();
            base.Dispose(disposing);
        }
    }
}
