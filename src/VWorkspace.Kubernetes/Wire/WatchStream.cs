using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Lines of a watch as they arrive. Memory is bounded by one line; a read that nobody waits for any more ends with its socket.</summary>
internal sealed class WatchStream<T> : IWatchStream<T> where T : class, IKubernetesObject
{
    private const int Fresh = 0;
    private const int Enumerating = 1;
    private const int Ended = 2;

    private readonly Stream _body;
    private readonly IDisposable _owner;
    private readonly KubernetesResource<T> _resource;
    private readonly int _maxLineBytes;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _abort;
    private readonly CancellationToken _aborted;
    private int _state;
    private volatile bool _idle;

    /// <summary>Takes over the response.</summary>
    /// <param name="body">Stream of the response body.</param>
    /// <param name="owner">The response; disposed with the stream.</param>
    /// <param name="resource">Type of the objects.</param>
    /// <param name="maxLineBytes">Longest line.</param>
    /// <param name="idleTimeout">Longest silence, or infinite.</param>
    /// <param name="timeProvider">Clock of the silence.</param>
    /// <param name="opening">Token the watch was opened with; it ends reads too.</param>
    /// <param name="closing">Token of the client's end.</param>
    public WatchStream(
        Stream body,
        IDisposable owner,
        KubernetesResource<T> resource,
        int maxLineBytes,
        TimeSpan idleTimeout,
        TimeProvider timeProvider,
        CancellationToken opening,
        CancellationToken closing = default)
    {
        (_body, _owner, _resource, _maxLineBytes, _idleTimeout, _timeProvider) = (body, owner, resource, maxLineBytes, idleTimeout, timeProvider);
        _abort = CancellationTokenSource.CreateLinkedTokenSource(opening, closing);
        _aborted = _abort.Token;
    }

    /// <inheritdoc/>
    public IAsyncEnumerator<WatchEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _state, Enumerating, Fresh) is var state and not Fresh)
            throw state == Ended ? new ObjectDisposedException(nameof(IWatchStream<>)) : new InvalidOperationException("a watch can be enumerated once");
        return ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _state, Ended) == Ended) return;
        // Cancelling first ends a pending read with a clear exception; disposing the response alone would end it with a confusing one.
        await _abort.CancelAsync();
        _owner.Dispose();
        _abort.Dispose();
    }

    private async IAsyncEnumerable<WatchEvent<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader pipe = PipeReader.Create(_body, new StreamPipeReaderOptions(ClearingPool.Instance, bufferSize: 32 * 1024, minimumReadSize: 4096, leaveOpen: true));
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static self => ((WatchStream<T>)self!).Abort(), this);
        await using ITimer? idleTimer = _idleTimeout == Timeout.InfiniteTimeSpan
            ? null
            : _timeProvider.CreateTimer(static self => ((WatchStream<T>)self!).OnIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            long scanned = 0;
            bool overlong = false;
            while (true)
            {
                ReadResult result = await ReadMoreAsync(pipe, idleTimer, cancellationToken);
                ReadOnlySequence<byte> buffer = result.Buffer;
                while (TryFindLine(buffer, scanned, out ReadOnlySequence<byte> line))
                {
                    buffer = buffer.Slice(buffer.GetPosition(1, line.End));
                    scanned = 0;
                    if (overlong)
                    {
                        overlong = false; // the rest of a line that was reported when it grew too long
                        continue;
                    }

                    if (line.Length > _maxLineBytes) yield return Oversized(line);
                    else if (!IsBlank(line)) yield return WatchLineDecoder.Decode(line, _resource.Json);
                    // The consumer may have taken its time, or have cancelled meanwhile.
                    ThrowIfAborted(cancellationToken);
                }

                scanned = buffer.Length;
                if (overlong || scanned > _maxLineBytes)
                {
                    if (!overlong) yield return Oversized(buffer);
                    (overlong, scanned) = (true, 0);
                    buffer = buffer.Slice(buffer.End);
                }

                if (result.IsCompleted)
                {
                    if (overlong || !IsBlank(buffer)) throw new KubernetesTransportException($"the watch of {_resource.QualifiedName} ended inside a line");
                    yield break;
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
            await DisposeAsync();
        }
    }

    private async ValueTask<ReadResult> ReadMoreAsync(PipeReader pipe, ITimer? idleTimer, CancellationToken cancellationToken)
    {
        ThrowIfAborted(cancellationToken);
        idleTimer?.Change(_idleTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await pipe.ReadAsync(_aborted);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            ThrowIfAborted(cancellationToken);
            throw new KubernetesTransportException($"the watch of {_resource.QualifiedName} broke: {e.Message}", e);
        }
        finally
        {
            idleTimer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void ThrowIfAborted(CancellationToken cancellationToken)
    {
        if (!_aborted.IsCancellationRequested) return;
        cancellationToken.ThrowIfCancellationRequested();
        if (_idle)
        {
            throw new KubernetesTransportException(
                $"the watch of {_resource.QualifiedName} was silent for {_idleTimeout.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} s") { Fault = TransportFault.Idle };
        }

        throw new OperationCanceledException(_aborted);
    }

    private void OnIdle()
    {
        _idle = true;
        Abort();
    }

    private void Abort()
    {
        try
        {
            _abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream has ended meanwhile.
        }
    }

    private WatchEvent<T> Oversized(in ReadOnlySequence<byte> line)
    {
        // Metadata is near the beginning when an API server writes the line; 64 KiB are enough to name the object.
        using var prefix = new ContiguousBytes(line.Slice(0, Math.Min(line.Length, 64 * 1024)));
        return WatchLineDecoder.Oversized<T>(prefix.Span, _maxLineBytes);
    }

    private static bool TryFindLine(in ReadOnlySequence<byte> buffer, long scanned, out ReadOnlySequence<byte> line)
    {
        SequencePosition? end = buffer.Slice(scanned).PositionOf((byte)'\n');
        line = end is { } position ? buffer.Slice(0, position) : default;
        return end is not null;
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (ReadOnlyMemory<byte> chunk in line)
            if (chunk.Span.ContainsAnyExcept(" \t\r"u8)) return false;
        return true;
    }
}
