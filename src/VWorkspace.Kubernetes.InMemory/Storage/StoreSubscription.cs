using System.Threading.Channels;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>A watcher's bounded inbox. One that does not keep up is ended, as the real watch cache ends slow watchers.</summary>
internal sealed class StoreSubscription(string ns, int capacity)
{
    private readonly Channel<StoreEvent> _inbox = Channel.CreateBounded<StoreEvent>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public ChannelReader<StoreEvent> Events => _inbox.Reader;

    /// <summary>False when the inbox is full and the subscription has been ended.</summary>
    public bool Offer(StoreEvent change)
    {
        if (ns.Length > 0 && change.Object.Namespace != ns) return true;
        if (_inbox.Writer.TryWrite(change)) return true;
        _inbox.Writer.TryComplete();
        return false;
    }

    public void End() => _inbox.Writer.TryComplete();
}
