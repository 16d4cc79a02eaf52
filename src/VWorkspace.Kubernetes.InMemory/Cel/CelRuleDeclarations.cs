using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Checks the <c>x-kubernetes-validations</c> of a CRD's schema: their members first and, where these are in order, that they compile.</summary>
internal static class CelRuleDeclarations
{
    private static readonly string[] s_reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    public static void CheckMembers(StructuralSchema schema, FieldPath path, List<FieldError> errors) =>
        Visit(schema, path, isResourceRoot: true, null, (node, at, _, _) => CheckMembersAt(node, at, errors));

    public static void CheckPrograms(StructuralSchema schema, FieldPath path, List<FieldError> errors) =>
        Visit(schema, path, isResourceRoot: true, null, (node, at, isRoot, uncorrelatable) => CheckProgramsAt(node, at, isRoot, uncorrelatable, errors));

    private static void Visit(StructuralSchema schema, FieldPath path, bool isResourceRoot, FieldPath? uncorrelatable, Action<StructuralSchema, FieldPath, bool, FieldPath?> check)
    {
        if (schema.AdditionalProperties is { } additional) Visit(additional, path.Child("additionalProperties"), additional.EmbeddedResource, uncorrelatable, check);
        foreach (var (name, property) in schema.Properties) Visit(property, path.Child("properties").Key(name), property.EmbeddedResource, uncorrelatable, check);
        if (schema.Items is { } items) Visit(items, path.Child("items"), items.EmbeddedResource, schema.ListType == "map" ? uncorrelatable : uncorrelatable ?? path, check);
        if (schema.Validations.Count > 0) check(schema, path, isResourceRoot, uncorrelatable);
    }

    private static void CheckMembersAt(StructuralSchema schema, FieldPath path, List<FieldError> errors)
    {
        for (var i = 0; i < schema.Validations.Count; i++)
        {
            var rule = schema.Validations[i];
            var at = path.Child("x-kubernetes-validations").Index(i);
            var message = rule.Message.Trim();
            if (rule.Rule.Trim().Length == 0) errors.Add(FieldError.Required(at.Child("rule"), "rule is not specified"));
            else if (rule.Message.Length > 0 && message.Length == 0) errors.Add(FieldError.Invalid(at.Child("message"), rule.Message, "message must be non-empty if specified"));
            else if (message.Contains('\n')) errors.Add(FieldError.Invalid(at.Child("message"), rule.Message, "message must not contain line breaks"));
            else if (rule.Rule.Trim().Contains('\n') && message.Length == 0) errors.Add(FieldError.Required(at.Child("message"), "message must be specified if rule contains line breaks"));
            if (rule.MessageExpression.Length > 0 && rule.MessageExpression.Trim().Length == 0)
            {
                errors.Add(FieldError.Required(at.Child("messageExpression"), "messageExpression must be non-empty if specified"));
            }

            if (rule.Reason is not null && !s_reasons.Contains(rule.Reason, StringComparer.Ordinal)) errors.Add(FieldError.NotSupported(at.Child("reason"), rule.Reason, s_reasons));
            if (rule.FieldPath.Length == 0) continue;
            if (rule.FieldPath.Trim().Length == 0) errors.Add(FieldError.Invalid(at.Child("fieldPath"), rule.FieldPath, "fieldPath must be non-empty if specified"));
            else if (rule.FieldPath.Contains('\n')) errors.Add(FieldError.Invalid(at.Child("fieldPath"), rule.FieldPath, "fieldPath must not contain line breaks"));
            if (CelFieldPath.Parse(rule.FieldPath, schema).Error is { } problem) errors.Add(FieldError.Invalid(at.Child("fieldPath"), rule.FieldPath, $"fieldPath must be a valid path: {problem}"));
        }
    }

    private static void CheckProgramsAt(StructuralSchema schema, FieldPath path, bool isResourceRoot, FieldPath? uncorrelatable, List<FieldError> errors)
    {
        if (CelSchemaTypes.Of(schema, isResourceRoot) is not { } self)
        {
            errors.Add(FieldError.Internal(path.Child("x-kubernetes-validations"), "failed to retrieve type information for x-kubernetes-validations"));
            return;
        }

        for (var i = 0; i < schema.Validations.Count; i++)
        {
            var rule = schema.Validations[i];
            var at = path.Child("x-kubernetes-validations").Index(i);
            var compiled = CelRuleSet.Compile(rule, schema, self);
            if (compiled.Error is { } broken) errors.Add(FieldError.InvalidPrinted(at.Child("rule"), rule.Printed(), broken));
            if (compiled.Message is { Error: { } wrong }) errors.Add(FieldError.InvalidPrinted(at.Child("messageExpression"), rule.Printed(), $"messageExpression compilation failed: {wrong}"));
            else if (compiled.Message is { } message && message.Type != CelType.String) errors.Add(FieldError.InvalidPrinted(at.Child("messageExpression"), rule.Printed(), "messageExpression must evaluate to a string"));
            if (compiled.UsesOldSelf && uncorrelatable is { } place)
            {
                errors.Add(FieldError.Invalid(at.Child("rule"), JsonValue.Create(rule.Rule), $"oldSelf cannot be used on the uncorrelatable portion of the schema within {place}"));
            }
            else if (!compiled.UsesOldSelf && rule.OptionalOldSelf is { } optional && compiled.Error is null)
            {
                errors.Add(FieldError.Invalid(at.Child("optionalOldSelf"), JsonValue.Create(optional), "may not be set if oldSelf is not used in rule"));
            }
        }
    }
}
