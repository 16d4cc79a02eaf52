using System.Buffers;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>Many watches that count their events. They read bytes and parse nothing: the server is what is measured.</summary>
internal sealed class WatcherFleet : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _watchers = [];
    private long _events;
    private long _bytes;
    private int _ended;

    public long Events => Volatile.Read(ref _events);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Watches that ended before they were told to: each one is an error.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Opens a watch for each path; all are answered when this returns.</summary>
    public async Task StartAsync(HttpClient http, IEnumerable<string> paths, CancellationToken ct)
    {
        foreach (string path in paths)
        {
            HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct);
            response.EnsureSuccessStatusCode();
            _watchers.Add(Task.Run(() => ReadAsync(response, _stop.Token), ct));
        }
    }

    /// <summary>True when this many events have come; false when none came for ten seconds.</summary>
    public async Task<bool> WaitForAsync(long events, CancellationToken ct)
    {
        long seen = -1;
        for (int quiet = 0; Events < events; quiet = Events == seen ? quiet + 1 : 0)
        {
            if (quiet == 500 || Ended > 0) return false;
            seen = Events;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watchers);
        _stop.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using (response)
            {
                Stream body = await response.Content.ReadAsStreamAsync(ct);
                while (await body.ReadAsync(buffer, ct) is > 0 and var read)
                {
                    Interlocked.Add(ref _events, buffer.AsSpan(0, read).Count((byte)'\n'));
                    Interlocked.Add(ref _bytes, read);
                }
            }

            Interlocked.Increment(ref _ended);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (!ct.IsCancellationRequested) Interlocked.Increment(ref _ended);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
