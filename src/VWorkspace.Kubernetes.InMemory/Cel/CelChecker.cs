using System.Runtime.CompilerServices;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Finds the type of every node, and the faults a compiler finds: unknown names and fields, calls without a fitting signature.</summary>
internal sealed class CelChecker
{
    private static readonly Dictionary<string, CelType> s_typeNames = new(StringComparer.Ordinal)
    {
        ["int"] = CelType.TypeOf(CelType.Int),
        ["uint"] = CelType.TypeOf(CelType.Uint),
        ["double"] = CelType.TypeOf(CelType.Double),
        ["bool"] = CelType.TypeOf(CelType.Bool),
        ["string"] = CelType.TypeOf(CelType.String),
        ["bytes"] = CelType.TypeOf(CelType.Bytes),
        ["list"] = CelType.TypeOf(CelType.List(CelType.Dyn)),
        ["map"] = CelType.TypeOf(CelType.Map(CelType.Dyn, CelType.Dyn)),
        ["null_type"] = CelType.TypeOf(CelType.Null),
        ["type"] = CelType.TypeOf(CelType.TypeOf(CelType.Dyn)),
    };

    private readonly Dictionary<string, CelType> _variables = new(StringComparer.Ordinal);
    private readonly List<(int Position, string Problem)> _problems = [];

    private bool _allowsMixedLiterals;

    /// <summary>Names that the expression refers to, such as <c>oldSelf</c>.</summary>
    public HashSet<string> References { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(int Position, string Problem)> Problems => _problems;

    public static bool IsTypeName(string name) => s_typeNames.ContainsKey(name);

    public void Declare(string name, CelType type) => _variables[name] = type;

    public CelType Check(CelExpr expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new CelSyntaxException(expression.Position, "expression recursion limit exceeded");
        switch (expression)
        {
            case CelLiteral literal: return LiteralType(literal.Value);
            case CelIdent ident: return CheckIdent(ident);
            case CelSelect select: return CheckSelect(select);
            case CelCall call: return CheckCall(call);
            case CelListLiteral list: return CelType.List(CheckElements(list.Elements));
            case CelMapLiteral map:
                var keys = CheckElements([.. map.Entries.Select(e => (e.Key, false))]);
                return CelType.Map(keys, CheckElements([.. map.Entries.Select(e => (e.Value, e.IsOptional))]));
            case CelMacro macro: return CheckMacro(macro);
            case CelMessageLiteral message:
                return Report(message.Position, $"undeclared reference to '{message.TypeName}' (in container '')");
            default: return CelType.Dyn;
        }
    }

    private CelType Report(int position, string problem)
    {
        _problems.Add((position, problem));
        return CelType.Dyn;
    }

    private static CelType LiteralType(object value) => value switch
    {
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        byte[] => CelType.Bytes,
        _ => CelType.Null,
    };

    private CelType CheckIdent(CelIdent ident)
    {
        References.Add(ident.Name);
        if (_variables.TryGetValue(ident.Name, out var type)) return type;
        return s_typeNames.TryGetValue(ident.Name, out type) ? type : Report(ident.Position, $"undeclared reference to '{ident.Name}' (in container '')");
    }

    private CelType CheckSelect(CelSelect select)
    {
        var operand = Check(select.Operand);
        var isOptional = select.IsOptional || operand.Kind == CelTypeKind.Optional;
        if (operand.Kind == CelTypeKind.Optional) operand = operand.Parameters[0];
        var type = FieldType(select, operand);
        if (select.IsTest) return CelType.Bool;
        return isOptional ? CelType.Optional(type) : type;
    }

    private CelType FieldType(CelSelect select, CelType operand)
    {
        switch (operand.Kind)
        {
            case CelTypeKind.Dyn: return CelType.Dyn;
            case CelTypeKind.Map: return operand.Parameters[1];
            case CelTypeKind.Object:
                return operand.Fields.TryGetValue(select.Field, out var type) ? type : Report(select.Position, $"undefined field '{select.Field}'");
            default: return Report(select.Position, $"type '{operand}' does not support field selection");
        }
    }

    private CelType CheckCall(CelCall call)
    {
        var arguments = call.Arguments.Select((a, i) => CheckArgument(call, a, i)).ToList();
        CheckLiteral(call);
        var overloads = CelDeclarations.Overloads(call.Function);
        if (overloads.Count == 0) return Report(call.Position, $"undeclared reference to '{call.Function}' (in container '')");
        CelType? result = null;
        foreach (var overload in overloads)
        {
            if (overload.IsMethod != call.IsMethod || overload.Parameters.Count != arguments.Count) continue;
            var bindings = new Dictionary<string, CelType>(StringComparer.Ordinal);
            if (!arguments.Zip(overload.Parameters).All(pair => CelAssignability.Bind(pair.Second, pair.First, bindings))) continue;
            var type = CelAssignability.Substitute(overload.Result, bindings);
            result = result is null || CelAssignability.IsSame(result, type) ? type : CelType.Dyn;
        }

        if (result is not null) return result;
        var signature = call.IsMethod
            ? $"{arguments[0]}.({string.Join(", ", arguments.Skip(1))})"
            : $"({string.Join(", ", arguments)})";
        return Report(call.Position, $"found no matching overload for '{call.Function}' applied to '{signature}'");
    }

    /// <summary>The arguments of a format are the one place where the elements of literals may differ in type.</summary>
    private CelType CheckArgument(CelCall call, CelExpr argument, int index)
    {
        if (call is not { Function: "format", IsMethod: true } || index != 1) return Check(argument);
        var outer = _allowsMixedLiterals;
        _allowsMixedLiterals = true;
        var type = Check(argument);
        _allowsMixedLiterals = outer;
        return type;
    }

    /// <summary>Patterns, durations and timestamps that are written out must be good ones.</summary>
    private void CheckLiteral(CelCall call)
    {
        var index = call.Function == "matches" ? 1 : 0;
        if (call.Arguments.Count != index + 1 || call.Arguments[index] is not CelLiteral { Value: string text } literal) return;
        var isBad = call.Function switch
        {
            "matches" => CelRegexCache.Get(text).Error is not null,
            "duration" => CelConversions.ToDuration(text) is CelError,
            "timestamp" => CelConversions.ToTimestamp(text) is CelError,
            _ => false,
        };
        if (isBad) Report(literal.Position, $"invalid {call.Function} argument");
    }

    /// <summary>All elements must have one type: Kubernetes compiles with homogeneous literals.</summary>
    private CelType CheckElements(IReadOnlyList<(CelExpr Value, bool IsOptional)> elements)
    {
        CelType? common = null;
        foreach (var (value, isOptional) in elements)
        {
            var type = Check(value);
            if (isOptional)
            {
                if (type.Kind == CelTypeKind.Optional) type = type.Parameters[0];
                else if (type.Kind != CelTypeKind.Dyn) Report(value.Position, $"expected type 'optional_type({type})' but found '{type}'");
            }

            if (common is null) common = type;
            else if (CelAssignability.Bind(common, type, [])) continue;
            else if (_allowsMixedLiterals) common = CelType.Dyn;
            else Report(value.Position, $"expected type '{common}' but found '{type}'");
        }

        return common ?? CelType.Dyn;
    }

    private CelType CheckMacro(CelMacro macro)
    {
        var range = Check(macro.Range);
        if (macro.Kind is CelMacroKind.OptionalMap or CelMacroKind.OptionalFlatMap) return CheckOptionalMacro(macro, range);
        CelType first;
        CelType second;
        switch (range.Kind)
        {
            case CelTypeKind.List:
                (first, second) = macro.SecondVariable is null ? (range.Parameters[0], CelType.Dyn) : (CelType.Int, range.Parameters[0]);
                break;
            case CelTypeKind.Map:
                (first, second) = (range.Parameters[0], range.Parameters[1]);
                break;
            case CelTypeKind.Dyn:
                (first, second) = (CelType.Dyn, CelType.Dyn);
                break;
            default:
                return Report(macro.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
        }

        return Within(macro, first, second, () =>
        {
            if (macro.Condition is not null) RequireBool(macro.Condition);
            var result = macro.Result is null ? CelType.Dyn : Check(macro.Result);
            return macro.Kind switch
            {
                CelMacroKind.Filter => CelType.List(first),
                CelMacroKind.Map or CelMacroKind.TransformList => CelType.List(result),
                CelMacroKind.TransformMap => CelType.Map(first, result),
                _ => CelType.Bool,
            };
        });
    }

    private CelType CheckOptionalMacro(CelMacro macro, CelType range)
    {
        if (range.Kind is not (CelTypeKind.Optional or CelTypeKind.Dyn)) return Report(macro.Position, $"found no matching overload for 'hasValue' applied to '{range}.()'");
        return Within(macro, range.Kind == CelTypeKind.Optional ? range.Parameters[0] : CelType.Dyn, CelType.Dyn, () =>
        {
            var result = Check(macro.Result!);
            return macro.Kind == CelMacroKind.OptionalFlatMap ? result : CelType.Optional(result);
        });
    }

    private void RequireBool(CelExpr condition)
    {
        var type = Check(condition);
        if (type.Kind != CelTypeKind.Dyn && type.Name != "bool") Report(condition.Position, $"expected type 'bool' but found '{type}'");
    }

    private CelType Within(CelMacro macro, CelType first, CelType second, Func<CelType> check)
    {
        var saved = new Dictionary<string, CelType>(_variables, StringComparer.Ordinal);
        _variables[macro.Variable] = first;
        if (macro.SecondVariable is not null) _variables[macro.SecondVariable] = second;
        var result = check();
        _variables.Clear();
        foreach (var (name, type) in saved) _variables[name] = type;
        return result;
    }
}
