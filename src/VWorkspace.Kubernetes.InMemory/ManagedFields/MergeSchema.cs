using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>What a scalar may hold.</summary>
internal enum ScalarKind : byte
{
    /// <summary>No scalar is allowed here.</summary>
    None,

    /// <summary>A string.</summary>
    Text,

    /// <summary>An integer or a float.</summary>
    Numeric,

    /// <summary>A boolean.</summary>
    Boolean,

    /// <summary>Any scalar: int-or-string, or a value whose type is deduced.</summary>
    Any,
}

/// <summary>How the items of a list belong together.</summary>
internal enum ListRelationship : byte
{
    /// <summary>The list is one value.</summary>
    Atomic,

    /// <summary>Items are scalars and are identified by their value.</summary>
    Set,

    /// <summary>Items are objects and are identified by their keys.</summary>
    Map,
}

/// <summary>
/// The type of a value for merging: which scalar, list or map it may be and how ownership divides there (structured-merge-diff
/// <c>schema.Atom</c>). Schemas may be recursive. They are built once and never change afterwards, so they are shared between threads.
/// </summary>
internal sealed class MergeSchema
{
    /// <summary>The type of values without a schema: maps divide by field, lists are one value.</summary>
    public static readonly MergeSchema Deduced = MakeDeduced();

    /// <summary>The scalar allowed here.</summary>
    public ScalarKind Scalar { get; internal set; }

    /// <summary>The list allowed here.</summary>
    public MergeList? List { get; internal set; }

    /// <summary>The map allowed here.</summary>
    public MergeMap? Map { get; internal set; }

    /// <summary>
    /// True for the types that upstream holds in Go structs: a null in an applied configuration disappears from the object instead of being stored.
    /// </summary>
    public bool IsBuiltin { get; internal set; }

    /// <summary>Builds the type of a custom resource from its <c>openAPIV3Schema</c>; null gives <see cref="Deduced"/> below the root.</summary>
    public static MergeSchema ForCustomResource(JsonObject? openApiV3Schema) => MergeSchemaReader.ReadRoot(openApiV3Schema);

    /// <summary>
    /// Builds a type from any OpenAPI v3 schema. <paramref name="resolve"/> finds the schema behind a <c>$ref</c>; without it references are untyped.
    /// </summary>
    public static MergeSchema FromOpenApi(JsonObject schema, Func<string, JsonObject?>? resolve = null) => new MergeSchemaReader(resolve).Read(schema);

    /// <summary>True for the deduced type, which is exempt from changes of schema.</summary>
    internal bool IsDeduced => ReferenceEquals(Map, Deduced.Map);

    private static MergeSchema MakeDeduced()
    {
        var atomic = new MergeSchema { Scalar = ScalarKind.Any };
        atomic.List = new MergeList { Element = atomic };
        atomic.Map = new MergeMap { Element = atomic, IsAtomic = true };
        var deduced = new MergeSchema { Scalar = ScalarKind.Any, List = new MergeList { Element = atomic } };
        deduced.Map = new MergeMap { Element = deduced };
        return deduced;
    }
}

/// <summary>The list type of a <see cref="MergeSchema"/>.</summary>
internal sealed class MergeList
{
    /// <summary>The type of an item.</summary>
    public required MergeSchema Element { get; init; }

    /// <summary>How items are told apart.</summary>
    public ListRelationship Relationship { get; init; }

    /// <summary>The keys of a <see cref="ListRelationship.Map"/>, in declared order.</summary>
    public string[] Keys { get; init; } = [];
}

/// <summary>The map type of a <see cref="MergeSchema"/>: an object with declared fields, a map of equal values, or both.</summary>
internal sealed class MergeMap
{
    /// <summary>The declared fields.</summary>
    public Dictionary<string, MergeField> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The fields which are there even when the JSON leaves them out: struct members and members without <c>omitempty</c> in upstream's Go types.
    /// They are never "added", so their parent shows no <c>.</c> of theirs.
    /// </summary>
    public List<KeyValuePair<string, MergeField>> AlwaysPresent { get; } = [];

    /// <summary>The type of every field that is not declared; null when there may be none.</summary>
    public MergeSchema? Element { get; set; }

    /// <summary>True when the map is one value.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>The type of a field, or null when the field is not declared.</summary>
    public MergeSchema? TypeOf(string name) => Fields.TryGetValue(name, out var field) ? field.Type : Element;
}

/// <summary>A declared field.</summary>
internal sealed class MergeField
{
    /// <summary>The type.</summary>
    public required MergeSchema Type { get; init; }

    /// <summary>The default, which stands in for a key that an item of a list-map leaves out.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>What is there when the JSON has nothing; only of fields in <see cref="MergeMap.AlwaysPresent"/>. Null stands for JSON null.</summary>
    public JsonNode? Zero { get; init; }
}
