using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The rules of the <c>x-kubernetes-*</c> list, map and field extensions of one schema node.</summary>
internal static class ExtensionRules
{
    public static void Check(JsonObject schema, FieldPath path, List<FieldError> errors)
    {
        if (JsonKinds.Of(schema["x-kubernetes-preserve-unknown-fields"]) == JsonKind.Boolean && !CrdVersions.Flag(schema, "x-kubernetes-preserve-unknown-fields"))
        {
            errors.Add(FieldError.InvalidPrinted(path.Child("x-kubernetes-preserve-unknown-fields"), "false", "must be true or undefined"));
        }

        CheckCollection(schema, "x-kubernetes-map-type", "object", ["atomic", "granular"], path, errors);
        CheckCollection(schema, "x-kubernetes-list-type", "array", ["atomic", "map", "set"], path, errors);
        var listType = JsonKinds.AsString(schema["x-kubernetes-list-type"]);
        var keys = schema["x-kubernetes-list-map-keys"] as JsonArray ?? [];
        if (keys.Count > 0 && listType is null) errors.Add(FieldError.Required(path.Child("x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty"));
        else if (keys.Count > 0 && listType != "map") errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-type"), listType, "must be map if x-kubernetes-list-map-keys is non-empty"));
        if (listType == "map") CheckListMap(schema, keys, path, errors);
        else if (listType == "set" && schema["items"] is JsonObject items) CheckSetItems(items, path.Child("items"), errors);
    }

    private static void CheckCollection(JsonObject schema, string extension, string type, string[] supported, FieldPath path, List<FieldError> errors)
    {
        if (JsonKinds.AsString(schema[extension]) is not { } value) return;
        var actual = CrdValidation.Text(schema, "type");
        if (actual.Length == 0) errors.Add(FieldError.Required(path.Child("type"), $"must be {type} if {extension} is specified"));
        else if (actual != type) errors.Add(FieldError.Invalid(path.Child("type"), actual, $"must be {type} if {extension} is specified"));
        if (!supported.Contains(value, StringComparer.Ordinal)) errors.Add(FieldError.NotSupported(path.Child(extension), value, supported));
    }

    private static void CheckListMap(JsonObject schema, JsonArray keys, FieldPath path, List<FieldError> errors)
    {
        if (keys.Count == 0)
        {
            errors.Add(FieldError.Required(path.Child("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map"));
            return;
        }

        if (schema["items"] is not JsonObject items)
        {
            errors.Add(FieldError.Required(path.Child("items"), "must have a schema if x-kubernetes-list-type is map"));
            return;
        }

        var itemType = CrdValidation.Text(items, "type");
        if (itemType != "object") errors.Add(FieldError.Invalid(path.Child("items", "type"), itemType, "must be object if parent array's x-kubernetes-list-type is map"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys.Select(k => JsonKinds.AsString(k) ?? ""))
        {
            if (!seen.Add(key)) errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-map-keys"), keys, "must not contain duplicate entries"));
            else CheckKey(items, key, keys, path, errors);
        }
    }

    private static void CheckKey(JsonObject items, string key, JsonArray keys, FieldPath path, List<FieldError> errors)
    {
        if ((items["properties"] as JsonObject)?[key] is not JsonObject property)
        {
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-map-keys"), keys, "entries must all be names of item properties"));
            return;
        }

        var at = path.Child("items", "properties").Key(key);
        if (CrdValidation.Text(property, "type") is "array" or "object") errors.Add(FieldError.Invalid(at.Child("type"), property["type"], "must be a scalar type if parent array's x-kubernetes-list-type is map"));
        var required = items["required"] is JsonArray names && names.Any(n => JsonKinds.AsString(n) == key);
        if (!required && property["default"] is null)
        {
            errors.Add(FieldError.Required(at.Child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
        }

        if (CrdVersions.Flag(property, "nullable")) errors.Add(FieldError.Forbidden(at.Child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
    }

    private static void CheckSetItems(JsonObject items, FieldPath path, List<FieldError> errors)
    {
        if (CrdVersions.Flag(items, "nullable")) errors.Add(FieldError.Forbidden(path.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is set"));
        var (extension, type) = CrdValidation.Text(items, "type") switch
        {
            "object" => ("x-kubernetes-map-type", "map"),
            "array" => ("x-kubernetes-list-type", "list"),
            _ => ("", ""),
        };
        if (extension.Length == 0 || JsonKinds.AsString(items[extension]) is "atomic") return;

        // An array is atomic unless it says otherwise; an object is not.
        if (type == "list" && items[extension] is null) return;
        if (items[extension] is null) errors.Add(FieldError.Required(path.Child(extension), "must be atomic as item of a list with x-kubernetes-list-type=set"));
        else errors.Add(FieldError.Invalid(path.Child(extension), items[extension], "must be atomic as item of a list with x-kubernetes-list-type=set"));
    }
}
