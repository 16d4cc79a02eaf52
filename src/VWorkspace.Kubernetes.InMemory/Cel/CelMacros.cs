namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Recognises macros in calls: <c>has</c>, the comprehensions with one and two variables, and the optional maps.</summary>
internal static class CelMacros
{
    public static CelExpr ExpandFunction(int position, string name, IReadOnlyList<CelExpr> arguments)
    {
        if (name != "has" || arguments.Count != 1) return new CelCall(position, name, false, arguments);
        return arguments[0] is CelSelect { IsTest: false, IsOptional: false } select
            ? select with { Position = position, IsTest = true }
            : throw new CelSyntaxException(arguments[0].Position, "invalid argument to has() macro");
    }

    public static CelExpr ExpandMethod(int position, CelExpr target, string name, IReadOnlyList<CelExpr> arguments)
    {
        var expanded = (name, arguments.Count) switch
        {
            ("all", 2) => One(CelMacroKind.All, arguments[1], null),
            ("exists", 2) => One(CelMacroKind.Exists, arguments[1], null),
            ("exists_one" or "existsOne", 2) => One(CelMacroKind.ExistsOne, arguments[1], null),
            ("filter", 2) => One(CelMacroKind.Filter, arguments[1], null),
            ("map", 2) => One(CelMacroKind.Map, null, arguments[1]),
            ("map", 3) => One(CelMacroKind.Map, arguments[1], arguments[2]),
            ("optMap", 2) => One(CelMacroKind.OptionalMap, null, arguments[1]),
            ("optFlatMap", 2) => One(CelMacroKind.OptionalFlatMap, null, arguments[1]),
            ("all", 3) => Two(CelMacroKind.All, arguments[2], null),
            ("exists", 3) => Two(CelMacroKind.Exists, arguments[2], null),
            ("existsOne", 3) => Two(CelMacroKind.ExistsOne, arguments[2], null),
            ("transformList", 3) => Two(CelMacroKind.TransformList, null, arguments[2]),
            ("transformList", 4) => Two(CelMacroKind.TransformList, arguments[2], arguments[3]),
            ("transformMap", 3) => Two(CelMacroKind.TransformMap, null, arguments[2]),
            ("transformMap", 4) => Two(CelMacroKind.TransformMap, arguments[2], arguments[3]),
            _ => null,
        };
        if (expanded is not null) return expanded;
        var all = new List<CelExpr>(arguments.Count + 1) { target };
        all.AddRange(arguments);

        // optional.of, sets.contains and the like are functions in a namespace, not methods of a value.
        if (target is CelIdent { Name: "optional" or "sets" or "cidr" or "ip" or "format" or "math" } space && CelDeclarations.IsFunction($"{space.Name}.{name}"))
        {
            return new CelCall(position, $"{space.Name}.{name}", false, arguments);
        }

        return new CelCall(position, name, true, all);

        CelMacro One(CelMacroKind kind, CelExpr? condition, CelExpr? result) => new(position, kind, target, Variable(0), null, condition, result);

        CelMacro Two(CelMacroKind kind, CelExpr? condition, CelExpr? result) => new(position, kind, target, Variable(0), Variable(1), condition, result);

        string Variable(int index) => arguments[index] is CelIdent ident ? ident.Name : throw new CelSyntaxException(arguments[index].Position, "argument must be a simple name");
    }
}
