using System.Threading.Channels;

namespace VWorkspace.Operator.Logging;

/// <summary>
/// Carries lines to the stream without ever holding up who logs: a slow reader of stderr costs lines, not reconciles.
/// Lines that found no room are counted and the count is told when there is room again.
/// </summary>
internal sealed class LogPump : IAsyncDisposable
{
    /// <summary>Lines that wait at most.</summary>
    public const int Capacity = 8192;

    private const int BatchBytes = 64 * 1024;
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(5);

    private readonly Channel<ReadOnlyMemory<byte>> _lines =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Stream _stream;
    private readonly TimeProvider _clock;
    private readonly Func<long, ReadOnlyMemory<byte>> _describeLoss;
    private readonly Task _pumping;
    private long _lost;

    public LogPump(Stream stream, TimeProvider clock, Func<long, ReadOnlyMemory<byte>> describeLoss)
    {
        (_stream, _clock, _describeLoss) = (stream, clock, describeLoss);
        _pumping = Task.Run(PumpAsync, CancellationToken.None);
    }

    /// <summary>Hands over a line; never waits.</summary>
    public void Write(ReadOnlyMemory<byte> line)
    {
        if (!_lines.Writer.TryWrite(line)) Interlocked.Increment(ref _lost);
    }

    /// <summary>Writes what is waiting, at most for a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        try
        {
            await _pumping.WaitAsync(FlushTime, _clock);
        }
        catch (TimeoutException)
        {
            // Nobody reads stderr; a stop must not hang on that.
        }
    }

    private async Task PumpAsync()
    {
        var batch = new MemoryStream();
        while (await _lines.Reader.WaitToReadAsync())
        {
            batch.SetLength(0);
            while (batch.Length < BatchBytes && _lines.Reader.TryRead(out ReadOnlyMemory<byte> line)) batch.Write(line.Span);
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost) batch.Write(_describeLoss(lost).Span);
            try
            {
                await _stream.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length));
                await _stream.FlushAsync();
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException or NotSupportedException)
            {
                // The reader of stderr is gone; there is nobody left to tell.
            }
        }
    }
}
