namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Decides whether a value of one type may stand where another is asked for.</summary>
internal static class CelAssignability
{
    /// <summary>Matches an argument with a parameter and remembers what its type parameters stand for.</summary>
    public static bool Bind(CelType parameter, CelType argument, Dictionary<string, CelType> bindings)
    {
        if (parameter.Kind == CelTypeKind.Parameter)
        {
            if (!bindings.TryGetValue(parameter.Name, out var bound))
            {
                bindings[parameter.Name] = argument;
                return true;
            }

            if (bound.Kind == CelTypeKind.Dyn || argument.Kind == CelTypeKind.Dyn)
            {
                bindings[parameter.Name] = bound.Kind == CelTypeKind.Dyn ? bound : CelType.Dyn;
                return true;
            }

            if (bound.Name == "null_type" && AcceptsNull(argument)) bindings[parameter.Name] = argument;
            return Bind(bound, argument, bindings) || Bind(argument, bound, bindings);
        }

        if (parameter.Kind == CelTypeKind.Dyn || argument.Kind == CelTypeKind.Dyn) return true;
        if (argument.Name == "null_type" && AcceptsNull(parameter)) return true;
        if (parameter.Kind != argument.Kind) return false;
        switch (parameter.Kind)
        {
            case CelTypeKind.Object: return ReferenceEquals(parameter, argument);
            case CelTypeKind.Type: return true;
            case CelTypeKind.Simple: return string.Equals(parameter.Name, argument.Name, StringComparison.Ordinal);
            default: return parameter.Parameters.Zip(argument.Parameters).All(p => Bind(p.First, p.Second, bindings));
        }
    }

    public static CelType Substitute(CelType type, Dictionary<string, CelType> bindings) => type.Kind switch
    {
        CelTypeKind.Parameter => bindings.GetValueOrDefault(type.Name, CelType.Dyn),
        CelTypeKind.List => CelType.List(Substitute(type.Parameters[0], bindings)),
        CelTypeKind.Optional => CelType.Optional(Substitute(type.Parameters[0], bindings)),
        CelTypeKind.Map => CelType.Map(Substitute(type.Parameters[0], bindings), Substitute(type.Parameters[1], bindings)),
        CelTypeKind.Type => CelType.TypeOf(Substitute(type.Parameters[0], bindings)),
        _ => type,
    };

    public static bool IsSame(CelType a, CelType b) => ReferenceEquals(a, b)
        || (a.Kind == b.Kind && a.Kind != CelTypeKind.Object && string.Equals(a.Name, b.Name, StringComparison.Ordinal)
            && a.Parameters.Count == b.Parameters.Count && a.Parameters.Zip(b.Parameters).All(p => IsSame(p.First, p.Second)));

    private static bool AcceptsNull(CelType type) => type.Kind is CelTypeKind.Object or CelTypeKind.Optional || type.Name is "google.protobuf.Duration" or "google.protobuf.Timestamp"
        || (type.Kind == CelTypeKind.Simple && type.Name.Contains('.'));
}
