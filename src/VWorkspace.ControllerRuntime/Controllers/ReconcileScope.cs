using System.Collections;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>The fields that every log line of a reconcile carries, as controller-runtime names them, and the one that the controller adds.</summary>
internal sealed class ReconcileScope(string controller, GroupVersionKind kind, ObjectKey key, string reconcileId, KeyValuePair<string, object?>? extra = null)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    private bool HasNamespace => key.Namespace.Length > 0;

    public int Count => 5 + (HasNamespace ? 1 : 0) + (extra is null ? 0 : 1);

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("controller", controller),
        1 => new("controllerGroup", kind.Group),
        2 => new("controllerKind", kind.Kind),
        3 => new("name", key.Name),
        4 => new("reconcileID", reconcileId),
        5 when HasNamespace => new("namespace", key.Namespace),
        5 or 6 when index < Count => extra!.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For loggers that print scopes as text.</summary>
    public override string ToString() => $"controller={controller} object={key} reconcileID={reconcileId}";
}
