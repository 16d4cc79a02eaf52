using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>CustomResourceDefinitions themselves.</summary>
internal sealed class CrdStrategy : BuiltinStrategy
{
    public override void ApplyDefaults(ResourceType type, JsonObject obj)
    {
        base.ApplyDefaults(type, obj);
        CrdDefaults.Apply(obj);
    }

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        obj["status"] = CrdStatus.Initial(obj);
    }

    public override void PrepareForUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        base.PrepareForUpdate(type, obj, old, context);
        CrdStatus.AddStorageVersions(obj);
    }

    // Name and schema are checked together by the definition's own validation.
    public override Func<string, IReadOnlyList<string>> NameRule => static _ => [];

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => Causes(CrdValidation.Validate(obj, null)).Where(c => obj.Name().Length > 0 || c.Field != "metadata.name");

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => Causes(CrdValidation.Validate(obj, old));

    public override void PrepareForDelete(ResourceType type, JsonObject obj)
    {
        var finalizers = obj.Finalizers();
        if (finalizers.Contains(CrdController.CleanupFinalizer, StringComparer.Ordinal) || obj.IsBeingDeleted()) return;
        obj.Metadata()["finalizers"] = new JsonArray([.. finalizers.Append(CrdController.CleanupFinalizer).Select(f => (JsonNode)f)]);
    }

    private static IEnumerable<FieldCause> Causes(IEnumerable<FieldError> errors) => errors.Select(e => new FieldCause(e.Field, e.Reason, e.Body));
}
