using System.Runtime.CompilerServices;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The variables of an expression, innermost first.</summary>
internal sealed record CelScope(string Name, object Value, CelScope? Outer)
{
    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (string.Equals(scope.Name, name, StringComparison.Ordinal)) return scope.Value;
        }

        return null;
    }
}

/// <summary>Counts the work of an evaluation. One node costs one unit, work on long values costs more; the unit is near to upstream's, not equal.</summary>
internal sealed class CelBudget(long limit)
{
    public long Spent { get; private set; }

    public bool IsExceeded => Spent > limit;

    public void Spend(long units) => Spent += units;
}

/// <summary>Walks an expression. Errors are values that travel up until something absorbs them.</summary>
internal sealed class CelEvaluator(CelBudget budget)
{
    private static readonly CelError s_exceeded = new("operation cancelled: actual cost limit exceeded");

    public object Evaluate(CelExpr expression, CelScope? scope)
    {
        budget.Spend(1);
        if (budget.IsExceeded) return s_exceeded;

        // Chains such as a + a + a are as deep as they are long.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return new CelError("expression recursion limit exceeded");
        return expression switch
        {
            CelLiteral literal => literal.Value,
            CelIdent ident => scope?.Find(ident.Name) ?? (CelChecker.IsTypeName(ident.Name) ? new CelTypeValue(ident.Name) : new CelError($"no such attribute(s): {ident.Name}")),
            CelSelect select => Select(select, scope),
            CelCall call => Call(call, scope),
            CelListLiteral list => ListOf(list, scope),
            CelMapLiteral map => MapOf(map, scope),
            CelMacro macro => Macro(macro, scope),
            _ => CelError.NoSuchOverload,
        };
    }

    private object Select(CelSelect select, CelScope? scope)
    {
        var operand = Evaluate(select.Operand, scope);
        if (operand is CelError) return operand;
        var isOptional = select.IsOptional || operand is CelOptional;
        if (operand is CelOptional optional)
        {
            if (optional.Value is null) return select.IsTest ? false : CelOptional.None;
            operand = optional.Value;
        }

        object? value;
        switch (operand)
        {
            case CelSchemaObject o: value = o.Find(select.Field); break;
            case CelMap m: value = m.Find(select.Field); break;
            case CelNull when isOptional: value = null; break;
            default: return CelError.NoSuchOverload;
        }

        if (select.IsTest) return value is not null;
        if (isOptional) return value is null ? CelOptional.None : value is CelError ? value : new CelOptional(value);
        return value ?? CelError.NoSuchKey(select.Field);
    }

    private object Call(CelCall call, CelScope? scope)
    {
        switch (call.Function)
        {
            case "_&&_": return Absorb(call, scope, decisive: false);
            case "_||_": return Absorb(call, scope, decisive: true);
            case "_?_:_":
                return Evaluate(call.Arguments[0], scope) switch
                {
                    true => Evaluate(call.Arguments[1], scope),
                    false => Evaluate(call.Arguments[2], scope),
                    CelError e => e,
                    _ => CelError.NoSuchOverload,
                };
            case "or" or "orValue" when call.IsMethod:
                var first = Evaluate(call.Arguments[0], scope);
                if (first is not CelOptional optional) return first is CelError ? first : CelError.NoSuchOverload;
                if (optional.Value is not null) return call.Function == "or" ? optional : optional.Value;
                return Evaluate(call.Arguments[1], scope);
        }

        var arguments = new object[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(call.Arguments[i], scope);
            if (arguments[i] is CelError) return arguments[i];
            if (arguments[i] is string text) budget.Spend(text.Length / 10);
            else if (arguments[i] is CelList list) budget.Spend(list.Count / 10);
        }

        return CelOperators.TryCall(call.Function, arguments, out var result) || CelFunctions.TryCall(call.Function, arguments, out result) ? result : CelError.NoSuchOverload;
    }

    /// <summary>Either side may decide, even when the other side fails.</summary>
    private object Absorb(CelCall call, CelScope? scope, bool decisive)
    {
        var left = Evaluate(call.Arguments[0], scope);
        if (left is bool l && l == decisive) return decisive;
        var right = Evaluate(call.Arguments[1], scope);
        if (right is bool r && r == decisive) return decisive;
        if (left is CelError) return left;
        if (right is CelError) return right;
        return left is bool && right is bool ? !decisive : CelError.NoSuchOverload;
    }

    private object ListOf(CelListLiteral literal, CelScope? scope)
    {
        var items = new List<object>(literal.Elements.Count);
        foreach (var (element, isOptional) in literal.Elements)
        {
            var value = Evaluate(element, scope);
            if (value is CelError) return value;
            if (!isOptional) items.Add(value);
            else if (value is CelOptional { Value: { } present }) items.Add(present);
        }

        return new CelListValue(items);
    }

    private object MapOf(CelMapLiteral literal, CelScope? scope)
    {
        var entries = new List<KeyValuePair<object, object>>(literal.Entries.Count);
        foreach (var (keyExpression, valueExpression, isOptional) in literal.Entries)
        {
            var key = Evaluate(keyExpression, scope);
            if (key is CelError) return key;
            var value = Evaluate(valueExpression, scope);
            if (value is CelError) return value;
            if (isOptional)
            {
                if (value is not CelOptional { Value: { } present }) continue;
                value = present;
            }

            if (entries.Exists(e => CelEquality.AreEqual(e.Key, key))) return new CelError($"Failed with repeated key {CelText.Display(key)}");
            entries.Add(new(key, value));
        }

        return new CelMapValue(entries);
    }

    private object Macro(CelMacro macro, CelScope? scope)
    {
        var range = Evaluate(macro.Range, scope);
        switch (range)
        {
            case CelError: return range;
            case CelOptional optional when macro.Kind is CelMacroKind.OptionalMap or CelMacroKind.OptionalFlatMap:
                if (optional.Value is null) return CelOptional.None;
                var mapped = Evaluate(macro.Result!, new CelScope(macro.Variable, optional.Value, scope));
                return mapped is CelError || macro.Kind == CelMacroKind.OptionalFlatMap ? mapped : new CelOptional(mapped);
            case CelList list: return Iterate(macro, Pairs(list, macro.SecondVariable is not null), scope);
            case CelMap map: return Iterate(macro, map.Keys.Select(k => (k, map.Find(k)!)), scope);
            default: return CelError.NoSuchOverload;
        }
    }

    private static IEnumerable<(object, object)> Pairs(CelList list, bool withIndex)
    {
        for (var i = 0; i < list.Count; i++) yield return withIndex ? ((long)i, list[i]) : (list[i], list[i]);
    }

    private object Iterate(CelMacro macro, IEnumerable<(object First, object Second)> range, CelScope? scope)
    {
        var results = new List<object>();
        var entries = new List<KeyValuePair<object, object>>();
        CelError? error = null;
        var matches = 0;
        foreach (var (first, second) in range)
        {
            budget.Spend(1);
            if (budget.IsExceeded) return s_exceeded;
            var inner = new CelScope(macro.Variable, first, scope);
            if (macro.SecondVariable is not null) inner = new CelScope(macro.SecondVariable, second, inner);
            var condition = macro.Condition is null ? true : Evaluate(macro.Condition, inner);
            if (condition is not bool holds)
            {
                var problem = condition as CelError ?? CelError.NoSuchOverload;
                if (macro.Kind is not (CelMacroKind.All or CelMacroKind.Exists) || ReferenceEquals(problem, s_exceeded)) return problem;
                error ??= problem;
                continue;
            }

            if (macro.Kind == CelMacroKind.All && !holds) return false;
            if (macro.Kind == CelMacroKind.Exists && holds) return true;
            if (!holds) continue;
            matches++;
            if (macro.Kind == CelMacroKind.Filter) results.Add(first);
            if (macro.Result is null) continue;
            var value = Evaluate(macro.Result, inner);
            if (value is CelError) return value;
            if (macro.Kind == CelMacroKind.TransformMap) entries.Add(new(first, value));
            else results.Add(value);
        }

        return macro.Kind switch
        {
            CelMacroKind.All => error ?? (object)true,
            CelMacroKind.Exists => error ?? (object)false,
            CelMacroKind.ExistsOne => matches == 1,
            CelMacroKind.TransformMap => new CelMapValue(entries),
            _ => new CelListValue(results),
        };
    }
}
