namespace VWorkspace.Kubernetes;

/// <summary>What a line of a watch says.</summary>
public enum WatchEventType
{
    /// <summary>An object came into view.</summary>
    Added,

    /// <summary>An object changed.</summary>
    Modified,

    /// <summary>An object left the view; the event carries its last state.</summary>
    Deleted,

    /// <summary>Nothing changed up to <see cref="WatchEvent{T}.ResourceVersion"/>.</summary>
    Bookmark,

    /// <summary>The server ends the watch with a <see cref="WatchEvent{T}.Error"/>, for instance 410.</summary>
    Error,

    /// <summary>A line that could not be decoded; the reader decides whether to go on.</summary>
    Undecodable,
}

/// <summary>One line of a watch. Errors and undecodable lines are values that the reader has to look at.</summary>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public readonly record struct WatchEvent<T> where T : class, IKubernetesObject
{
    /// <summary>What the line says.</summary>
    public required WatchEventType Type { get; init; }

    /// <summary>The object of Added, Modified and Deleted; null otherwise.</summary>
    public T? Object { get; init; }

    /// <summary>The resource version to resume from after this event; null for Error and for undecodable lines without one.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>True for the bookmark that ends the initial events (<c>k8s.io/initial-events-end</c>).</summary>
    public bool IsInitialEventsEnd { get; init; }

    /// <summary>The refusal of an Error event.</summary>
    public KubernetesError? Error { get; init; }

    /// <summary>For Undecodable: why, without the content. The key is set when at least namespace and name could be read.</summary>
    public string? DecodeError { get; init; }

    /// <summary>For Undecodable: which event it was, when the line still tells; a Deleted one can still be honoured by key.</summary>
    public WatchEventType? UndecodableType { get; init; }

    /// <summary>Key of the object concerned; for undecodable lines as far as it could be read, else null.</summary>
    public ObjectKey? Key { get; init; }
}

/// <summary>
/// An open watch. Enumerating reads from the socket; it can be enumerated once. Disposing it, or cancelling the token of the enumeration
/// or the token it was opened with, ends a pending read at once with <see cref="OperationCanceledException"/>.
/// </summary>
/// <remarks>
/// The enumeration ends normally when the server ends the stream at the end of a line (its time-out). It throws
/// <see cref="KubernetesTransportException"/> when the stream breaks, ends inside a line (<see cref="TransportFault.Broken"/>) or stays silent
/// for too long (<see cref="TransportFault.Idle"/>); events that arrived whole before have been handed out by then.
/// </remarks>
/// <typeparam name="T">Type or projection of the objects.</typeparam>
public interface IWatchStream<T> : IAsyncEnumerable<WatchEvent<T>>, IAsyncDisposable where T : class, IKubernetesObject;
