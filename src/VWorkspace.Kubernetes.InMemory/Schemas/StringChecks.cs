using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Length, pattern and format of strings. The first failing check of length and pattern is the only one reported.</summary>
internal static class StringChecks
{
    public static bool CheckLength(StructuralSchema schema, string value, string path, ValidationResult result)
    {
        var at = ValueValidator.At(path);
        if (schema.MaxLength is { } max && Length(value) > max)
        {
            result.Add(FieldError.TooLong(at, max));
            return false;
        }

        if (schema.MinLength is { } min && Length(value) < min)
        {
            result.Add(FieldError.Invalid(at, JsonValue.Create(value), ValueValidator.Text($"{path} in body should be at least {min} chars long")));
            return false;
        }

        if (schema.Pattern.Length == 0) return true;
        var pattern = schema.CompiledPattern.Value;
        if (pattern.IsMatch(value)) return true;
        var shown = pattern.Error is null ? schema.Pattern : $"{schema.Pattern}, but pattern is invalid: {pattern.Error}";
        result.Add(FieldError.Invalid(at, JsonValue.Create(value), $"{path} in body should match '{shown}'"));
        return false;
    }

    public static bool CheckFormat(StructuralSchema schema, string value, string path, ValidationResult result)
    {
        if (StringFormats.IsValid(schema.Format, value)) return true;
        result.Add(FieldError.TypeInvalid(ValueValidator.At(path), value, $"{path} in body must be of type {schema.Format}: {GoText.Quote(value)}"));
        return false;
    }

    private static long Length(string value)
    {
        var count = 0L;
        foreach (var rune in value.EnumerateRunes()) count++;
        return count;
    }
}
