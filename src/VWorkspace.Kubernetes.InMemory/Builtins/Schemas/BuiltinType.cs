using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>What a field of a built-in type holds.</summary>
internal enum BuiltinShape : byte
{
    /// <summary>A string, number, boolean, time, quantity or int-or-string: see <see cref="FieldType.Primitive"/>.</summary>
    Primitive,

    /// <summary>An object of a declared type.</summary>
    Struct,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map with string keys.</summary>
    Map,

    /// <summary>Any JSON.</summary>
    Any,
}

/// <summary>The type of a field.</summary>
/// <param name="Shape">What it is.</param>
/// <param name="IsPointer">True for a Go pointer: a zero value is kept, and absent means nil.</param>
/// <param name="Primitive">The name of the primitive, e.g. <c>string</c>, <c>int32</c>, <c>time</c>.</param>
/// <param name="StructName">The name of the declared type.</param>
/// <param name="Element">The type of a list's item or a map's value.</param>
internal sealed record FieldType(BuiltinShape Shape, bool IsPointer, string Primitive, string StructName, FieldType? Element)
{
    private BuiltinType? resolved;

    /// <summary>The declared type; only of a <see cref="BuiltinShape.Struct"/>.</summary>
    public BuiltinType Struct => resolved ?? throw new InvalidOperationException("unresolved type " + StructName);

    /// <summary>Ties the name to the type; done once, while the package is read.</summary>
    internal void Resolve(Func<string, BuiltinType> find)
    {
        if (Shape == BuiltinShape.Struct)
        {
            resolved = find(StructName);
        }

        Element?.Resolve(find);
    }
}

/// <summary>A field of a built-in type, with what apply, strategic merge, defaulting and documentation need to know.</summary>
internal sealed class BuiltinField
{
    /// <summary>The JSON name.</summary>
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    public required FieldType Type { get; init; }

    /// <summary>Whether OpenAPI lists it as required.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the server writes it even when it is empty: Go fields without <c>omitempty</c>.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <summary><c>x-kubernetes-list-type</c>; empty when none is declared.</summary>
    public string ListType { get; init; } = string.Empty;

    /// <summary><c>x-kubernetes-list-map-keys</c>.</summary>
    public string[] ListKeys { get; init; } = [];

    /// <summary>Whether the map is <c>x-kubernetes-map-type: atomic</c> or <c>granular</c>; null where the type itself decides.</summary>
    public bool? IsAtomicMap { get; init; }

    /// <summary>The strategies of strategic merge: <c>merge</c>, <c>replace</c>, <c>retainKeys</c>.</summary>
    public string[] PatchStrategies { get; init; } = [];

    /// <summary>The merge key of strategic merge; null without one.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>The default that OpenAPI shows.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>The default that the server's defaulting functions fill in.</summary>
    public JsonNode? Fill { get; init; }

    /// <summary>The values OpenAPI lists.</summary>
    public string[] Enum { get; init; } = [];

    /// <summary>One sentence for <c>kubectl explain</c>.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>True for an object that is never nil in Go, so that it is there even when the JSON leaves it out.</summary>
    public bool IsInlineStruct => Type is { Shape: BuiltinShape.Struct, IsPointer: false };

    /// <summary>True when the field is written whatever it holds.</summary>
    public bool IsAlwaysPresent => IsInlineStruct || IsAlwaysWritten || (IsTime && !Type.IsPointer);

    private bool IsTime => Type is { Shape: BuiltinShape.Primitive, Primitive: "time" or "microtime" };

    /// <summary>What stands there when nothing was set; null stands for JSON null.</summary>
    public JsonNode? Zero() => Type.IsPointer ? null : Type.Shape switch
    {
        BuiltinShape.Struct => new JsonObject(),
        BuiltinShape.Primitive => Type.Primitive switch
        {
            "string" => JsonValue.Create(string.Empty),
            "bool" => JsonValue.Create(false),
            "int32" or "int64" or "number" or "intstr" => JsonValue.Create(0),
            "quantity" => JsonValue.Create("0"),
            _ => null,
        },
        _ => null,
    };
}

/// <summary>A declared object type.</summary>
internal sealed class BuiltinType
{
    private readonly Dictionary<string, BuiltinField> byName = new(StringComparer.Ordinal);

    /// <summary>The Go package in OpenAPI's notation, e.g. <c>io.k8s.api.core.v1</c>.</summary>
    public required string Package { get; init; }

    /// <summary>The name within the package.</summary>
    public required string Name { get; init; }

    /// <summary>The API version of the package; empty for shared types.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>True for a kind, which has apiVersion, kind and metadata.</summary>
    public bool IsKind { get; init; }

    /// <summary>Whether the whole object is one value for apply.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>One sentence for <c>kubectl explain</c>.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>The fields, in declared order.</summary>
    public List<BuiltinField> Fields { get; } = [];

    /// <summary>The name among OpenAPI's components.</summary>
    public string FullName => Package + "." + Name;

    /// <summary>A field by its JSON name, or null.</summary>
    public BuiltinField? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Adds a field while the package is read.</summary>
    internal void Add(BuiltinField field)
    {
        Fields.Add(field);
        byName.Add(field.Name, field);
    }
}
