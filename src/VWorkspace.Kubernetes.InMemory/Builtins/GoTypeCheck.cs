using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Finds the first value that Go could not decode into a built-in type, and says so in the words of <c>encoding/json</c>.</summary>
internal static partial class GoTypeCheck
{
    public static string? Describe(JsonObject obj, BuiltinType type) => CheckStruct(obj, type, "");

    private static string? CheckStruct(JsonObject obj, BuiltinType type, string path)
    {
        foreach (var (name, value) in obj)
        {
            if (value is null || type.Find(name) is not { } field) continue;
            if (CheckValue(value, field.Type, type, path.Length == 0 ? name : path + "." + name) is { } problem) return problem;
        }

        return null;
    }

    private static string? CheckValue(JsonNode value, FieldType type, BuiltinType owner, string path)
    {
        switch (type.Shape)
        {
            case BuiltinShape.Struct:
                return value is JsonObject obj ? CheckStruct(obj, type.Struct, path) : Mismatch(value, owner, path, type);
            case BuiltinShape.List:
                if (value is not JsonArray items) return Mismatch(value, owner, path, type);
                foreach (var item in items)
                    if (item is not null && CheckValue(item, type.Element!, owner, path) is { } inItem) return inItem;
                return null;
            case BuiltinShape.Map:
                if (value is not JsonObject map) return Mismatch(value, owner, path, type);
                foreach (var (_, item) in map)
                    if (item is not null && CheckValue(item, type.Element!, owner, path) is { } inMap) return inMap;
                return null;
            case BuiltinShape.Any:
                return null;
            default:
                return CheckPrimitive(value, type, owner, path);
        }
    }

    private static string? CheckPrimitive(JsonNode value, FieldType type, BuiltinType owner, string path)
    {
        var kind = value.GetValueKind();
        switch (type.Primitive)
        {
            case "string":
                return kind == JsonValueKind.String ? null : Mismatch(value, owner, path, type);
            case "bytes":
                return kind == JsonValueKind.String ? Base64Problem(value.GetValue<string>()) : Mismatch(value, owner, path, type);
            case "bool":
                return kind is JsonValueKind.True or JsonValueKind.False ? null : Mismatch(value, owner, path, type);
            case "int32" or "int64":
                if (kind != JsonValueKind.Number) return Mismatch(value, owner, path, type);
                var whole = value.AsNumber();
                return whole is null || (type.Primitive == "int32" && whole is < int.MinValue or > int.MaxValue) ? Mismatch(value, owner, path, type) : null;
            case "number":
                return kind == JsonValueKind.Number ? null : Mismatch(value, owner, path, type);
            case "time" or "microtime":
                if (kind != JsonValueKind.String) return Mismatch(value, owner, path, type);
                var text = value.GetValue<string>();
                return GoTime.Read(text, type.Primitive == "microtime").Problem;
            case "quantity":
                return kind is JsonValueKind.Number || (kind == JsonValueKind.String && Quantity().IsMatch(value.GetValue<string>())) ? null
                    : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
            default:
                return kind is JsonValueKind.Number or JsonValueKind.String ? null : Mismatch(value, owner, path, type);
        }
    }

    private static string Mismatch(JsonNode value, BuiltinType owner, string path, FieldType type)
    {
        var shown = value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => value.AsNumber() is null || type.Primitive is "int32" or "int64" ? "number " + value.ToJsonString() : "number",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "array",
            _ => "object",
        };
        return $"json: cannot unmarshal {shown} into Go struct field {owner.Name}.{path} of type {GoName(type)}";
    }

    private static string GoName(FieldType type) => type.Shape switch
    {
        BuiltinShape.Struct => "v1." + type.StructName,
        BuiltinShape.List => "[]" + GoName(type.Element!),
        BuiltinShape.Map => "map[string]" + GoName(type.Element!),
        _ => type.Primitive switch { "bytes" => "[]uint8", "number" => "float64", var name => name },
    };

    private static string? Base64Problem(string text)
    {
        var valid = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\r' or '\n') continue;
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/')
            {
                valid++;
                continue;
            }

            // Padding may only complete a group of four, at the end.
            var rest = text[i..].TrimEnd('\r', '\n');
            if (c == '=' && ((valid % 4 == 2 && rest == "==") || (valid % 4 == 3 && rest == "="))) return null;
            return string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {i}");
        }

        return valid % 4 == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {text.Length - (valid % 4 == 0 ? 0 : valid % 4)}");
    }

    [GeneratedRegex(@"^[+-]?[0-9.]+([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quantity();
}
