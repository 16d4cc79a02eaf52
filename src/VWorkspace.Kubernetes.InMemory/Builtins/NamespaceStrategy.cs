using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

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

    public override bool CanVanish(JsonObject obj) => obj["spec"].Items("finalizers") is not { Count: > 0 };

    public override void PrepareForDelete(ResourceType type, JsonObject obj)
    {
        if (!CanVanish(obj) || obj.Finalizers().Count > 0) obj.Ensure("status")["phase"] = "Terminating";
    }
}
