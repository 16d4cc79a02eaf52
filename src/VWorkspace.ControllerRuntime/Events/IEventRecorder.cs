using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Emits Kubernetes Events. Never blocks and never fails a reconcile; what cannot be written is dropped and counted.</summary>
public interface IEventRecorder
{
    /// <summary>Queues one Event.</summary>
    /// <param name="regarding">The object that the Event is about.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">Machine-readable reason in CamelCase, at most 128 characters.</param>
    /// <param name="message">Text for people; redacted and cut to 1024 bytes.</param>
    void Record(ObjectReference regarding, EventType type, string reason, string message);
}

/// <summary>The two types of Events.</summary>
public enum EventType
{
    /// <summary>Information.</summary>
    Normal,

    /// <summary>Something that a person should look at.</summary>
    Warning,
}

/// <summary>Points at one incarnation of an object (<c>core/v1 ObjectReference</c>).</summary>
/// <param name="Kind">Group, version and kind.</param>
/// <param name="Key">Namespace and name.</param>
/// <param name="Uid">UID, or null when unknown.</param>
/// <param name="ResourceVersion">Version the writer saw, or null.</param>
public sealed record ObjectReference(GroupVersionKind Kind, ObjectKey Key, string? Uid, string? ResourceVersion = null)
{
    /// <summary>A reference to <paramref name="obj"/>, whose list items may lack kind and version.</summary>
    public static ObjectReference To(KubernetesResource resource, IKubernetesObject obj)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(obj);
        return new(resource.Kind, ObjectKey.Of(obj), obj.Metadata.Uid, obj.Metadata.ResourceVersion);
    }
}
