using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The type members that objects under <c>x-kubernetes-embedded-resource</c> must carry.</summary>
internal static class EmbeddedResourceValidator
{
    public static List<FieldError> Validate(StructuralSchema schema, JsonObject obj)
    {
        var errors = new List<FieldError>();
        Visit(obj, schema, FieldPath.Root, errors);
        return errors;
    }

    private static void Visit(JsonNode? node, StructuralSchema? schema, FieldPath path, List<FieldError> errors)
    {
        if (schema is null) return;
        switch (node)
        {
            case JsonObject o:
                if (schema.EmbeddedResource) CheckResource(o, path, errors);
                foreach (var (name, value) in o.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    if (schema.Property(name) is { } property) Visit(value, property, path.Child(name), errors);
                    else Visit(value, schema.AdditionalProperties, path.Key(name), errors);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++) Visit(items[i], schema.Items, path.Index(i), errors);
                break;
        }
    }

    private static void CheckResource(JsonObject o, FieldPath path, List<FieldError> errors)
    {
        foreach (var name in (string[])["apiVersion", "kind"])
        {
            var at = path.Child(name);
            if (!o.TryGetPropertyValue(name, out var value)) errors.Add(FieldError.Required(at));
            else if (JsonKinds.AsString(value) is not { } text) errors.Add(FieldError.Invalid(at, value, "must be a string"));
            else if (text.Length == 0) errors.Add(FieldError.Required(at));
            else if (name == "apiVersion" && text.Count(c => c == '/') > 1) errors.Add(FieldError.Invalid(at, value, $"unexpected GroupVersion string: {text}"));
            else if (name == "kind" && DnsNames.IsDns1035Label(text.ToLowerInvariant()) is { Count: > 0 } wrong)
            {
                errors.Add(FieldError.Invalid(at, value, $"may have mixed case, but should otherwise match: {string.Join(",", wrong)}"));
            }
        }
    }
}
