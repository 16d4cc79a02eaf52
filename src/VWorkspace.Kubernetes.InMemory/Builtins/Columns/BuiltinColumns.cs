using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>The columns that <c>kubectl get</c> shows of built-in kinds (<c>pkg/printers/internalversion</c>).</summary>
internal static class BuiltinColumns
{
    private static readonly Dictionary<string, IReadOnlyList<TableColumn>> Columns = new(
        CoreColumns.All.Concat(PodColumns.All).Concat(WorkloadColumns.All).Concat(NetworkColumns.All).Concat(StorageColumns.All).Concat(PolicyColumns.All), StringComparer.Ordinal);

    public static IReadOnlyList<TableColumn> Find(ResourceType type) => Columns.GetValueOrDefault(type.StorageKey) ?? TableBuilder.Default;
}
