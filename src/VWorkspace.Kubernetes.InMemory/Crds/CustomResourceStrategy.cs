using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Schemas;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>One version of a custom resource: schema, subresources, printer columns.</summary>
internal sealed class CustomResourceStrategy : ResourceStrategy
{
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly StructuralSchema _schema;
    private readonly MergeSchema _mergeSchema;

    public CustomResourceStrategy(JsonObject version, long epoch)
    {
        SchemaEpoch = epoch;
        HasStatus = version["subresources"].Child("status") is not null;
        SelectableFields = [.. (version.Items("selectableFields") ?? []).Select(f => (f.Text("jsonPath") ?? "").TrimStart('.'))];
        var openApi = OpenApi = version["schema"].Child("openAPIV3Schema");
        _schema = StructuralSchema.Parse(openApi ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true });
        _mergeSchema = ManagedFields.MergeSchema.ForCustomResource(openApi);
        if (version["subresources"].Child("scale") is { } scale)
            Scale = new ScalePaths(Steps(scale.Text("specReplicasPath")), Steps(scale.Text("statusReplicasPath")), scale.Text("labelSelectorPath") is { Length: > 0 } labels ? Steps(labels) : null);
        _columns = PrinterColumns.Build(version.Items("additionalPrinterColumns"));
    }

    /// <summary>The schema as the definition has it; shared, not to be changed.</summary>
    public JsonObject? OpenApi { get; }

    public override bool HasStatus { get; }

    public override ScalePaths? Scale { get; }

    public override bool TracksGeneration => true;

    public override bool AllowUnconditionalUpdate => false;

    public override long SchemaEpoch { get; }

    public override IReadOnlyList<string> SelectableFields { get; }

    private static string[] Steps(string? path) => (path ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries);

    public override MergeSchema MergeSchema(ResourceType type) => _mergeSchema;

    public override FieldSet? ResetFields(string subresource) => !HasStatus ? null
        : subresource == "status" ? ManagedFields.ResetFields.ForCustomStatus : ManagedFields.ResetFields.ForMainResource;

    public override string? DecodeProblem(ResourceType type, JsonObject obj) => CustomMetadata.Problem(_schema, obj);

    public override IReadOnlyList<string> Decode(ResourceType type, JsonObject obj) => SchemaPruner.Prune(_schema, obj);

    public override void ApplyDefaults(ResourceType type, JsonObject obj) => SchemaDefaulter.Default(_schema, obj);

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        // The status that the client sent is gone; its default takes the place, as when the real server reads the object back from storage.
        if (HasStatus) SchemaDefaulter.Default(_schema, obj);
    }

    public override void Convert(ResourceType type, JsonObject obj)
    {
        obj["apiVersion"] = type.ApiVersion;
        SchemaPruner.Prune(_schema, obj);
        SchemaDefaulter.Default(_schema, obj);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => Causes(SchemaValidator.Validate(_schema, obj, null)).Concat(CustomMetadata.ValidateEmbedded(_schema, obj)).Concat(ScaleCauses(obj));

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        var ofType = TypeCauses(type, obj).ToList();
        return ofType.Count > 0 ? ofType : Causes(SchemaValidator.Validate(_schema, obj, old)).Concat(CustomMetadata.ValidateEmbedded(_schema, obj)).Concat(ScaleCauses(obj));
    }

    private static IEnumerable<FieldCause> TypeCauses(ResourceType type, JsonObject obj)
    {
        if (obj.Text("kind") != type.Kind) yield return FieldCause.Invalid("kind", obj.Text("kind") ?? "", $"must be {type.Kind}");
        if (obj.Text("apiVersion") != type.ApiVersion) yield return FieldCause.Invalid("apiVersion", obj.Text("apiVersion") ?? "", $"must be {type.ApiVersion}");
    }

    /// <summary>What stands at the paths of the scale must be what a scale can show.</summary>
    private IEnumerable<FieldCause> ScaleCauses(JsonObject obj)
    {
        if (Scale is null) yield break;
        foreach (var path in (string[][])[Scale.Spec, Scale.Status])
        {
            if (obj.At(path).AsNumber() is not { } replicas) continue;
            var shown = "." + string.Join('.', path);
            if (replicas < 0) yield return FieldCause.InvalidRaw(shown, replicas.ToString(CultureInfo.InvariantCulture), "should be a non-negative integer");
            else if (replicas > int.MaxValue) yield return FieldCause.InvalidRaw(shown, replicas.ToString(CultureInfo.InvariantCulture), "should be less than or equal to 2147483647");
        }
    }

    public override IEnumerable<string> Warnings(ResourceType type, JsonObject obj, JsonObject? old) => ObjectMetaRules.FinalizerWarnings(obj, old);

    private static IEnumerable<FieldCause> Causes(IEnumerable<FieldError> errors) => errors.Select(e => new FieldCause(e.Field, e.Reason, e.Body));

    public override IReadOnlyList<TableColumn> Columns(ResourceType type) => _columns;

    public override JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context, string subresource)
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
