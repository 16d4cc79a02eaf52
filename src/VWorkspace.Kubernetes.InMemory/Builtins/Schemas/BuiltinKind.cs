using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>A built-in kind: its schemas, and what decoding into Go types and encoding again would do to its objects.</summary>
internal sealed class BuiltinKind
{
    private readonly Lazy<JsonObject> openApi;
    private readonly Lazy<MergeSchema> merge;

    internal BuiltinKind(BuiltinType type)
    {
        Type = type;
        openApi = new Lazy<JsonObject>(() => BuiltinOpenApi.Inline(type));
        merge = new Lazy<MergeSchema>(() => BuiltinMergeSchema.Build(type));
    }

    /// <summary>The type.</summary>
    public BuiltinType Type { get; }

    /// <summary>The OpenAPI v3 schema without references; shared, not to be changed. A type that contains itself is cut off where it does.</summary>
    public JsonObject OpenApi => openApi.Value;

    /// <summary>The type for apply and field ownership.</summary>
    public MergeSchema Merge => merge.Value;

    /// <summary>Removes fields the type does not have. Returns their paths, sorted, e.g. <c>spec.template.spec.containers[0].imagee</c>.</summary>
    public IReadOnlyList<string> Prune(JsonObject value) => BuiltinPruning.Prune(value, Type);

    /// <summary>Fills in what the server's defaulting functions fill in.</summary>
    public void ApplyDefaults(JsonObject value) => BuiltinDefaulting.Apply(value, Type);

    /// <summary>
    /// Brings an object into the form in which the server answers and stores it: nulls and empty values go where Go has <c>omitempty</c>, and
    /// what is always written is there.
    /// </summary>
    public void Canonicalize(JsonObject value) => BuiltinCanonicalForm.Apply(value, Type);
}
