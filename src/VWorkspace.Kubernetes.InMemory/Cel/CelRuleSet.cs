using System.Runtime.CompilerServices;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>One rule, compiled.</summary>
/// <param name="Rule">The rule as written.</param>
/// <param name="Program">The compiled rule.</param>
/// <param name="Message">The compiled message expression, or null.</param>
/// <param name="FieldPath">The normalised field path below the rule's place; empty for none.</param>
internal sealed record CelRule(ValidationRule Rule, CelProgram Program, CelProgram? Message, string FieldPath)
{
    public bool UsesOldSelf => Program.UsesOldSelf;

    /// <summary>Why the rule cannot run, or null.</summary>
    public string? Error => Program.Error is not null ? $"compilation failed: {Program.Error}" : Program.Type == CelType.Bool ? null : "cel expression must evaluate to a bool";
}

/// <summary>The rules of a schema node and of everything below it, compiled once per schema.</summary>
internal sealed class CelRuleSet
{
    private static readonly ConditionalWeakTable<StructuralSchema, CelRuleSet> s_compiled = [];

    private CelRuleSet(StructuralSchema schema, bool isResourceRoot)
    {
        Schema = schema;
        IsResourceRoot = isResourceRoot;
        if (schema.Validations.Count > 0 && CelSchemaTypes.Of(schema, isResourceRoot) is { } self)
        {
            Rules = [.. schema.Validations.Where(r => r.Rule.Trim().Length > 0).Select(r => Compile(r, schema, self))];
        }

        Items = schema.Items is null ? null : Below(schema.Items);
        AdditionalProperties = schema.AdditionalProperties is null ? null : Below(schema.AdditionalProperties);
        Properties = [.. schema.Properties.Select(p => KeyValuePair.Create(p.Key, Below(p.Value)!)).Where(p => p.Value is not null)];
    }

    public StructuralSchema Schema { get; }

    public bool IsResourceRoot { get; }

    public IReadOnlyList<CelRule> Rules { get; } = [];

    public CelRuleSet? Items { get; }

    public CelRuleSet? AdditionalProperties { get; }

    public IReadOnlyList<KeyValuePair<string, CelRuleSet>> Properties { get; }

    /// <summary>Whether there is any rule here or below.</summary>
    public bool HasRules => Rules.Count > 0 || Items is not null || AdditionalProperties is not null || Properties.Count > 0;

    /// <summary>The rules of a resource's schema.</summary>
    public static CelRuleSet For(StructuralSchema schema) => s_compiled.GetValue(schema, static s => new CelRuleSet(s, isResourceRoot: true));

    /// <summary>Compiles one rule for a value of the given type.</summary>
    public static CelRule Compile(ValidationRule rule, StructuralSchema schema, CelType self)
    {
        var oldSelf = rule.OptionalOldSelf == true ? CelType.Optional(self) : self;
        var program = CelProgram.Compile(rule.Rule, ("self", self), ("oldSelf", oldSelf));
        var message = rule.MessageExpression.Trim().Length == 0 ? null : CelProgram.Compile(rule.MessageExpression, ("self", self), ("oldSelf", oldSelf));
        var path = rule.FieldPath.Length == 0 ? "" : CelFieldPath.Parse(rule.FieldPath, schema).Path ?? "";
        return new(rule, program, message, path);
    }

    private static CelRuleSet? Below(StructuralSchema schema)
    {
        var rules = new CelRuleSet(schema, schema.EmbeddedResource);
        return rules.HasRules ? rules : null;
    }
}
