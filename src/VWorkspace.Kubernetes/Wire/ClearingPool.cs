using System.Buffers;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Memory for what is read from the wire. It comes from the pool that the whole process shares and goes back empty, because objects may be Secrets.</summary>
internal sealed class ClearingPool : MemoryPool<byte>
{
    private const int DefaultSize = 4096;

    private ClearingPool()
    {
    }

    public static ClearingPool Instance { get; } = new();

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Owner(ArrayPool<byte>.Shared.Rent(minBufferSize < 0 ? DefaultSize : minBufferSize));

    protected override void Dispose(bool disposing)
    {
        // Shared: there is nothing of its own to give up.
    }

    private sealed class Owner(byte[] array) : IMemoryOwner<byte>
    {
        private byte[]? _array = array;

        public Memory<byte> Memory => _array ?? throw new ObjectDisposedException(nameof(ClearingPool));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } held) ArrayPool<byte>.Shared.Return(held, clearArray: true);
        }
    }
}
