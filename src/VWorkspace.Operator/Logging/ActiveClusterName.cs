using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Operator.Logging;

/// <summary>
/// Puts the name of the active Cluster into every log line: the oldest one in the operator's namespace, then by name. Others are not acted on.
/// </summary>
internal sealed class ActiveClusterName(IObjectStore<PartialObject> clusters, string operatorNamespace, LogIdentity identity) : IInformerHandler<PartialObject>
{
    /// <inheritdoc/>
    public void OnAdded(PartialObject obj, bool isInitial) => Look();

    /// <inheritdoc/>
    public void OnUpdated(PartialObject previous, PartialObject current) => Look();

    /// <inheritdoc/>
    public void OnDeleted(PartialObject last) => Look();

    private void Look() => identity.ClusterId = clusters.List(operatorNamespace)
        .OrderBy(static cluster => cluster.Metadata.CreationTimestamp).ThenBy(static cluster => cluster.Metadata.Name, StringComparer.Ordinal)
        .FirstOrDefault()?.Metadata.Name ?? string.Empty;
}
