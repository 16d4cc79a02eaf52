using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The classes of field errors; <see cref="FieldError.Reason"/> is the name a Status cause carries.</summary>
internal enum FieldErrorType
{
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    Internal,
    TypeInvalid,
}

/// <summary>One fault of one field, printed like <c>field.Error</c> of k8s.io/apimachinery 1.36.</summary>
/// <param name="Type">The class of the fault.</param>
/// <param name="Field">The path of the field, <c>&lt;nil&gt;</c> for none.</param>
/// <param name="BadValue">The value as it is printed (a Go string, number, boolean or JSON), or null where the message leaves it out.</param>
/// <param name="Detail">What is wrong; may be empty.</param>
internal sealed record FieldError(FieldErrorType Type, string Field, string? BadValue, string Detail)
{
    /// <summary>The reason of the cause in a Status, such as <c>FieldValueInvalid</c>.</summary>
    public string Reason => Type switch
    {
        FieldErrorType.NotFound => "FieldValueNotFound",
        FieldErrorType.Required => "FieldValueRequired",
        FieldErrorType.Duplicate => "FieldValueDuplicate",
        FieldErrorType.Invalid => "FieldValueInvalid",
        FieldErrorType.NotSupported => "FieldValueNotSupported",
        FieldErrorType.Forbidden => "FieldValueForbidden",
        FieldErrorType.TooLong => "FieldValueTooLong",
        FieldErrorType.TooMany => "FieldValueTooMany",
        FieldErrorType.TypeInvalid => "FieldValueTypeInvalid",
        _ => "InternalError",
    };

    /// <summary>The message without the field: the message of a cause.</summary>
    public string Body
    {
        get
        {
            var text = Type switch
            {
                FieldErrorType.NotFound => "Not found",
                FieldErrorType.Required => "Required value",
                FieldErrorType.Duplicate => "Duplicate value",
                FieldErrorType.NotSupported => "Unsupported value",
                FieldErrorType.Forbidden => "Forbidden",
                FieldErrorType.TooLong => "Too long",
                FieldErrorType.TooMany => "Too many",
                FieldErrorType.Internal => "Internal error",
                _ => "Invalid value",
            };
            var showsValue = Type is not (FieldErrorType.Required or FieldErrorType.Forbidden or FieldErrorType.TooLong or FieldErrorType.Internal);
            if (showsValue && BadValue is not null) text = $"{text}: {BadValue}";
            return Detail.Length == 0 ? text : $"{text}: {Detail}";
        }
    }

    /// <summary>The whole message: field and body.</summary>
    public string Message => $"{Field}: {Body}";

    public override string ToString() => Message;

    public static FieldError Required(FieldPath path, string detail = "") => new(FieldErrorType.Required, path.ToString(), null, detail);

    public static FieldError Forbidden(FieldPath path, string detail) => new(FieldErrorType.Forbidden, path.ToString(), null, detail);

    public static FieldError Internal(FieldPath path, string detail) => new(FieldErrorType.Internal, path.ToString(), null, detail);

    public static FieldError Duplicate(FieldPath path, JsonNode? value) => new(FieldErrorType.Duplicate, path.ToString(), GoText.Value(value), "");

    public static FieldError Invalid(FieldPath path, JsonNode? value, string detail) => new(FieldErrorType.Invalid, path.ToString(), GoText.Value(value), detail);

    /// <summary>An invalid value whose printed form is already known.</summary>
    public static FieldError InvalidPrinted(FieldPath path, string printed, string detail) => new(FieldErrorType.Invalid, path.ToString(), printed, detail);

    /// <summary>An invalid value that the message leaves out, as CEL rules do.</summary>
    public static FieldError InvalidOmitted(FieldPath path, string detail) => new(FieldErrorType.Invalid, path.ToString(), null, detail);

    public static FieldError TypeInvalid(FieldPath path, string value, string detail) => new(FieldErrorType.TypeInvalid, path.ToString(), GoText.Quote(value), detail);

    public static FieldError NotSupported(FieldPath path, JsonNode? value, IEnumerable<string> supported)
    {
        var list = string.Join(", ", supported.Select(GoText.Quote));
        return new(FieldErrorType.NotSupported, path.ToString(), GoText.Value(value), list.Length == 0 ? "" : $"supported values: {list}");
    }

    public static FieldError TooLong(FieldPath path, long max) => new(FieldErrorType.TooLong, path.ToString(), null,
        string.Create(CultureInfo.InvariantCulture, $"may not be more than {max} {(max == 1 ? "byte" : "bytes")}"));

    public static FieldError TooMany(FieldPath path, long actual, long max) => new(FieldErrorType.TooMany, path.ToString(),
        actual.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"must have at most {max} {(max == 1 ? "item" : "items")}"));

    /// <summary>The message of several errors as a Status shows it: one alone, several in brackets, repeated texts once.</summary>
    public static string Aggregate(IEnumerable<FieldError> errors)
    {
        var messages = errors.Select(e => e.Message).Distinct(StringComparer.Ordinal).ToList();
        return messages.Count == 1 ? messages[0] : $"[{string.Join(", ", messages)}]";
    }
}
