using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Namespaces: labelled with their name, Active, and held by their own finalizers until the namespace controller is done.</summary>
internal sealed class NamespaceStrategy : BuiltinStrategy
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override bool ShowsGracePeriod => false;

    public override void ApplyDefaults(ResourceType type, JsonObject obj)
    {
        base.ApplyDefaults(type, obj);
        // Upstream labels in defaulting, so that the label belongs to whoever wrote the object.
        if (obj.Name() is { Length: > 0 } name) obj.Metadata().Ensure("labels")[NameLabel] = name;
    }

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        obj["status"] = new JsonObject { ["phase"] = "Active" };
        var spec = obj.Ensure("spec");
        var finalizers = spec.Items("finalizers").Texts();
        if (!finalizers.Contains("kubernetes", StringComparer.Ordinal))
            spec["finalizers"] = new JsonArray([.. finalizers.Append("kubernetes").Select(f => (JsonNode)f)]);
    }

    public override void PrepareForUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        // Finalizers of a namespace change only through its finalize subresource.
        obj["spec"] = old["spec"]?.DeepClone();
        obj["status"] = old["status"]?.DeepClone();
    }

    /// <summary>Labels once more those whose name was generated after defaulting.</summary>
    public override void Canonicalize(ResourceType type, JsonObject obj)
    {
        obj.Metadata().Ensure("labels")[NameLabel] = obj.Name();
        base.Canonicalize(type, obj);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => FinalizerErrors(obj, _ => "spec.finalizers");

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => subresource switch
    {
        "status" when obj.IsBeingDeleted() && obj["status"].Text("phase") != "Terminating" =>
            [FieldCause.Invalid("status.Phase", obj["status"].Text("phase") ?? "", "may only be 'Terminating' if `deletionTimestamp` is not empty")],
        "status" when !obj.IsBeingDeleted() && obj["status"].Text("phase") != "Active" =>
            [FieldCause.Invalid("status.Phase", obj["status"].Text("phase") ?? "", "may only be 'Active' if `deletionTimestamp` is empty")],
        "finalize" => FinalizerErrors(obj, i => string.Create(CultureInfo.InvariantCulture, $"spec.finalizers[{i}]")),
        "" => Validate(type, obj),
        _ => [],
    };

    /// <summary>Of a finalize request only the finalizers of the spec count.</summary>
    public override JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context, string subresource)
    {
        if (subresource != "finalize") return base.PrepareForStatusUpdate(type, obj, old, context, subresource);
        var result = old.Copy();
        result["metadata"] = obj["metadata"]?.DeepClone();
        var spec = result.Ensure("spec");
        spec.Remove("finalizers");
        if (obj["spec"].Items("finalizers") is { Count: > 0 } finalizers) spec["finalizers"] = finalizers.DeepClone();
        return result;
    }

    private static IEnumerable<FieldCause> FinalizerErrors(JsonObject obj, Func<int, string> path) => obj["spec"].Items("finalizers").Texts().SelectMany((finalizer, i) => LabelSyntax.QualifiedNameErrors(finalizer)
        .Concat(ObjectMetaRules.IsUnqualified(finalizer) ? ["name is neither a standard finalizer name nor is it fully qualified"] : [])
        .Select(e => FieldCause.Invalid(path(i), finalizer, e)));

    public override bool CanVanish(JsonObject obj) => obj["spec"].Items("finalizers") is not { Count: > 0 };

    public override void PrepareForDelete(ResourceType type, JsonObject obj)
    {
        if (!CanVanish(obj) || obj.Finalizers().Count > 0) obj.Ensure("status")["phase"] = "Terminating";
    }
}
