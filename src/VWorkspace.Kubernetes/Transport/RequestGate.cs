namespace VWorkspace.Kubernetes.Transport;

/// <summary>Bounds the requests under way, with slots that only leases may use.</summary>
internal sealed class RequestGate(int general, int leases)
{
    private readonly SemaphoreSlim _general = new(general, general);
    private readonly SemaphoreSlim _leases = new(leases, leases);

    /// <summary>Waits for a slot; dispose gives it back.</summary>
    public async ValueTask<Slot> EnterAsync(RequestLane lane, CancellationToken cancellationToken)
    {
        SemaphoreSlim slots = lane == RequestLane.Lease ? _leases : _general;
        await slots.WaitAsync(cancellationToken);
        return new Slot(slots);
    }

    internal readonly struct Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
