using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Patches;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>The four patch types.</summary>
internal sealed class PatchEndpoint(ApiCore core)
{
    private const string JsonPatchType = "application/json-patch+json";
    private const string MergePatchType = "application/merge-patch+json";
    private const string StrategicType = "application/strategic-merge-patch+json";
    private const string ApplyType = "application/apply-patch+yaml";

    public Task<WriteResult> PatchAsync(ResourceType type, string ns, string name, string subresource, string mediaType, byte[] body, WriteParameters options, CancellationToken ct)
    {
        var source = mediaType switch
        {
            JsonPatchType => JsonPatchSource(type, body, options),
            MergePatchType => MergeSource(type, body, options),
            StrategicType when !type.IsCustom => StrategicSource(type, body, options),
            ApplyType => ApplySource(type, body, name, subresource, options),
            _ when type.IsCustom => throw StatusErrors.UnsupportedMediaType([JsonPatchType, MergePatchType, ApplyType]),
            _ => throw StatusErrors.UnsupportedMediaTypeByRouter(),
        };
        return core.Writer.UpdateAsync(type, ns, name, subresource, source, options, ct);
    }

    private static UpdateSource JsonPatchSource(ResourceType type, byte[] body, WriteParameters options)
    {
        var parsed = Parse(body);
        if (parsed is not JsonArray operations)
            throw StatusErrors.BadRequest($"error decoding patch: json: cannot unmarshal {GoTypeName(parsed)} into Go value of type []handlers.jsonPatchOp");
        if (operations.Count > 10000)
            throw StatusErrors.Of(413, "RequestEntityTooLarge", $"The allowed maximum operations in a JSON patch is 10000, got {operations.Count}", []);
        return Patching(type, options, live =>
        {
            var result = JsonPatch.Apply(live, operations);
            return result.Document as JsonObject ?? throw StatusErrors.Rejected();
        });
    }

    private static UpdateSource MergeSource(ResourceType type, byte[] body, WriteParameters options)
    {
        var duplicates = new List<string>();
        var parsed = Parse(body, duplicates);
        if (parsed is not JsonObject patch)
            throw StatusErrors.BadRequest($"error decoding patch: json: cannot unmarshal {GoTypeName(parsed)} into Go value of type map[string]interface {{}}");
        return Patching(type, options, live => (JsonObject)JsonMergePatch.Apply(live, patch)!, duplicates);
    }

    private UpdateSource StrategicSource(ResourceType type, byte[] body, WriteParameters options)
    {
        var duplicates = new List<string>();
        if (Parse(body, duplicates) is not JsonObject patch) throw StatusErrors.BadRequest("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}");
        return Patching(type, options, live => core.Ownership.StrategicMerge(type, live, patch), duplicates);
    }

    private UpdateSource ApplySource(ResourceType type, byte[] body, string name, string subresource, WriteParameters options)
    {
        var applied = BodyReader.ParseYaml(type, body);
        if (applied["metadata"].Text("managedFields") is not null || applied["metadata"].Items("managedFields") is { Count: > 0 })
            throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        if (applied.Text("apiVersion") is not { Length: > 0 } version || applied.Text("kind") is not { Length: > 0 })
            throw StatusErrors.BadRequest($"Object '{(applied.Text("kind") is null ? "Kind" : "apiVersion")}' is missing in '{applied.ToJsonString()}'");
        if (version != type.ApiVersion)
            throw StatusErrors.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {type.ApiVersion}");
        if (applied.Name() is { Length: > 0 } given && given != name)
            throw StatusErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        applied.Metadata()["name"] = name;
        return new UpdateSource
        {
            Change = live => core.Ownership.Apply(type, live, applied, subresource, options),
            MakeNew = () => core.Ownership.Apply(type, null, applied, subresource, options),
            CreatesMissing = true,
            IsPatch = true,
            TracksOwnership = true,
        };
    }

    /// <summary>A patched object is decoded like a body: pruned, validated for unknown fields, defaulted.</summary>
    private static UpdateSource Patching(ResourceType type, WriteParameters options, Func<JsonObject, JsonObject> patch, IReadOnlyList<string>? duplicates = null) => new()
    {
        Change = live =>
        {
            var patched = patch(live);
            BodyReader.Coerce(type, patched, options, duplicates);
            return patched;
        },
        IsPatch = true,
    };

    private static JsonNode? Parse(byte[] body, List<string>? duplicates = null)
    {
        if (GoJsonSyntax.Describe(body) is { } problem) throw StatusErrors.BadRequest("error decoding patch: " + problem);
        return JsonTreeReader.Parse(body, duplicates);
    }

    private static string GoTypeName(JsonNode? node) => node switch
    {
        JsonObject => "object",
        JsonArray => "array",
        JsonValue value when value.TryGetValue(out string? _) => "string",
        JsonValue value when value.TryGetValue(out bool _) => "bool",
        _ => "number",
    };
}
