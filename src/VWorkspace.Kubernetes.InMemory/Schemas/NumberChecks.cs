using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Bounds and factors of numbers. Integers are compared as integers, everything else as floats.</summary>
internal static class NumberChecks
{
    private const double MaxSafeInteger = 9007199254740991;

    /// <summary>Whether a float stands for an integer that JSON can carry without loss.</summary>
    public static bool IsWhole(double value) => Math.Abs(value) <= MaxSafeInteger && Math.Abs(value - Math.Truncate(value)) <= 1e-9 * Math.Abs(value);

    public static void Check(StructuralSchema schema, JsonNode value, JsonKind kind, string path, ValidationResult result)
    {
        var start = result.Errors.Count;
        var integral = schema.Type == "integer" || (schema.Type.Length == 0 && schema.IntOrString);
        if (integral && kind == JsonKind.Float && !FitsLong(JsonKinds.AsDouble(value))) result.Add(OutOfRange("Checked", path));
        if (schema.MultipleOf is { } factor) CheckMultiple(value, kind, factor, integral, path, result);
        if (schema.Maximum is { } max) CheckBound(value, kind, max, schema.ExclusiveMaximum, isMaximum: true, integral, path, result);
        if (schema.Minimum is { } min) CheckBound(value, kind, min, schema.ExclusiveMinimum, isMaximum: false, integral, path, result);
        if (result.Errors.Count == start) result.Increment();
    }

    private static bool FitsLong(double value) => value == Math.Truncate(value) && value is >= long.MinValue and < 9223372036854775808.0;

    private static FieldError OutOfRange(string what, string path) => ValueValidator.Unplaced($"{what} value must be of type integer (default format) in {path}");

    private static void CheckMultiple(JsonNode value, JsonKind kind, double factor, bool integral, string path, ValidationResult result)
    {
        var native = kind == JsonKind.Integer;
        if (integral && !FitsLong(factor))
        {
            result.Add(OutOfRange("MultipleOf", path));
            native = false;
        }

        if (native ? factor >= 1 && JsonKinds.AsLong(value) % (long)factor == 0 : IsWhole(factor < 1 ? 1 / factor * JsonKinds.AsDouble(value) : JsonKinds.AsDouble(value) / factor)) return;
        result.Add(FieldError.Invalid(ValueValidator.At(path), value, $"{path} in body should be a multiple of {Print(factor, native)}"));
    }

    private static void CheckBound(JsonNode value, JsonKind kind, double bound, bool exclusive, bool isMaximum, bool integral, string path, ValidationResult result)
    {
        var native = kind == JsonKind.Integer;
        if (integral && !FitsLong(bound))
        {
            result.Add(OutOfRange(isMaximum ? "Maximum boundary" : "Minimum boundary", path));
            native = false;
        }

        var order = native ? JsonKinds.AsLong(value).CompareTo((long)bound) : JsonKinds.AsDouble(value).CompareTo(bound);
        if (!isMaximum) order = -order;
        if (order < 0 || (order == 0 && !exclusive)) return;
        var relation = (isMaximum, exclusive) switch
        {
            (true, false) => "less than or equal to",
            (true, true) => "less than",
            (false, false) => "greater than or equal to",
            (false, true) => "greater than",
        };
        result.Add(FieldError.Invalid(ValueValidator.At(path), value, $"{path} in body should be {relation} {Print(bound, native)}"));
    }

    private static string Print(double bound, bool native) => native ? GoText.Value(JsonValue.Create((long)bound)) : GoText.Float(bound);
}
