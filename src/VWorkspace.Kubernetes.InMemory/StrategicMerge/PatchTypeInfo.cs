using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

namespace VWorkspace.Kubernetes.InMemory.StrategicMerge;

/// <summary>The type at a place of a patch, and how its fields merge.</summary>
internal readonly struct PatchTypeInfo
{
    private readonly BuiltinType? owner;
    private readonly FieldType? place;

    private PatchTypeInfo(BuiltinType? owner, FieldType? place)
    {
        this.owner = owner;
        this.place = place;
    }

    /// <summary>How a field merges.</summary>
    /// <param name="Type">The field's type.</param>
    /// <param name="Strategy"><c>merge</c>, <c>replace</c> or empty.</param>
    /// <param name="MergeKey">The key of a list's items; empty without one.</param>
    public readonly record struct FieldPatch(PatchTypeInfo Type, string Strategy, string MergeKey);

    /// <summary>A kind's root.</summary>
    public static PatchTypeInfo Of(BuiltinType type) => new(type, null);

    /// <summary>The type of a list's items.</summary>
    public PatchTypeInfo Element => place?.Element is { } element ? Of(element) : default;

    /// <summary>How Go names the kind of the type, for messages.</summary>
    public string GoKind => owner is not null ? "struct" : place?.Shape switch { BuiltinShape.Map => "map", BuiltinShape.List => "slice", _ => "interface" };

    /// <summary>How a field merges.</summary>
    /// <exception cref="PatchFaultException">The type has no such field.</exception>
    public FieldPatch Lookup(string name)
    {
        if (owner is not null)
        {
            var found = owner.Find(name)
                ?? throw new PatchFaultException($"unable to find api field in struct {owner.Package[(owner.Package.LastIndexOf('.') + 1)..]}.{owner.Name} for the json field \"{name}\"", 500);
            var strategy = found.PatchStrategies.FirstOrDefault(s => s is "merge" or "replace") ?? string.Empty;
            return new FieldPatch(Of(found.Type), strategy, found.PatchMergeKey ?? string.Empty);
        }

        return new FieldPatch(Element, string.Empty, string.Empty);
    }

    private static PatchTypeInfo Of(FieldType type) => type.Shape == BuiltinShape.Struct ? new(type.Struct, null) : new(null, type);
}
