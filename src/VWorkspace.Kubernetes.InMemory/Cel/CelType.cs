namespace VWorkspace.Kubernetes.InMemory.Cel;

internal enum CelTypeKind
{
    Dyn,
    Simple,
    List,
    Map,
    Optional,
    Object,
    Type,
    Parameter,
}

/// <summary>A static type. Simple types are told apart by name, object types by identity.</summary>
internal sealed class CelType
{
    private CelType(CelTypeKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters;
    }

    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    public static CelType Null { get; } = Simple("null_type");

    public static CelType Bool { get; } = Simple("bool");

    public static CelType Int { get; } = Simple("int");

    public static CelType Uint { get; } = Simple("uint");

    public static CelType Double { get; } = Simple("double");

    public static CelType String { get; } = Simple("string");

    public static CelType Bytes { get; } = Simple("bytes");

    public static CelType Duration { get; } = Simple("google.protobuf.Duration");

    public static CelType Timestamp { get; } = Simple("google.protobuf.Timestamp");

    public CelTypeKind Kind { get; }

    public string Name { get; }

    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>The fields of an object type by their CEL names; empty for other types.</summary>
    public IReadOnlyDictionary<string, CelType> Fields { get; private init; } = System.Collections.Frozen.FrozenDictionary<string, CelType>.Empty;

    public static CelType Simple(string name) => new(CelTypeKind.Simple, name);

    public static CelType List(CelType element) => new(CelTypeKind.List, "list", element);

    public static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    public static CelType Optional(CelType value) => new(CelTypeKind.Optional, "optional_type", value);

    public static CelType TypeOf(CelType type) => new(CelTypeKind.Type, "type", type);

    public static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    public static CelType Object(string name, IReadOnlyDictionary<string, CelType> fields) => new(CelTypeKind.Object, name) { Fields = fields };

    public override string ToString() => Parameters.Count == 0 ? Name : $"{Name}({string.Join(", ", Parameters)})";
}
