using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Patches;

/// <summary>What became of a JSON patch.</summary>
/// <param name="Document">The patched document, or null when the patch failed.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record JsonPatchResult(JsonNode? Document, string? Error)
{
    /// <summary>True when every operation was applied.</summary>
    public bool Succeeded => Error is null;
}

/// <summary>RFC 6902 JSON patch over <see cref="JsonNode"/> trees. Pure: the document given is never changed, and a failing operation leaves no trace.</summary>
public static class JsonPatch
{
    /// <summary>Applies the operations in order. Failures (a test that does not hold, a path that does not exist, a malformed operation) are values.</summary>
    public static JsonPatchResult Apply(JsonNode? document, JsonArray operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        // A wrapper gives the root a parent, so that the whole document can be replaced like any member.
        var root = new JsonObject { [""] = document?.DeepClone() };
        for (var i = 0; i < operations.Count; i++)
        {
            var error = operations[i] is JsonObject operation ? ApplyOne(root, operation) : "operation is not an object";
            if (error is not null) return new JsonPatchResult(null, string.Create(CultureInfo.InvariantCulture, $"operation {i}: {error}"));
        }

        var result = root[""];
        root.Remove("");
        return new JsonPatchResult(result, null);
    }

    private static string? ApplyOne(JsonObject root, JsonObject operation)
    {
        var op = Text(operation, "op");
        if (Text(operation, "path") is not { } path) return "path is missing";
        switch (op)
        {
            case "add":
                return operation.TryGetPropertyValue("value", out var added) ? Add(root, path, added?.DeepClone()) : "value is missing";
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                if (!operation.TryGetPropertyValue("value", out var replacement)) return "value is missing";
                return Replace(root, path, replacement?.DeepClone());
            case "move":
                if (Text(operation, "from") is not { } source) return "from is missing";
                if (path.StartsWith(source + "/", StringComparison.Ordinal)) return "a value cannot be moved into itself";
                return Remove(root, source, out var moved) ?? Add(root, path, moved);
            case "copy":
                if (Text(operation, "from") is not { } origin) return "from is missing";
                return Find(root, origin, out var found) ?? Add(root, path, found?.DeepClone());
            case "test":
                operation.TryGetPropertyValue("value", out var expected);
                if (Find(root, path, out var actual) is { } error) return expected is null && !operation.ContainsKey("value") ? null : error;
                return JsonNode.DeepEquals(actual, expected) ? null : $"testing value {path} failed";
            default:
                return $"unexpected kind of operation: {op}";
        }
    }

    private static string? Add(JsonObject root, string path, JsonNode? value)
    {
        if (Locate(root, path, out var parent, out var key) is { } error) return error;
        switch (parent)
        {
            case JsonObject members:
                members[key] = value;
                return null;
            case JsonArray items when key == "-":
                items.Add(value);
                return null;
            case JsonArray items when Index(key, items.Count, out var index):
                items.Insert(index, value);
                return null;
            default:
                return $"add operation does not apply: doc is missing path: {path}";
        }
    }

    private static string? Remove(JsonObject root, string path, out JsonNode? removed)
    {
        removed = null;
        if (path.Length == 0) return "the whole document cannot be removed";
        if (Locate(root, path, out var parent, out var key) is { } error) return error;
        switch (parent)
        {
            case JsonObject members when members.TryGetPropertyValue(key, out removed):
                members.Remove(key);
                return null;
            case JsonArray items when Index(key, items.Count - 1, out var index):
                removed = items[index];
                items.RemoveAt(index);
                return null;
            default:
                return $"remove operation does not apply: doc is missing path: {path}";
        }
    }

    private static string? Replace(JsonObject root, string path, JsonNode? value)
    {
        if (Locate(root, path, out var parent, out var key) is { } error) return error;
        switch (parent)
        {
            case JsonObject members when members.ContainsKey(key):
                members[key] = value;
                return null;
            case JsonArray items when Index(key, items.Count - 1, out var index):
                items[index] = value;
                return null;
            default:
                return $"replace operation does not apply: doc is missing key: {path}";
        }
    }

    private static string? Find(JsonObject root, string path, out JsonNode? value)
    {
        value = null;
        if (Locate(root, path, out var parent, out var key) is { } error) return error;
        switch (parent)
        {
            case JsonObject members when members.TryGetPropertyValue(key, out value):
                return null;
            case JsonArray items when Index(key, items.Count - 1, out var index):
                value = items[index];
                return null;
            default:
                return $"doc is missing path: {path}";
        }
    }

    private static string? Locate(JsonObject root, string path, out JsonNode? parent, out string key)
    {
        parent = root;
        key = "";
        if (path.Length == 0) return null;
        if (path[0] != '/') return $"path {path} does not begin with '/'";
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var step = Unescape(parts[i]);
            parent = parent switch
            {
                JsonObject members => members[step],
                JsonArray items when Index(step, items.Count - 1, out var index) => items[index],
                _ => null,
            };
            if (parent is null) return $"doc is missing path: {path}";
        }

        key = Unescape(parts[^1]);
        return null;
    }

    private static bool Index(string key, int maximum, out int index)
    {
        // Negative positions count from the end, as the library of the API server allows.
        if (!int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index)) return false;
        if (index < 0) index += maximum + 1;
        return index >= 0 && index <= maximum;
    }

    private static string Unescape(string part) => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static string? Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
