using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>What a watch has shown to its reader so far: which objects in which versions. Tells whether the reader knows all that the server has.</summary>
internal sealed class WatchMirror(GroupVersionKind kind, string? @namespace, string? labelSelector, string? fieldSelector)
{
    private const string ByName = "metadata.name=";
    private readonly ConcurrentDictionary<ObjectKey, string> _versions = new();
    private readonly LabelSelector _labels = labelSelector is null ? LabelSelector.Everything : LabelSelector.Parse(labelSelector);

    private int _streams;

    public GroupVersionKind Kind => kind;

    /// <summary>True while a stream is open. One that is not waits for its kind, or for time to pass before the next try.</summary>
    public bool IsOpen => Volatile.Read(ref _streams) > 0;

    public void Opened() => Interlocked.Increment(ref _streams);

    public void Closed() => Interlocked.Decrement(ref _streams);

    public void Clear() => _versions.Clear();

    public void Apply<T>(WatchEvent<T> line) where T : class, IKubernetesObject
    {
        if (line.Object is not { } obj) return;
        ObjectKey key = ObjectKey.Of(obj);
        if (line.Type == WatchEventType.Deleted) _versions.TryRemove(key, out _);
        else _versions[key] = obj.Metadata.ResourceVersion ?? string.Empty;
    }

    /// <summary>True when the reader has seen everything that the server stores now.</summary>
    public bool IsCurrent(InMemoryApiServer server)
    {
        var stored = new Dictionary<ObjectKey, string>();
        foreach (System.Text.Json.Nodes.JsonObject json in Listed(server))
        {
            var obj = new DynamicObject(json);
            if (_labels.Matches(obj.Metadata.Labels)) stored[ObjectKey.Of(obj)] = obj.Metadata.ResourceVersion ?? string.Empty;
        }

        return stored.Count == _versions.Count && stored.All(s => _versions.TryGetValue(s.Key, out string? seen) && seen == s.Value);
    }

    public override string ToString() => $"{kind.Kind} [{string.Join(", ", _versions.Select(v => $"{v.Key}@{v.Value}"))}]";

    private IReadOnlyList<System.Text.Json.Nodes.JsonObject> Listed(InMemoryApiServer server)
    {
        try
        {
            if (fieldSelector is null) return server.List(kind.ApiVersion, kind.Kind, @namespace);
            return server.Find(kind.ApiVersion, kind.Kind, @namespace, fieldSelector[ByName.Length..]) is { } one ? [one] : [];
        }
        catch (ArgumentException)
        {
            // The kind is not served.
            return [];
        }
    }
}

/// <summary>A watch that notes what its reader has taken in. A line counts once the reader comes back for the next one.</summary>
internal sealed class MirroringStream<T>(IWatchStream<T> inner, WatchMirror mirror, Action noted, Action ended) : IWatchStream<T> where T : class, IKubernetesObject
{
    public IAsyncEnumerator<WatchEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        ended();
    }

    private async IAsyncEnumerable<WatchEvent<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        mirror.Opened();
        try
        {
            await foreach (WatchEvent<T> line in inner.WithCancellation(cancellationToken))
            {
                yield return line;
                mirror.Apply(line);
                noted();
            }
        }
        finally
        {
            mirror.Closed();
            noted();
        }
    }
}

/// <summary>Wakes whoever waits for the next change of something.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _beats;

    /// <summary>How often it beat.</summary>
    public long Beats => Interlocked.Read(ref _beats);

    /// <summary>The next beat. Take it before looking at what it is about.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat()
    {
        Interlocked.Increment(ref _beats);
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
