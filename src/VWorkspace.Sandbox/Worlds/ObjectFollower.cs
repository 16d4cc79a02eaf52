using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>Follows one object by list and watch until it is as wished; survives broken watches, restarts and kinds that are not served yet.</summary>
/// <param name="client">Connection to the API server.</param>
/// <param name="clock">For the pauses between attempts.</param>
public sealed class ObjectFollower(IKubernetesClient client, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a state of an object.</summary>
    /// <param name="resource">The kind.</param>
    /// <param name="key">Which object.</param>
    /// <param name="reached">Looks at every state, null while the object is absent; true ends the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The state that was waited for; null when that is absence.</returns>
    public async Task<DynamicObject?> UntilAsync(
        KubernetesResource<DynamicObject> resource, ObjectKey key, Func<DynamicObject?, bool> reached, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(reached);
        string selector = $"metadata.name={key.Name}";
        while (true)
        {
            try
            {
                ApiResult<ObjectPage<DynamicObject>> page = await client.ListAsync(resource, key.Namespace, new() { FieldSelector = selector }, cancellationToken);
                if (page.TryGet(out ObjectPage<DynamicObject>? found, out KubernetesError? error))
                {
                    DynamicObject? present = found.Items.Count > 0 ? found.Items[0] : null;
                    if (reached(present)) return present;
                    if (await WatchAsync(resource, key, selector, found.ResourceVersion, reached, cancellationToken) is (true, var state)) return state;
                }
                else if (error.IsNotFound && reached(null))
                {
                    return null;
                }
            }
            catch (KubernetesTransportException)
            {
                // The server may be restarting; the deadline of the caller bounds this.
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<(bool Reached, DynamicObject? State)> WatchAsync(
        KubernetesResource<DynamicObject> resource, ObjectKey key, string selector, string resourceVersion, Func<DynamicObject?, bool> reached,
        CancellationToken cancellationToken)
    {
        ApiResult<IWatchStream<DynamicObject>> opened =
            await client.WatchAsync(resource, key.Namespace, new() { FieldSelector = selector, ResourceVersion = resourceVersion }, cancellationToken);
        if (!opened.TryGet(out IWatchStream<DynamicObject>? stream, out _)) return (false, null);
        await using (stream)
        {
            await foreach (WatchEvent<DynamicObject> line in stream.WithCancellation(cancellationToken))
            {
                if (line.Type is WatchEventType.Error) break;
                if (line.Type is WatchEventType.Bookmark or WatchEventType.Undecodable) continue;
                DynamicObject? state = line.Type == WatchEventType.Deleted ? null : line.Object;
                if (reached(state)) return (true, state);
            }
        }

        return (false, null);
    }
}
