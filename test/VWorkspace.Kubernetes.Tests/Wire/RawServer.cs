using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>
/// An HTTP/1.1 server down at the socket, so that a test decides about every byte: half a line, no end, a reset. One handler answers every request.
/// </summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawRequest, RawResponse, Task> _handler;
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;
    private int _connectionCount;

    public RawServer(Func<RawRequest, RawResponse, Task> handler)
    {
        _handler = handler;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Every request that arrived whole, in order.</summary>
    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Ends when the server is disposed; for handlers that never answer.</summary>
    public CancellationToken Stopped => _stop.Token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connectionCount);
                _connections.TryAdd(ServeAsync(socket), 0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await using var stream = new NetworkStream(socket);
                while (await RawRequest.ReadAsync(stream, _stop.Token) is { } request)
                {
                    Requests.Enqueue(request);
                    var response = new RawResponse(socket, stream, _stop.Token);
                    await _handler(request, response);
                    if (response.IsClosed) return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The client went, or the test is over.
            }
        }
    }
}

/// <summary>A request as it came over the wire.</summary>
public sealed record RawRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    public string Path => Target.Split('?')[0];

    public string Query => Target.Contains('?', StringComparison.Ordinal) ? Uri.UnescapeDataString(Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..]) : "";

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    internal static async Task<RawRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0) return null;
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] start = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(l => KeyValuePair.Create(l[..l.IndexOf(':', StringComparison.Ordinal)], l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())).ToList();
        string? length = headers.FirstOrDefault(h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value;
        byte[] body = new byte[length is null ? 0 : int.Parse(length)];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new(start[0], start[1], headers, Encoding.UTF8.GetString(body));
    }
}

/// <summary>The answering side of one request.</summary>
public sealed class RawResponse(Socket socket, Stream stream, CancellationToken stopped)
{
    public bool IsClosed { get; private set; }

    public CancellationToken Stopped => stopped;

    public Task JsonAsync(int status, string json, params string[] headers) => TextAsync(status, "application/json", json, headers);

    public Task TextAsync(int status, string contentType, string text, params string[] headers)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        return RawAsync([.. Encoding.ASCII.GetBytes(Head(status, [$"Content-Type: {contentType}", $"Content-Length: {body.Length}", .. headers])), .. body]);
    }

    /// <summary>Sends the head of a chunked answer.</summary>
    public Task StartAsync(int status = 200, params string[] headers) =>
        RawAsync(Encoding.ASCII.GetBytes(Head(status, ["Content-Type: application/json", "Transfer-Encoding: chunked", .. headers])));

    public Task ChunkAsync(string text) => ChunkAsync(Encoding.UTF8.GetBytes(text));

    public Task ChunkAsync(byte[] bytes) => RawAsync([.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8]);

    public Task EndAsync() => RawAsync("0\r\n\r\n"u8.ToArray());

    public Task RawAsync(byte[] bytes) => stream.WriteAsync(bytes, stopped).AsTask();

    /// <summary>Nothing more comes, but nobody says so.</summary>
    public Task StallAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopped);

    /// <summary>Ends the connection with a FIN.</summary>
    public void Close()
    {
        IsClosed = true;
        socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Ends the connection with a RST.</summary>
    public void Reset()
    {
        IsClosed = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private static string Head(int status, IEnumerable<string> headers) => $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\n{string.Join("\r\n", headers)}\r\n\r\n";
}
