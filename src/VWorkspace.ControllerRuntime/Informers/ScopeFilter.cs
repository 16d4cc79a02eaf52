using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Whether an object that this process wrote is in the scope of an informer, as the server would decide.</summary>
internal sealed class ScopeFilter(InformerScope scope)
{
    public bool Matches(IKubernetesObject obj) =>
        scope.LabelSelector is null && scope.FieldSelector is null && (scope.Namespace is null || obj.Metadata.Namespace == scope.Namespace);
}
