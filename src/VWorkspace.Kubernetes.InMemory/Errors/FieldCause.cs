using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Errors;

/// <summary>One thing wrong with one field, as <c>details.causes</c> of an Invalid answer lists it.</summary>
/// <param name="Field">The path, e.g. <c>spec.size</c>.</param>
/// <param name="Reason">The machine-readable cause, e.g. <c>FieldValueInvalid</c>.</param>
/// <param name="Message">The text without the field.</param>
internal sealed record FieldCause(string Field, string Reason, string Message)
{
    public static FieldCause Required(string field, string detail = "") => new(field, "FieldValueRequired", WithDetail("Required value", detail));

    public static FieldCause Forbidden(string field, string detail) => new(field, "FieldValueForbidden", WithDetail("Forbidden", detail));

    public static FieldCause Invalid(string field, string value, string detail) => new(field, "FieldValueInvalid", WithDetail($"Invalid value: {Quote(value)}", detail));

    public static FieldCause InvalidRaw(string field, string shown, string detail) => new(field, "FieldValueInvalid", WithDetail($"Invalid value: {shown}", detail));

    /// <summary>An invalid value that is not shown.</summary>
    public static FieldCause InvalidOmitted(string field, string detail) => new(field, "FieldValueInvalid", WithDetail("Invalid value", detail));

    public static FieldCause Duplicate(string field, string value) => new(field, "FieldValueDuplicate", $"Duplicate value: {Quote(value)}");

    public static FieldCause TooLong(string field, int maximum) => new(field, "FieldValueTooLong", FormattableString.Invariant($"Too long: may not be more than {maximum} bytes"));

    public static FieldCause NotFound(string field, string value) => new(field, "FieldValueNotFound", $"Not found: {Quote(value)}");

    public static FieldCause NotSupported(string field, string value, params IEnumerable<string> supported) =>
        new(field, "FieldValueNotSupported", $"Unsupported value: {Quote(value)}: supported values: {string.Join(", ", supported.Select(Quote))}");

    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";

    public JsonObject ToJson() => new() { ["reason"] = Reason, ["message"] = Message, ["field"] = Field };

    internal static string Quote(string value) => GoText.Quote(value);

    private static string WithDetail(string text, string detail) => detail.Length == 0 ? text : text + ": " + detail;
}
