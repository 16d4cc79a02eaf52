using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>What Go's decoder says of the operations of a JSON patch before any of them runs.</summary>
internal static class JsonPatchForm
{
    /// <summary>The first operation that could not be decoded, in the words of <c>encoding/json</c>; null when all could.</summary>
    public static string? Problem(JsonArray operations)
    {
        foreach (var operation in operations)
        {
            if (operation is null) continue;
            if (operation is not JsonObject members) return $"json: cannot unmarshal {BodyReader.GoTypeName(operation)} into Go value of type handlers.jsonPatchOp";
            foreach (var (name, value) in members)
                if (name is "op" or "path" or "from" && value is not null && BodyReader.GoTypeName(value) is var found && found != "string")
                    return $"json: cannot unmarshal {found} into Go struct field jsonPatchOp.{name} of type string";
        }

        return null;
    }

    /// <summary>Duplicate and unknown members of operations, as strict decoding tells of them.</summary>
    public static List<string> StrictProblems(JsonArray operations, List<string> duplicates)
    {
        var problems = duplicates.Select(d => $"json patch duplicate field \"{d}\"").ToList();
        for (var i = 0; i < operations.Count; i++)
            foreach (var (name, _) in operations[i] as JsonObject ?? [])
                if (name is not ("op" or "path" or "from" or "value")) problems.Add(string.Create(CultureInfo.InvariantCulture, $"json patch unknown field \"[{i}].{name}\""));
        return problems;
    }
}
