using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace VWorkspace.TestSupport;

/// <summary>How a connection ends.</summary>
public enum WireCut
{
    /// <summary>At once and without a word: RST.</summary>
    Reset,

    /// <summary>In order, as far as TCP is concerned: FIN.</summary>
    Close,

    /// <summary>Only the server's side says goodbye; what the client sends still arrives.</summary>
    HalfClose,

    /// <summary>Not at all: the connection stays open and silent, as behind a firewall that forgot it.</summary>
    Stall,
}

/// <summary>What happens to one connection.</summary>
public sealed record WirePlan
{
    /// <summary>The connection works.</summary>
    public static WirePlan Fine { get; } = new();

    /// <summary>Cut after that many bytes from the server; null never.</summary>
    public long? CutAfterResponseBytes { get; init; }

    /// <summary>Cut after that many bytes from the client; null never.</summary>
    public long? CutAfterRequestBytes { get; init; }

    /// <summary>How.</summary>
    public WireCut Cut { get; init; }

    /// <summary>Largest piece that is passed on at once; small ones split lines and characters.</summary>
    public int PieceBytes { get; init; } = 64 * 1024;

    /// <summary>Pause before each piece.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>
/// A TCP proxy that cuts, delays, stalls and half-closes. It knows nothing of HTTP, so it stands in front of any server, TLS or not.
/// </summary>
public sealed class WireProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Link, byte> _links = new();
    private readonly Func<int, WirePlan> _plan;
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private int _connections;
    private volatile TaskCompletionSource _flow = Open();

    /// <summary>Starts in front of <paramref name="target"/> (loopback).</summary>
    /// <param name="target">Address of the server; scheme and path are kept in <see cref="Address"/>.</param>
    /// <param name="plan">Plan of the n-th connection, counted from 0; null for all fine.</param>
    public WireProxy(Uri target, Func<int, WirePlan>? plan = null)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target.Port);
        _plan = plan ?? (static _ => WirePlan.Fine);
        _listener.Start();
        Address = new UriBuilder(target) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public Uri Address { get; }

    /// <summary>Connections made so far.</summary>
    public int ConnectionCount => Volatile.Read(ref _connections);

    /// <summary>New connections are reset at once while this is true.</summary>
    public bool RefuseConnections { get; set; }

    /// <summary>Nothing passes until <see cref="Resume"/>; connections stay open.</summary>
    public void Pause()
    {
        if (_flow.Task.IsCompleted) _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets everything pass again.</summary>
    public void Resume() => _flow.TrySetResult();

    /// <summary>Ends every connection there is.</summary>
    public void CutAll(WireCut cut = WireCut.Reset)
    {
        foreach (Link link in _links.Keys) link.Cut(cut);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Resume();
        CutAll();
        await _accepting;
        await Task.WhenAll(_links.Keys.Select(l => l.Completion));
        _stop.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                int index = Interlocked.Increment(ref _connections) - 1;
                var link = new Link(this, client, _plan(index));
                if (RefuseConnections)
                {
                    link.Cut(WireCut.Reset);
                    continue;
                }

                _links.TryAdd(link, 0);
                link.Start();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private sealed class Link(WireProxy owner, Socket client, WirePlan plan)
    {
        private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private volatile bool _stalled;

        public Task Completion { get; private set; } = Task.CompletedTask;

        public void Start() => Completion = RunAsync();

        public void Cut(WireCut cut)
        {
            try
            {
                switch (cut)
                {
                    case WireCut.Stall: _stalled = true; break;
                    case WireCut.HalfClose: client.Shutdown(SocketShutdown.Send); break;
                    case WireCut.Close:
                        client.Shutdown(SocketShutdown.Both);
                        client.Close();
                        _server.Close();
                        break;
                    default:
                        client.LingerState = new LingerOption(true, 0);
                        client.Close();
                        _server.Close();
                        break;
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended already.
            }
        }

        private async Task RunAsync()
        {
            try
            {
                client.NoDelay = true;
                await _server.ConnectAsync(owner._target, owner._stop.Token);
                await Task.WhenAll(
                    PumpAsync(client, _server, plan.CutAfterRequestBytes),
                    PumpAsync(_server, client, plan.CutAfterResponseBytes));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One of the two went.
            }
            finally
            {
                client.Dispose();
                _server.Dispose();
                owner._links.TryRemove(this, out _);
            }
        }

        private async Task PumpAsync(Socket from, Socket to, long? cutAfter)
        {
            byte[] piece = new byte[plan.PieceBytes];
            long passed = 0;
            try
            {
                while (true)
                {
                    int read = await from.ReceiveAsync(piece, owner._stop.Token);
                    await owner._flow.Task.WaitAsync(owner._stop.Token);
                    if (_stalled) continue; // swallowed, as by a link that is gone
                    if (read == 0) break;
                    if (plan.Delay > TimeSpan.Zero) await Task.Delay(plan.Delay, TimeProvider.System, owner._stop.Token);
                    int pass = cutAfter is { } limit ? (int)Math.Min(read, limit - passed) : read;
                    for (int sent = 0; sent < pass;) sent += await to.SendAsync(piece.AsMemory(sent, pass - sent), owner._stop.Token);
                    passed += pass;
                    if (passed == cutAfter)
                    {
                        Cut(plan.Cut);
                        if (plan.Cut is WireCut.Reset or WireCut.Close) return;
                        cutAfter = null;
                        _stalled |= plan.Cut == WireCut.HalfClose;
                    }
                }

                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // A broken side ends both: what is left of the link is of no use to anybody.
                Cut(WireCut.Reset);
            }
        }
    }
}
