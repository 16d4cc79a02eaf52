using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Uniqueness in lists of <c>x-kubernetes-list-type</c> <c>set</c> (whole items) and <c>map</c> (key values).</summary>
internal static class ListTypeValidator
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
                if (schema.AdditionalProperties is not null)
                {
                    foreach (var (name, value) in o.OrderBy(m => m.Key, StringComparer.Ordinal)) Visit(value, schema.AdditionalProperties, path.Key(name), errors);
                }

                foreach (var (name, property) in schema.Properties)
                {
                    if (o.TryGetPropertyValue(name, out var value)) Visit(value, property, path.Child(name), errors);
                }

                break;
            case JsonArray items:
                if (schema.ListType == "set") CheckSet(items, path, errors);
                else if (schema.ListType == "map") CheckMap(items, schema, path, errors);
                for (var i = 0; i < items.Count; i++) Visit(items[i], schema.Items, path.Index(i), errors);
                break;
        }
    }

    private static void CheckSet(JsonArray items, FieldPath path, List<FieldError> errors)
    {
        foreach (var i in Repeated(items.Select(GoText.Json))) errors.Add(FieldError.Duplicate(path.Index(i), items[i]));
    }

    private static void CheckMap(JsonArray items, StructuralSchema schema, FieldPath path, List<FieldError> errors)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null or JsonObject) continue;
            errors.Add(FieldError.Invalid(path.Index(i), items[i], "must be an object for an array of list-type map"));
            return;
        }

        var keys = items.Select(item => KeyOf(item as JsonObject, schema.ListMapKeys)).ToList();
        foreach (var i in Repeated(keys.Select(k => GoText.Json(k)))) errors.Add(FieldError.Duplicate(path.Index(i), keys[i]));
    }

    private static JsonObject KeyOf(JsonObject? item, IReadOnlyList<string> names)
    {
        var key = new JsonObject();
        foreach (var name in names)
        {
            if (item is not null && item.TryGetPropertyValue(name, out var value)) key[name] = value?.DeepClone();
        }

        return key;
    }

    /// <summary>The index of the second appearance of everything that appears more than once.</summary>
    private static IEnumerable<int> Repeated(IEnumerable<string> texts)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        foreach (var text in texts)
        {
            var times = seen.GetValueOrDefault(text);
            seen[text] = times + 1;
            if (times == 1) yield return index;
            index++;
        }
    }
}
