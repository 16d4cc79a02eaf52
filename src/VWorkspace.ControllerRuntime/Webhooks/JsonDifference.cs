using System.Text.Json.Nodes;

namespace VWorkspace.ControllerRuntime;

/// <summary>The RFC 6902 patch from one JSON document to another. Objects are compared member by member; arrays that differ are replaced.</summary>
internal static class JsonDifference
{
    public static JsonArray Patch(JsonObject before, JsonObject after)
    {
        var operations = new JsonArray();
        Compare(before, after, string.Empty, operations);
        return operations;
    }

    private static void Compare(JsonObject before, JsonObject after, string path, JsonArray operations)
    {
        foreach ((string name, JsonNode? old) in before)
        {
            string member = $"{path}/{Escape(name)}";
            if (!after.TryGetPropertyValue(name, out JsonNode? now)) operations.Add(new JsonObject { ["op"] = "remove", ["path"] = member });
            else if (old is JsonObject oldObject && now is JsonObject newObject) Compare(oldObject, newObject, member, operations);
            else if (!JsonNode.DeepEquals(old, now)) operations.Add(new JsonObject { ["op"] = "replace", ["path"] = member, ["value"] = now?.DeepClone() });
        }

        foreach ((string name, JsonNode? now) in after)
            if (!before.ContainsKey(name)) operations.Add(new JsonObject { ["op"] = "add", ["path"] = $"{path}/{Escape(name)}", ["value"] = now?.DeepClone() });
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
