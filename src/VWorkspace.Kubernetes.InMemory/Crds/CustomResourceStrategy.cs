using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>One version of a custom resource: schema, subresources, printer columns.</summary>
internal sealed class CustomResourceStrategy : ResourceStrategy
{
    private readonly IReadOnlyList<TableColumn> _columns;

    public CustomResourceStrategy(JsonObject version, long epoch, bool namespaced)
    {
        SchemaEpoch = epoch;
        HasStatus = version["subresources"].Child("status") is not null;
        SelectableFields = [.. (version.Items("selectableFields") ?? []).Select(f => (f.Text("jsonPath") ?? "").TrimStart('.'))];
        _columns = PrinterColumns.Build(version.Items("additionalPrinterColumns"));
    }

    public override bool HasStatus { get; }

    public override bool TracksGeneration => true;

    public override bool AllowUnconditionalUpdate => false;

    public override long SchemaEpoch { get; }

    public override IReadOnlyList<string> SelectableFields { get; }

    public override IReadOnlyList<TableColumn> Columns(ResourceType type) => _columns;

    public override JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        // Of the metadata only the record of field owners may change with the status.
        var result = old.Copy();
        result.Remove("status");
        if (obj["status"] is { } status) result["status"] = status.DeepClone();
        if (obj["metadata"].Items("managedFields") is { } managed) result.Metadata()["managedFields"] = managed.DeepClone();
        else result.Metadata().Remove("managedFields");
        return result;
    }
}
