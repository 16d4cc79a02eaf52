using System.Net;
using System.Net.Sockets;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A TCP relay between a client and an API server that can cut, refuse and stall. It sees TLS records only, so a cut may fall anywhere, also into a line.</summary>
internal sealed class WireProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _stalled;
    private volatile int _accepted;
    private volatile int _silent;

    public WireProxy(Uri target)
    {
        Target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where new connections go.</summary>
    public Uri Target { get; set; }

    /// <summary>New connections are closed at once.</summary>
    public volatile bool Refusing;

    /// <summary>Connections that were refused.</summary>
    public volatile int Refused;

    public string Authority => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Closes every connection, with a reset and in the middle of whatever is under way.</summary>
    public void CutAll()
    {
        lock (_gate)
        {
            foreach (Socket socket in _sockets)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    /// <summary>Nothing moves any more, but nothing is closed either: a half-open connection.</summary>
    public void Stall() => _stalled ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connections there are now carry nothing any more, in either direction and for good, but stay open; later ones work.</summary>
    public void SilenceOpen() => _silent = _accepted;

    public void Resume()
    {
        TaskCompletionSource? stalled = _stalled;
        _stalled = null;
        stalled?.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Resume();
        CutAll();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            if (Refusing)
            {
                Refused++;
                client.Dispose();
            }
            else _ = RelayAsync(client, ++_accepted);
        }
    }

    private async Task RelayAsync(Socket client, int number)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await server.ConnectAsync(Target.Host, Target.Port, _stop.Token);
            lock (_gate)
            {
                _sockets.Add(client);
                _sockets.Add(server);
            }

            await Task.WhenAny(PumpAsync(client, server, number), PumpAsync(server, client, number));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // A cut connection is what this is for.
        }
        finally
        {
            lock (_gate)
            {
                _sockets.Remove(client);
                _sockets.Remove(server);
            }

            client.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int number)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (number <= _silent) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                if (_stalled is { } stalled) await stalled.Task.WaitAsync(_stop.Token);
                if (read == 0) return;
                await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None, _stop.Token);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // As above.
        }
    }
}
