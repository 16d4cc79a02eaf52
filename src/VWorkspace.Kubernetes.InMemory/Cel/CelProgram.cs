namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A compiled expression, or why it cannot be compiled.</summary>
internal sealed class CelProgram
{
    private readonly CelExpr? _expression;

    private CelProgram(CelExpr? expression, CelType type, string? error, bool usesOldSelf)
    {
        _expression = expression;
        Type = type;
        Error = error;
        UsesOldSelf = usesOldSelf;
    }

    /// <summary>The static type of the result.</summary>
    public CelType Type { get; }

    /// <summary>The faults as the server prints them, one below the other; null when the expression is fine.</summary>
    public string? Error { get; }

    /// <summary>Whether the expression refers to <c>oldSelf</c>, which makes its rule a transition rule.</summary>
    public bool UsesOldSelf { get; }

    /// <summary>Parses and checks an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="variables">The names and types that it may refer to.</param>
    public static CelProgram Compile(string text, params ReadOnlySpan<(string Name, CelType Type)> variables)
    {
        var source = new CelSource(text);
        try
        {
            var expression = CelParser.Parse(text);
            var checker = new CelChecker();
            foreach (var (name, type) in variables) checker.Declare(name, type);
            var result = checker.Check(expression);
            var problems = checker.Problems.OrderBy(p => p.Position).Select(p => source.Describe(p.Position, p.Problem)).ToList();
            return new(expression, result, problems.Count == 0 ? null : string.Join("\n", problems), checker.References.Contains("oldSelf"));
        }
        catch (CelSyntaxException e)
        {
            return new(null, CelType.Dyn, source.Describe(e.Position, e.Message), usesOldSelf: false);
        }
    }

    /// <summary>Evaluates the expression.</summary>
    /// <param name="budget">What the evaluation may cost.</param>
    /// <param name="variables">The values of the declared names.</param>
    /// <returns>A runtime value, or a <see cref="CelError"/>.</returns>
    public object Evaluate(CelBudget budget, params ReadOnlySpan<(string Name, object Value)> variables)
    {
        if (_expression is null || Error is not null) return new CelError(Error ?? "not compiled");
        CelScope? scope = null;
        foreach (var (name, value) in variables) scope = new CelScope(name, value, scope);
        return new CelEvaluator(budget).Evaluate(_expression, scope);
    }
}
