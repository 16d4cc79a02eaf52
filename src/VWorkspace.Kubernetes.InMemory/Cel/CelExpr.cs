namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A node of a parsed CEL expression. <see cref="Position"/> is the offset in the source that messages about the node point at.</summary>
internal abstract record CelExpr(int Position);

/// <summary>A literal; the value is a runtime value (<see cref="CelNull"/>, bool, long, ulong, double, string, byte[]).</summary>
internal sealed record CelLiteral(int Position, object Value) : CelExpr(Position);

internal sealed record CelIdent(int Position, string Name) : CelExpr(Position);

/// <summary>A field selection <c>operand.field</c>, its optional form <c>operand.?field</c>, or the test <c>has(operand.field)</c>.</summary>
internal sealed record CelSelect(int Position, CelExpr Operand, string Field, bool IsOptional, bool IsTest) : CelExpr(Position);

/// <summary>A call of an operator (<c>_+_</c>), a function, or a method; the target of a method is the first argument.</summary>
internal sealed record CelCall(int Position, string Function, bool IsMethod, IReadOnlyList<CelExpr> Arguments) : CelExpr(Position);

/// <summary>A list literal; optional elements (<c>?e</c>) are left out when they have no value.</summary>
internal sealed record CelListLiteral(int Position, IReadOnlyList<(CelExpr Value, bool IsOptional)> Elements) : CelExpr(Position);

internal sealed record CelMapLiteral(int Position, IReadOnlyList<(CelExpr Key, CelExpr Value, bool IsOptional)> Entries) : CelExpr(Position);

/// <summary>A message construction <c>Type{...}</c>; no type of Kubernetes can be made this way.</summary>
internal sealed record CelMessageLiteral(int Position, string TypeName) : CelExpr(Position);

internal enum CelMacroKind
{
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    TransformList,
    TransformMap,
    OptionalMap,
    OptionalFlatMap,
}

/// <summary>An expanded macro over a list, a map or an optional.</summary>
/// <param name="Position">The place of the opening parenthesis.</param>
/// <param name="Kind">Which macro.</param>
/// <param name="Range">What is iterated.</param>
/// <param name="Variable">The iteration variable: the element or key, in the two-variable forms the index or key.</param>
/// <param name="SecondVariable">The element or value in the two-variable forms, else null.</param>
/// <param name="Condition">The predicate or filter, or null.</param>
/// <param name="Result">The transformation, or null.</param>
internal sealed record CelMacro(int Position, CelMacroKind Kind, CelExpr Range, string Variable, string? SecondVariable, CelExpr? Condition, CelExpr? Result) : CelExpr(Position);
