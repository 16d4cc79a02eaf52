using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>A TCP port on loopback that can be closed and opened again. Connections wait in the backlog; nobody has to take them.</summary>
internal sealed class TestPort : IDisposable
{
    // Below the ports that the system hands out, so that nobody takes one while it is closed.
    private static int _last = 21_000;
    private TcpListener? _listener;

    public TestPort()
    {
        for (int attempt = 0; _listener is null; attempt++)
        {
            try
            {
                Number = Interlocked.Increment(ref _last);
                Open();
            }
            catch (SocketException) when (attempt < 1000)
            {
                // Somebody else has it.
            }
        }
    }

    public int Number { get; private set; }

    public string Text => Number.ToString(CultureInfo.InvariantCulture);

    public void Open()
    {
        if (_listener is not null) return;
        var listener = new TcpListener(IPAddress.Loopback, Number);
        listener.Start(backlog: 1000);
        _listener = listener;
    }

    public void Close()
    {
        _listener?.Dispose();
        _listener = null;
    }

    public void Dispose() => Close();
}
