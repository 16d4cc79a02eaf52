using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Columns;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>A built-in kind: decoding and defaulting by its schema, and what the common code needs to know about it.</summary>
internal class BuiltinStrategy : ResourceStrategy
{
    public bool Status { get; init; }

    public bool Generation { get; init; }

    public bool CreateOnUpdate { get; init; }

    public bool UnconditionalUpdate { get; init; } = true;

    public bool ReturnsObject { get; init; }

    public Func<string, IReadOnlyList<string>> Names { get; init; } = NameRules.Subdomain;

    public IReadOnlyList<string> Selectable { get; init; } = [];

    /// <summary>Whether the kind is validated by the core group's rules for metadata, which refuse bare finalizers.</summary>
    public bool CoreMetadata { get; init; } = true;

    public override bool HasStatus => Status;

    public override IEnumerable<FieldCause> FinalizerCauses(JsonObject obj) => CoreMetadata ? ObjectMetaRules.UnqualifiedFinalizers(obj) : [];

    public override bool TracksGeneration => Generation;

    public override bool AllowCreateOnUpdate => CreateOnUpdate;

    public override bool AllowUnconditionalUpdate => UnconditionalUpdate;

    public override bool ReturnsDeletedObject => ReturnsObject;

    public override Func<string, IReadOnlyList<string>> NameRule => Names;

    public override IReadOnlyList<string> SelectableFields => Selectable;

    public override IReadOnlyList<TableColumn> Columns(ResourceType type) => BuiltinColumns.Find(type);

    public override ManagedFields.MergeSchema MergeSchema(ResourceType type) => Schema(type)?.Merge ?? base.MergeSchema(type);

    public override string? DecodeProblem(ResourceType type, JsonObject obj) => Schema(type) is { } schema ? GoTypeCheck.Describe(obj, schema.Type) : null;

    public override IReadOnlyList<string> Decode(ResourceType type, JsonObject obj) => Schema(type)?.Prune(obj) ?? [];

    public override JsonObject Empty(ResourceType type)
    {
        var empty = base.Empty(type);
        Schema(type)?.Canonicalize(empty);
        return empty;
    }

    public override void ApplyDefaults(ResourceType type, JsonObject obj)
    {
        if (Schema(type) is not { } schema) return;
        schema.ApplyDefaults(obj);
        schema.Canonicalize(obj);
    }

    /// <remarks>Defaults once more: what is stored is decoded, and so defaulted, before it is answered.</remarks>
    public override void Canonicalize(ResourceType type, JsonObject obj)
    {
        if (Schema(type) is not { } schema) return;
        schema.ApplyDefaults(obj);
        schema.Canonicalize(obj);
    }

    protected static BuiltinKind? Schema(ResourceType type) => BuiltinSchemas.Find(type.ApiVersion, type.Kind);

    /// <summary>A cause when a member differs that must not change.</summary>
    protected static IEnumerable<FieldCause> Immutable(JsonNode? value, JsonNode? old, string field)
    {
        if (!JsonNode.DeepEquals(value, old)) yield return FieldCause.InvalidRaw(field, value?.ToJsonString(RelaxedJson) ?? "null", "field is immutable");
    }

    internal static System.Text.Json.JsonSerializerOptions RelaxedJson { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
