using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.ControllerRuntime;

/// <summary>Whether an object that this process wrote is in the scope of an informer, as the server would decide.</summary>
internal sealed class ScopeFilter
{
    private readonly string? _namespace;
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;

    /// <exception cref="ArgumentException">A selector of the scope is none.</exception>
    public ScopeFilter(InformerScope scope)
    {
        _namespace = scope.Namespace;
        if (!LabelSelector.TryParse(scope.LabelSelector, out LabelSelector? labels, out string? error)) throw new ArgumentException($"The label selector of the scope is none: {error}", nameof(scope));
        if (!FieldSelector.TryParse(scope.FieldSelector, out FieldSelector? fields, out error)) throw new ArgumentException($"The field selector of the scope is none: {error}", nameof(scope));
        (_labels, _fields) = (labels, fields);
    }

    /// <summary>Null when a field decides that a projection may not have: then only the watch can tell.</summary>
    public bool? Matches(IKubernetesObject obj)
    {
        if (_namespace is not null && obj.Metadata.Namespace != _namespace) return false;
        if (!_labels.Matches(obj.Metadata.Labels)) return false;
        foreach (FieldRequirement field in _fields.Requirements)
            if (field.Field is not ("metadata.name" or "metadata.namespace")) return null;
        return _fields.Matches(field => field == "metadata.name" ? obj.Metadata.Name : obj.Metadata.Namespace ?? string.Empty);
    }
}
