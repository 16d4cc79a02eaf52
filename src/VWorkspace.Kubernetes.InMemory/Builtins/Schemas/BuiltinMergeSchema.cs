using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Builds the merge schema of a built-in type; types that occur several times, or in themselves, are built once.</summary>
internal static class BuiltinMergeSchema
{
    private static readonly MergeSchema Text = new() { Scalar = ScalarKind.Text };
    private static readonly MergeSchema Numeric = new() { Scalar = ScalarKind.Numeric };
    private static readonly MergeSchema Boolean = new() { Scalar = ScalarKind.Boolean };
    private static readonly MergeSchema AnyScalar = new() { Scalar = ScalarKind.Any };

    /// <summary>The schema of a kind.</summary>
    public static MergeSchema Build(BuiltinType kind)
    {
        var schema = Struct(kind, isAtomicHere: null, []);
        return new MergeSchema { Map = schema.Map, IsBuiltin = true };
    }

    private static MergeSchema Struct(BuiltinType type, bool? isAtomicHere, Dictionary<(BuiltinType, bool), MergeSchema> built)
    {
        var isAtomic = isAtomicHere ?? type.IsAtomic;
        if (built.TryGetValue((type, isAtomic), out var schema))
        {
            return schema;
        }

        var map = new MergeMap { IsAtomic = isAtomic };
        schema = new MergeSchema { Map = map };
        built.Add((type, isAtomic), schema);
        foreach (var field in type.Fields)
        {
            var isPresent = field.IsAlwaysPresent;
            var zero = isPresent ? field.Zero() : null;
            var merged = new MergeField
            {
                Type = Field(field, built),
                Default = field.Default ?? (isPresent && field.Type.Shape == BuiltinShape.Primitive ? zero : null),
                Zero = zero,
            };
            map.Fields.Add(field.Name, merged);
            if (isPresent)
            {
                map.AlwaysPresent.Add(new(field.Name, merged));
            }
        }

        return schema;
    }

    private static MergeSchema Field(BuiltinField field, Dictionary<(BuiltinType, bool), MergeSchema> built) => field.Type.Shape switch
    {
        BuiltinShape.List => new MergeSchema
        {
            List = new MergeList
            {
                Element = Value(field.Type.Element!, isAtomic: null, built),
                Relationship = field.ListType switch { "map" => ListRelationship.Map, "set" => ListRelationship.Set, _ => ListRelationship.Atomic },
                Keys = field.ListKeys,
            },
        },
        BuiltinShape.Map => new MergeSchema { Map = new MergeMap { Element = Value(field.Type.Element!, isAtomic: null, built), IsAtomic = field.IsAtomicMap == true } },
        _ => Value(field.Type, field.IsAtomicMap, built),
    };

    private static MergeSchema Value(FieldType type, bool? isAtomic, Dictionary<(BuiltinType, bool), MergeSchema> built) => type.Shape switch
    {
        BuiltinShape.Struct => Struct(type.Struct, isAtomic, built),
        BuiltinShape.List => new MergeSchema { List = new MergeList { Element = Value(type.Element!, isAtomic: null, built) } },
        BuiltinShape.Map => new MergeSchema { Map = new MergeMap { Element = Value(type.Element!, isAtomic: null, built) } },
        BuiltinShape.Any => MergeSchema.Deduced,
        _ => type.Primitive switch
        {
            "string" or "bytes" => Text,
            "int32" or "int64" or "number" => Numeric,
            "bool" => Boolean,
            _ => AnyScalar,
        },
    };
}
