using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>The shape a schema takes for a value at hand.</summary>
internal enum AtomShape : byte
{
    /// <summary>A map.</summary>
    Map,

    /// <summary>A scalar.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>The schema allows nothing.</summary>
    Invalid,
}

/// <summary>A value that is there or is not; JSON null is there, with a null node.</summary>
internal readonly record struct TypedNode(bool Exists, JsonNode? Node)
{
    /// <summary>No value.</summary>
    public static TypedNode Absent => default;

    /// <summary>There, and null.</summary>
    public bool IsNull => Exists && Node is null;

    /// <summary>The value as an object; null for anything else.</summary>
    public JsonObject? AsMap => Node as JsonObject;

    /// <summary>The value as a list; null for anything else.</summary>
    public JsonArray? AsList => Node as JsonArray;

    /// <summary>A value that is there.</summary>
    public static TypedNode Of(JsonNode? node) => new(true, node);

    /// <summary>A field of an object, without regard to <see cref="MergeMap.AlwaysPresent"/>.</summary>
    public static TypedNode FieldOf(JsonObject? map, string name) =>
        map is not null && map.TryGetPropertyValue(name, out var node) ? Of(node) : Absent;

    /// <summary>The shape to use: that of the value where the schema allows several, else the first the schema has.</summary>
    public AtomShape ShapeIn(MergeSchema schema)
    {
        switch (Node)
        {
            case JsonObject when schema.Map is not null:
                return AtomShape.Map;
            case JsonArray when schema.List is not null:
                return AtomShape.List;
            case JsonValue when schema.Scalar != ScalarKind.None:
                return AtomShape.Scalar;
        }

        return schema.Map is not null ? AtomShape.Map
            : schema.Scalar != ScalarKind.None ? AtomShape.Scalar
            : schema.List is not null ? AtomShape.List
            : AtomShape.Invalid;
    }

    /// <summary>Why the value is not of the scalar kind; null when it is.</summary>
    public string? ScalarError(ScalarKind kind)
    {
        if (Node is null)
        {
            return null;
        }

        var actual = Node.GetValueKind();
        return kind switch
        {
            ScalarKind.Numeric when actual != JsonValueKind.Number => "expected numeric (int or float), got " + GoPrint.TypeName(Node),
            ScalarKind.Text when actual != JsonValueKind.String => "expected string, got &value.valueUnstructured{Value:" + GoPrint.Syntax(Node) + "}",
            ScalarKind.Boolean when actual is not (JsonValueKind.True or JsonValueKind.False) => "expected boolean, got &{" + GoPrint.Display(Node) + "}",
            ScalarKind.Any when actual is JsonValueKind.Object or JsonValueKind.Array => "expected any scalar, got &{" + GoPrint.Display(Node) + "}",
            _ => null,
        };
    }
}
