using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>What becomes of the write at which a process dies.</summary>
public enum LastWrite
{
    /// <summary>It never left.</summary>
    NeverSent,

    /// <summary>The server carried it out; nobody heard the answer.</summary>
    AnswerLost,
}

/// <summary>
/// Stands between the operator and the API server: shows it one namespace only, so that many of them share a server, records its writes, knows
/// whether its watches are up to date, and can die at the k-th write, as a process that is killed does.
/// </summary>
internal sealed class TapClient(IKubernetesClient inner, string scope) : IKubernetesClient
{
    private readonly ConcurrentQueue<string> _writes = new();
    private readonly ConcurrentQueue<string> _events = new();
    private readonly ConcurrentDictionary<(GroupVersionKind Kind, Type Type, string? Labels), WatchMirror> _mirrors = new();
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _last = int.MaxValue;
    private int _inFlight;
    private LastWrite _how;

    /// <summary>Writes that were sent, Events apart.</summary>
    public IReadOnlyList<string> Writes => [.. _writes];

    /// <summary>Events that were sent.</summary>
    public IReadOnlyList<string> EventWrites => [.. _events];

    /// <summary>Ends when the client has died.</summary>
    public Task Died => _died.Task;

    public bool IsDead => _died.Task.IsCompleted;

    /// <summary>Beats with each request that ended and each line of a watch that was taken in.</summary>
    public Pulse Activity { get; } = new();

    public Func<string, KubernetesError?>? Refuse { get; set; }

    public string DefaultNamespace => inner.DefaultNamespace;

    /// <summary>Dies at the k-th write from now on.</summary>
    public void DieAt(int write, LastWrite how) => (_last, _how) = (_begun + write, how);

    /// <summary>True when no request is open and every watch has taken in what the server has.</summary>
    public bool IsCurrent(InMemoryApiServer server, Func<WatchMirror, bool> matters) =>
        Volatile.Read(ref _inFlight) == 0 && _mirrors.Values.Where(m => m.IsOpen && matters(m)).All(m => m.IsCurrent(server));

    public string Describe() => $"{Volatile.Read(ref _inFlight)} requests open; {string.Join("; ", _mirrors.Values)}";

    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        AliveAsync(() => inner.GetAsync(resource, key, cancellationToken));

    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => AliveAsync(() => inner.ListAsync(resource, Narrowed(resource, @namespace), options, cancellationToken));

    public async Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        string? narrowed = Narrowed(resource, @namespace);
        if (resource.Plural == "namespaces") options = options with { FieldSelector = $"metadata.name={scope}" };
        (GroupVersionKind, Type, string?) which = (resource.Kind, typeof(T), options.LabelSelector);
        WatchMirror mirror = _mirrors.GetOrAdd(which, _ => new(resource.Kind, narrowed, options.LabelSelector, options.FieldSelector));
        if (options.SendInitialEvents) mirror.Clear();
        ApiResult<IWatchStream<T>> answer = await AliveAsync(() => inner.WatchAsync(resource, narrowed, options, cancellationToken));
        return answer.TryGet(out IWatchStream<T>? stream, out _) ? new(new MirroringStream<T>(stream, mirror, Activity.Beat, Ended)) : answer;

        // One that was closed on purpose is behind for ever; one that broke comes back.
        void Ended()
        {
            if (cancellationToken.IsCancellationRequested) _mirrors.TryRemove(new(which, mirror));
            Activity.Beat();
        }
    }

    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, "create", null, () => inner.CreateAsync(resource, @namespace, body, options, cancellationToken));

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => WriteAsync(resource, "replace", options.Subresource, () => inner.ReplaceAsync(resource, key, body, options, cancellationToken));

    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        WriteAsync(resource, patch.MediaType == Patch.ApplyPatchType ? "apply" : "patch", options.Subresource, () => inner.PatchAsync(resource, key, patch, options, cancellationToken));

    public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) =>
        WriteAsync(resource, "delete", null, () => inner.DeleteAsync(resource, key, options, cancellationToken));

    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken) =>
        AliveAsync(() => inner.GetRawAsync(pathAndQuery, accept, cancellationToken));

    /// <summary>The connection belongs to whoever made it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string? Narrowed(KubernetesResource resource, string? @namespace) => resource.Namespaced ? @namespace ?? scope : @namespace;

    private async Task<ApiResult<T>> WriteAsync<T>(KubernetesResource resource, string verb, string? subresource, Func<Task<ApiResult<T>>> write) where T : class
    {
        if (resource.Plural == "events")
        {
            _events.Enqueue(verb);
            return await AliveAsync(write);
        }

        int mine = Interlocked.Increment(ref _begun);
        if (mine == _last && _how == LastWrite.NeverSent) Die();
        string what = $"{verb} {resource.Plural}{(subresource is null ? string.Empty : "/" + subresource)}";
        if (!IsDead && Refuse?.Invoke(what) is { } refusal) return new(refusal);
        return await AliveAsync(async () =>
        {
            _writes.Enqueue(what);
            ApiResult<T> answer = await write();
            if (mine == _last) Die();
            return IsDead ? throw Death() : answer;
        });
    }

    private async Task<T> AliveAsync<T>(Func<Task<T>> call)
    {
        if (IsDead) throw Death();
        Interlocked.Increment(ref _inFlight);
        try
        {
            return await call();
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            Activity.Beat();
        }
    }

    private void Die()
    {
        _died.TrySetResult();
        Activity.Beat();
    }

    private static KubernetesTransportException Death() => new("the process died");
}
