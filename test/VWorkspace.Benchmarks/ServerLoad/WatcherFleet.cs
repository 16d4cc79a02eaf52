using System.Buffers;
using System.Globalization;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>
/// Many watches that count their events. They read bytes and parse nothing: the server is what is measured. One that the server ends goes on from the last version it
/// saw, as informers do.
/// </summary>
internal sealed class WatcherFleet : IAsyncDisposable
{
    private static readonly byte[] VersionMark = [.. "\"resourceVersion\":\""u8];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _watchers = [];
    private long _events;
    private long _bytes;
    private int _failed;
    private int _resumed;

    public long Events => Volatile.Read(ref _events);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Watches that broke: each one is an error.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>How often a watch was ended by the server, which does so with those that fall too far behind, and went on from where it was.</summary>
    public int Resumed => Volatile.Read(ref _resumed);

    /// <summary>Opens a watch for each path; all are answered when this returns.</summary>
    /// <param name="http">To the server.</param>
    /// <param name="paths">Paths and queries without a version.</param>
    /// <param name="since">The version to start after.</param>
    /// <param name="ct">Cancels the opening.</param>
    public async Task StartAsync(HttpClient http, IEnumerable<string> paths, long since, CancellationToken ct)
    {
        foreach (string path in paths)
        {
            HttpResponseMessage response = await OpenAsync(http, path, since, ct);
            _watchers.Add(Task.Run(() => WatchAsync(http, path, since, response, _stop.Token), ct));
        }
    }

    /// <summary>True when this many events have come; false when none came for ten seconds.</summary>
    public async Task<bool> WaitForAsync(long events, CancellationToken ct)
    {
        long seen = -1;
        for (int quiet = 0; Events < events; quiet = Events == seen ? quiet + 1 : 0)
        {
            if (quiet == 500 || Failed > 0) return false;
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

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string path, long since, CancellationToken ct)
    {
        var uri = new Uri(path + "&resourceVersion=" + since.ToString(CultureInfo.InvariantCulture), UriKind.Relative);
        HttpResponseMessage response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
        return response.EnsureSuccessStatusCode();
    }

    private async Task WatchAsync(HttpClient http, string path, long since, HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                using (response) since = await ReadAsync(response, since, ct);
                Interlocked.Increment(ref _resumed);
                response = await OpenAsync(http, path, since, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            if (!ct.IsCancellationRequested) Interlocked.Increment(ref _failed);
        }
    }

    /// <summary>Reads to the end of a stream and answers the last version in it.</summary>
    private async Task<long> ReadAsync(HttpResponseMessage response, long since, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        // The version stands at the end of a line.
        byte[] tail = new byte[512];
        int kept = 0;
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(ct);
            while (await body.ReadAsync(buffer, ct) is > 0 and var read)
            {
                Interlocked.Add(ref _events, buffer.AsSpan(0, read).Count((byte)'\n'));
                Interlocked.Add(ref _bytes, read);
                int fresh = Math.Min(read, tail.Length);
                int old = Math.Min(kept, tail.Length - fresh);
                tail.AsSpan(kept - old, old).CopyTo(tail);
                buffer.AsSpan(read - fresh, fresh).CopyTo(tail.AsSpan(old));
                kept = old + fresh;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (kept == 0) return since;
        ReadOnlySpan<byte> rest = tail.AsSpan(0, kept);
        int mark = rest.LastIndexOf(VersionMark);
        if (rest[^1] != (byte)'\n' || mark < 0) throw new InvalidDataException("a watch ended inside a line");
        rest = rest[(mark + VersionMark.Length)..];
        return long.Parse(rest[..rest.IndexOf((byte)'"')], CultureInfo.InvariantCulture);
    }
}
