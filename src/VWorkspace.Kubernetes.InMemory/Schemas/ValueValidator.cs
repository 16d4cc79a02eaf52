using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// Checks a value against types and value validations, with the texts and the order of kube-openapi's validator. Given the old value, errors of parts
/// that did not change are dropped (CRD validation ratcheting).
/// </summary>
internal static class ValueValidator
{
    /// <summary>Validates a value. <paramref name="old"/> counts only when <paramref name="isUpdate"/> is set.</summary>
    public static ValidationResult Validate(StructuralSchema schema, JsonNode? value, string path, JsonNode? old, bool isUpdate)
    {
        var result = ValidateNode(schema, value, path, old, isUpdate);
        if (result.IsValid || !isUpdate || !Correlation.IsUnchanged(schema, value, old)) return result;
        return new ValidationResult();
    }

    private static ValidationResult ValidateNode(StructuralSchema schema, JsonNode? value, string path, JsonNode? old, bool isUpdate)
    {
        var result = new ValidationResult();
        var kind = JsonKinds.Of(value);
        if (kind == JsonKind.Null)
        {
            CheckType(schema, value, kind, path, result);
            CheckEnum(schema, value, path, result);
            return result;
        }

        if (schema.Type.Length > 0 || schema.IntOrString || StringFormats.IsKnown(schema.Format)) Count(result, CheckType(schema, value, kind, path, result));
        Count(result, CheckAlternatives(schema, value, path, old, isUpdate, result));
        switch (kind)
        {
            case JsonKind.String:
                Count(result, StringChecks.CheckLength(schema, value!.GetValue<string>(), path, result));
                if (StringFormats.IsKnown(schema.Format)) Count(result, StringChecks.CheckFormat(schema, value.GetValue<string>(), path, result));
                break;
            case JsonKind.Integer or JsonKind.Float:
                NumberChecks.Check(schema, value!, kind, path, result);
                result.Increment();
                break;
            case JsonKind.Array:
                CheckItems(schema, (JsonArray)value!, path, old, isUpdate, result);
                result.Increment();
                break;
        }

        Count(result, CheckEnum(schema, value, path, result));
        if (value is JsonObject o)
        {
            CheckMembers(schema, o, path, old, isUpdate, result);
            result.Increment();
        }

        result.Increment();
        return result;
    }

    private static void Count(ValidationResult result, bool passed)
    {
        if (passed) result.Increment();
        result.Increment();
    }

    private static bool CheckType(StructuralSchema schema, JsonNode? value, JsonKind kind, string path, ValidationResult result)
    {
        var expected = schema.IntOrString && schema.Type.Length == 0 ? "integer,string" : schema.Type;
        if (expected.Length == 0) return true;
        var name = kind switch
        {
            JsonKind.Null => "null",
            JsonKind.Boolean => "boolean",
            JsonKind.String => "string",
            JsonKind.Integer => "integer",
            JsonKind.Float => "number",
            JsonKind.Array => "array",
            _ => "object",
        };
        if (kind == JsonKind.Null && schema.Nullable) return true;
        var allowsInteger = expected.StartsWith("integer", StringComparison.Ordinal);
        var fits = schema.IntOrString && schema.Type.Length == 0 ? name is "integer" or "string" : name == expected;
        fits |= kind == JsonKind.Float && allowsInteger && NumberChecks.IsWhole(JsonKinds.AsDouble(value!));
        fits |= kind == JsonKind.Integer && expected == "number";
        fits |= kind == JsonKind.String && StringFormats.IsKnown(schema.Format) && expected is not ("number" or "integer" or "integer,string");
        if (fits) return true;
        result.Add(FieldError.TypeInvalid(At(path), name, $"{path} in body must be of type {expected}: {GoText.Quote(name)}"));
        return false;
    }

    private static bool CheckEnum(StructuralSchema schema, JsonNode? value, string path, ValidationResult result)
    {
        if (schema.Enum.Count == 0) return true;
        foreach (var allowed in schema.Enum)
        {
            if (value is not null && allowed is not null && JsonNode.DeepEquals(value, allowed)) return true;
        }

        result.Add(FieldError.NotSupported(At(path), value, schema.Enum.Select(e => JsonKinds.AsString(e) ?? GoText.Json(e))));
        return false;
    }

    private static bool CheckAlternatives(StructuralSchema schema, JsonNode? value, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        var before = result.Errors.Count;
        if (schema.AnyOf.Count > 0) CheckAnyOf(schema.AnyOf, value, path, old, isUpdate, result);
        if (schema.OneOf.Count > 0) CheckOneOf(schema.OneOf, value, path, old, isUpdate, result);
        if (schema.AllOf.Count > 0) CheckAllOf(schema.AllOf, value, path, old, isUpdate, result);
        if (schema.Not is not null && ValidateNode(schema.Not, value, path, old, isUpdate).IsValid)
        {
            result.Add(Unplaced($"{GoText.Quote(path)} must not validate the schema (not)"));
        }

        return result.Errors.Count == before;
    }

    private static void CheckAnyOf(IReadOnlyList<StructuralSchema> alternatives, JsonNode? value, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        ValidationResult? best = null;
        foreach (var alternative in alternatives)
        {
            var one = ValidateNode(alternative, value, path, old, isUpdate);
            if (one.IsValid)
            {
                result.Merge(one);
                return;
            }

            if (best is null || one.MatchCount > best.MatchCount) best = one;
        }

        result.Add(Unplaced($"{GoText.Quote(path)} must validate at least one schema (anyOf)"));
        result.Merge(best!);
    }

    private static void CheckOneOf(IReadOnlyList<StructuralSchema> alternatives, JsonNode? value, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        ValidationResult? best = null;
        ValidationResult? success = null;
        var valid = 0;
        foreach (var alternative in alternatives)
        {
            var one = ValidateNode(alternative, value, path, old, isUpdate);
            if (one.IsValid)
            {
                valid++;
                best = null;
                success ??= one;
            }
            else if (valid == 0 && (best is null || one.MatchCount > best.MatchCount))
            {
                best = one;
            }
        }

        if (valid == 1)
        {
            result.Merge(success!);
            return;
        }

        var found = valid == 0 ? "Found none valid" : string.Create(CultureInfo.InvariantCulture, $"Found {valid} valid alternatives");
        result.Add(Unplaced($"{GoText.Quote(path)} must validate one and only one schema (oneOf). {found}"));
        if (best is not null) result.Merge(best);
    }

    private static void CheckAllOf(IReadOnlyList<StructuralSchema> all, JsonNode? value, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        var valid = 0;
        foreach (var part in all)
        {
            var one = ValidateNode(part, value, path, old, isUpdate);
            if (one.IsValid) valid++;
            result.Merge(one);
        }

        if (valid == all.Count) return;
        result.Add(Unplaced($"{GoText.Quote(path)} must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}"));
    }

    private static void CheckItems(StructuralSchema schema, JsonArray items, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        if (schema.Items is not null)
        {
            for (var i = 0; i < items.Count; i++)
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
                var before = isUpdate ? Correlation.OldItem(schema, old, items[i], i) : null;
                result.Merge(Validate(schema.Items, items[i], at, before, before is not null));
            }
        }

        if (schema.MinItems > items.Count)
        {
            result.Add(FieldError.Invalid(At(path), JsonValue.Create(items.Count), Text($"{path} in body should have at least {schema.MinItems} items")));
        }

        if (schema.MaxItems < items.Count) result.Add(FieldError.TooMany(At(path), items.Count, schema.MaxItems.Value));
        if (schema.UniqueItems && HasDuplicates(items))
        {
            result.Add(FieldError.InvalidPrinted(At(path), "\"\"", $"{path} in body shouldn't contain duplicates"));
        }
    }

    private static bool HasDuplicates(JsonArray items)
    {
        for (var i = 1; i < items.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (JsonNode.DeepEquals(items[i], items[j])) return true;
            }
        }

        return false;
    }

    private static void CheckMembers(StructuralSchema schema, JsonObject o, string path, JsonNode? old, bool isUpdate, ValidationResult result)
    {
        if (schema.MinProperties > o.Count)
        {
            result.Add(FieldError.Invalid(At(path), JsonValue.Create(o.Count), Text($"{path} in body should have at least {schema.MinProperties} properties")));
            return;
        }

        if (schema.MaxProperties < o.Count)
        {
            result.Add(FieldError.TooMany(At(path), o.Count, schema.MaxProperties.Value));
            return;
        }

        foreach (var name in o.Select(m => m.Key).Order(StringComparer.Ordinal))
        {
            if (schema.Property(name) is not null) continue;
            if (schema.AdditionalPropertiesAllowed == false) result.Add(FieldError.Invalid(At(path), JsonValue.Create(name), $"{path}.{name} in body is a forbidden property"));
            else if (schema.AdditionalProperties is not null) result.Merge(Member(schema.AdditionalProperties, o[name], $"{path}.{name}", old, name, isUpdate));
        }

        foreach (var (name, property) in schema.Properties)
        {
            if (!o.TryGetPropertyValue(name, out var value)) continue;
            result.Merge(Member(property, value, path.Length == 0 ? name : $"{path}.{name}", old, name, isUpdate));
        }

        foreach (var name in schema.Required)
        {
            if (!o.ContainsKey(name)) result.Add(FieldError.Required(At($"{path}.{name}")));
        }
    }

    private static ValidationResult Member(StructuralSchema schema, JsonNode? value, string path, JsonNode? old, string name, bool isUpdate)
    {
        JsonNode? before = null;
        var correlated = isUpdate && old is JsonObject o && o.TryGetPropertyValue(name, out before);
        return Validate(schema, value, path, before, correlated);
    }

    internal static FieldPath At(string path)
    {
        var trimmed = path.StartsWith('.') ? path[1..] : path;
        return trimmed.Length == 0 ? FieldPath.Root : new FieldPath(trimmed);
    }

    /// <summary>An error of the validator that carries no place: the server reports it at the nil path with an empty value.</summary>
    internal static FieldError Unplaced(string detail) => FieldError.InvalidPrinted(FieldPath.Root, "\"\"", detail);

    internal static string Text(FormattableString text) => FormattableString.Invariant(text);
}
