using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Turns the changes of an informer into keys in a queue.</summary>
internal sealed class QueueingHandler<T>(WorkQueue<ObjectKey> queue, Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? predicate) : IInformerHandler<T>
    where T : class, IKubernetesObject
{
    public void OnAdded(T obj, bool isInitial)
    {
        if (predicate is null || predicate(null, obj)) Queue(obj, isInitial ? WorkPriority.Low : WorkPriority.Normal);
    }

    public void OnUpdated(T previous, T current)
    {
        if (predicate is not null && !predicate(previous, current)) return;

        // Both: an object may have moved from one owner to another.
        Queue(previous, WorkPriority.Normal);
        Queue(current, WorkPriority.Normal);
    }

    public void OnDeleted(T last)
    {
        if (predicate is null || predicate(last, null)) Queue(last, WorkPriority.Normal);
    }

    private void Queue(T obj, WorkPriority priority)
    {
        foreach (ObjectKey key in map(obj)) queue.Add(key, priority);
    }
}
