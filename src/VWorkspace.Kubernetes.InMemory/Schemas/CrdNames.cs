using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The rules of <c>spec.names</c>.</summary>
internal static class CrdNames
{
    public static void Check(JsonObject? names, FieldPath path, List<FieldError> errors)
    {
        CheckLabel(names, "plural", path, errors);
        CheckLabel(names, "singular", path, errors);
        CheckKind(names, "kind", path, errors);
        CheckKind(names, "listKind", path, errors);
        CheckList(names, "shortNames", path, errors);
        var kind = CrdValidation.Text(names, "kind");
        if (kind.Length > 0 && kind == CrdValidation.Text(names, "listKind")) errors.Add(FieldError.Invalid(path.Child("listKind"), kind, "kind and listKind may not be the same"));
        CheckList(names, "categories", path, errors);
    }

    private static void CheckLabel(JsonObject? names, string name, FieldPath path, List<FieldError> errors)
    {
        var value = CrdValidation.Text(names, name);
        if (value.Length > 0 && DnsNames.IsDns1035Label(value) is { Count: > 0 } problems) errors.Add(FieldError.Invalid(path.Child(name), value, string.Join(",", problems)));
    }

    private static void CheckKind(JsonObject? names, string name, FieldPath path, List<FieldError> errors)
    {
        var value = CrdValidation.Text(names, name);
        if (value.Length > 0 && DnsNames.IsDns1035Label(value.ToLowerInvariant()) is { Count: > 0 } problems)
        {
            errors.Add(FieldError.Invalid(path.Child(name), value, $"may have mixed case, but should otherwise match: {string.Join(",", problems)}"));
        }
    }

    private static void CheckList(JsonObject? names, string name, FieldPath path, List<FieldError> errors)
    {
        if (names?[name] is not JsonArray list) return;
        for (var i = 0; i < list.Count; i++)
        {
            var value = JsonKinds.AsString(list[i]) ?? "";
            if (DnsNames.IsDns1035Label(value) is { Count: > 0 } problems) errors.Add(FieldError.Invalid(path.Child(name).Index(i), value, string.Join(",", problems)));
        }
    }
}
