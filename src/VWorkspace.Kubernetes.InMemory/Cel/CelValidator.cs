using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Runs the <c>x-kubernetes-validations</c> of a schema over an object.</summary>
internal sealed class CelValidator
{
    /// <summary>What one rule may cost.</summary>
    internal const long PerCallLimit = 1_000_000;

    /// <summary>What all rules of an object may cost together.</summary>
    internal const long ObjectLimit = 10_000_000;

    private readonly List<FieldError> _errors = [];
    private long _remaining = ObjectLimit;

    private CelValidator()
    {
    }

    /// <summary>Validates an object.</summary>
    /// <param name="schema">The schema of the object's version.</param>
    /// <param name="obj">The new object.</param>
    /// <param name="old">The stored object on an update, or null: transition rules run only where an old value exists.</param>
    public static IReadOnlyList<FieldError> Validate(StructuralSchema schema, JsonObject obj, JsonObject? old)
    {
        var validator = new CelValidator();
        validator.Visit(CelRuleSet.For(schema), FieldPath.Root, obj, old, old is null ? default : new Ratchet(new Pair(schema, obj, old), null));
        return validator._errors;
    }

    /// <summary>A new value and the old value at the same place.</summary>
    private sealed class Pair(StructuralSchema schema, JsonNode? value, JsonNode? old)
    {
        private bool? _isUnchanged;

        public bool IsUnchanged => _isUnchanged ??= Correlation.IsUnchanged(schema, value, old);

        public JsonNode? Old => old;
    }

    /// <summary>What decides whether an error is tolerated: the value's own old value or, where none is found, that of the nearest value above.</summary>
    private readonly record struct Ratchet(Pair? Current, Pair? Parent)
    {
        public bool Tolerates => Current is not null ? Current.IsUnchanged : Parent is not null && Parent.IsUnchanged;

        public Ratchet Below(StructuralSchema schema, JsonNode? value, bool found, JsonNode? old) =>
            Current is null ? this : new(found ? new Pair(schema, value, old) : null, Current);
    }

    /// <summary>False when the budget is spent and nothing more may run.</summary>
    private bool Visit(CelRuleSet? rules, FieldPath path, JsonNode? value, JsonNode? old, Ratchet ratchet)
    {
        if (rules is null || value is null) return true;
        foreach (var rule in rules.Rules)
        {
            if (!Run(rule, rules, path, value, old, ratchet)) return false;
        }

        return value switch
        {
            JsonArray items => VisitItems(rules, path, items, old as JsonArray, ratchet),
            JsonObject o => VisitMembers(rules, path, o, old as JsonObject, ratchet),
            _ => true,
        };
    }

    private bool VisitItems(CelRuleSet rules, FieldPath path, JsonArray items, JsonArray? old, Ratchet ratchet)
    {
        if (rules.Items is null) return true;
        for (var i = 0; i < items.Count; i++)
        {
            var before = old is not null && rules.Schema.ListType == "map" ? Correlation.ByKeys(rules.Schema, old, items[i]) : null;
            var same = ratchet.Current is null ? null : Correlation.OldItem(rules.Schema, ratchet.Current.Old, items[i], i);
            if (!Visit(rules.Items, path.Index(i), items[i], before, ratchet.Below(rules.Items.Schema, items[i], same is not null, same))) return false;
        }

        return true;
    }

    private bool VisitMembers(CelRuleSet rules, FieldPath path, JsonObject o, JsonObject? old, Ratchet ratchet)
    {
        if (rules.AdditionalProperties is not null)
        {
            foreach (var (name, value) in o.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                if (!VisitMember(rules.AdditionalProperties, path.Key(name), name, value, old, ratchet)) return false;
            }
        }

        foreach (var (name, property) in rules.Properties)
        {
            if (o.TryGetPropertyValue(name, out var value) && !VisitMember(property, path.Child(name), name, value, old, ratchet)) return false;
        }

        return true;
    }

    private bool VisitMember(CelRuleSet rules, FieldPath path, string name, JsonNode? value, JsonObject? old, Ratchet ratchet)
    {
        JsonNode? same = null;
        var found = ratchet.Current?.Old is JsonObject o && o.TryGetPropertyValue(name, out same);
        return Visit(rules, path, value, old?[name], ratchet.Below(rules.Schema, value, found, same));
    }

    private bool Run(CelRule compiled, CelRuleSet rules, FieldPath path, JsonNode value, JsonNode? old, Ratchet ratchet)
    {
        var rule = compiled.Rule;
        if (_remaining <= 0)
        {
            _errors.Add(Invalid(path, value, "validation failed due to running out of cost budget, no further validation rules will be run"));
            return false;
        }

        if (compiled.Error is { } broken)
        {
            _errors.Add(Invalid(path, value, $"rule compile error: {broken}"));
            return true;
        }

        if (compiled.UsesOldSelf && old is null && rule.OptionalOldSelf != true) return true;
        var self = CelSchemaValues.From(value, rules.Schema, rules.IsResourceRoot);
        var oldSelf = old is null ? (object)CelNull.Value : CelSchemaValues.From(old, rules.Schema, rules.IsResourceRoot);
        if (rule.OptionalOldSelf == true) oldSelf = old is null ? CelOptional.None : new CelOptional(oldSelf);
        var budget = new CelBudget(Math.Min(PerCallLimit, _remaining));
        var result = compiled.Program.Evaluate(budget, ("self", self), ("oldSelf", oldSelf));
        _remaining -= budget.Spent;
        switch (result)
        {
            case true:
                return true;
            case CelError when _remaining < 0:
                _errors.Add(Invalid(path, value, "validation failed due to running out of cost budget, no further validation rules will be run"));
                return false;
            case CelError when budget.IsExceeded:
                _errors.Add(Invalid(path, value, $"'{((CelError)result).Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.DisplayText}"));
                return false;
            case CelError { Message: var message }:
                _errors.Add(Invalid(path, value, message.StartsWith("no such overload", StringComparison.Ordinal)
                    ? $"'{message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.DisplayText}"
                    : $"{message} evaluating rule: {rule.DisplayText}"));
                return true;
        }

        if (!compiled.UsesOldSelf && ratchet.Tolerates) return true;
        var at = compiled.FieldPath.Length == 0 ? path : path.Child(compiled.FieldPath);
        _errors.Add(Failure(at, value, Detail(compiled, self, oldSelf), rule.Reason));
        return true;
    }

    private string Detail(CelRule compiled, object self, object oldSelf)
    {
        if (compiled.Message is { Error: null } message && _remaining > 0)
        {
            var budget = new CelBudget(Math.Min(PerCallLimit, _remaining));
            var text = (message.Evaluate(budget, ("self", self), ("oldSelf", oldSelf)) as string)?.Trim();
            _remaining -= budget.Spent;
            if (text is { Length: > 0 and <= 5 * 1024 } && !text.Contains('\n')) return text;
        }

        return compiled.Rule.Message.Length > 0 ? compiled.Rule.Message.Trim() : $"failed rule: {compiled.Rule.DisplayText}";
    }

    /// <summary>Since 1.35 simple values are shown and objects and lists left out.</summary>
    private static FieldError Invalid(FieldPath path, JsonNode value, string detail) =>
        value is JsonValue ? FieldError.Invalid(path, value, detail) : FieldError.InvalidOmitted(path, detail);

    private static FieldError Failure(FieldPath path, JsonNode value, string detail, string? reason) => reason switch
    {
        "FieldValueForbidden" => FieldError.Forbidden(path, detail),
        "FieldValueRequired" => FieldError.Required(path, detail),
        "FieldValueDuplicate" => Invalid(path, value, "") with { Type = FieldErrorType.Duplicate },
        _ => Invalid(path, value, detail),
    };
}
