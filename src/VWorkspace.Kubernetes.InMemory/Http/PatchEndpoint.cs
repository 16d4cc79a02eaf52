using System.Text;
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
        var duplicates = new List<string>();
        var parsed = Parse(body, duplicates, "error decoding patch: ");
        if (parsed is not JsonArray operations)
            throw StatusErrors.BadRequest($"error decoding patch: json: cannot unmarshal {BodyReader.GoTypeName(parsed)} into Go value of type []handlers.jsonPatchOp");
        if (JsonPatchForm.Problem(operations) is { } problem) throw StatusErrors.BadRequest("error decoding patch: " + problem);
        if (operations.Count > 10000)
            throw StatusErrors.Of(413, "RequestEntityTooLarge", $"The allowed maximum operations in a JSON patch is 10000, got {operations.Count}", []);
        return Patching(type, options, live => JsonPatch.Apply(live, operations).Document as JsonObject ?? throw StatusErrors.Rejected(), GoText.Json, JsonPatchForm.StrictProblems(operations, duplicates));
    }

    private static UpdateSource MergeSource(ResourceType type, byte[] body, WriteParameters options)
    {
        var duplicates = new List<string>();
        var parsed = Parse(body, duplicates, "error decoding patch: ");
        if (parsed is null) throw StatusErrors.BadRequest("Invalid JSON Patch");
        if (parsed is not JsonObject patch)
            throw StatusErrors.BadRequest($"error decoding patch: json: cannot unmarshal {BodyReader.GoTypeName(parsed)} into Go value of type map[string]interface {{}}");
        return Patching(type, options, live => (JsonObject)JsonMergePatch.Apply(live, patch)!, GoText.Json, duplicates);
    }

    private UpdateSource StrategicSource(ResourceType type, byte[] body, WriteParameters options)
    {
        var duplicates = new List<string>();
        var parsed = Parse(body, duplicates, "");
        if (parsed is not (null or JsonObject))
            throw StatusErrors.BadRequest($"json: cannot unmarshal {BodyReader.GoTypeName(parsed)} into Go value of type map[string]interface {{}}");
        var patch = parsed as JsonObject ?? [];
        return Patching(type, options, live => core.Ownership.StrategicMerge(type, live, patch), _ => GoPrint.Display(patch), duplicates);
    }

    private UpdateSource ApplySource(ResourceType type, byte[] body, string name, string subresource, WriteParameters options)
    {
        var (applied, duplicates) = ParseApplied(body);
        if (applied.Text("apiVersion") != type.ApiVersion || applied.Text("kind") != type.Kind)
            throw StatusErrors.BadRequest($"invalid object type: {GoGroupVersion(applied.Text("apiVersion") ?? "")}, Kind={applied.Text("kind")}");
        if (applied["metadata"].At("managedFields") is not null) throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        if (applied.Name() is { Length: > 0 } given && given != name)
            throw StatusErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        applied.Metadata()["name"] = name;
        return new UpdateSource
        {
            Change = live => Merge(live),
            MakeNew = () => Merge(null),
            CreatesMissing = true,
            IsPatch = true,
            TracksOwnership = true,
        };

        JsonObject Merge(JsonObject? live)
        {
            var merged = core.Ownership.Apply(type, live, applied, subresource, options);
            if (duplicates.Count > 0 && options.FieldValidation == FieldValidation.Strict) throw StatusErrors.BadRequest("error strict decoding YAML: " + DuplicateKeys(duplicates));
            if (duplicates.Count > 0 && options.FieldValidation == FieldValidation.Warn) options.Warnings.Add(DuplicateKeys(duplicates));
            return merged;
        }
    }

    /// <summary>Applied configurations are YAML; the JSON that most clients send is read as such, so that members that are there twice are told of and not refused.</summary>
    private static (JsonObject Applied, List<string> Duplicates) ParseApplied(byte[] body)
    {
        var duplicates = new List<string>();
        if (GoJsonSyntax.Describe(body) is null)
        {
            var parsed = JsonTreeReader.Parse(body, duplicates);
            return (parsed as JsonObject ?? (parsed is null ? [] : throw NoMap(BodyReader.GoTypeName(parsed))), duplicates);
        }

        try
        {
            return KubernetesYaml.Parse(Encoding.UTF8.GetString(body)) switch
            {
                [] => ([], duplicates),
                [JsonObject first, ..] => (first, duplicates),
                [var other, ..] => throw NoMap(BodyReader.GoTypeName(other)),
            };
        }
        catch (KubernetesYamlException e)
        {
            throw StatusErrors.BadRequest("error decoding YAML: error converting YAML to JSON: " + BodyReader.GoYamlProblem(e));
        }
    }

    private static StatusException NoMap(string found) =>
        StatusErrors.BadRequest($"error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type map[string]interface {{}}");

    private static string DuplicateKeys(List<string> paths) => "error converting YAML to JSON: yaml: unmarshal errors:" +
        string.Concat(paths.Select(p => $"\n  line 1: key {FieldCause.Quote(p[(p.LastIndexOf('.') + 1)..])} already set in map"));

    private static string GoGroupVersion(string apiVersion) => apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion;

    /// <summary>A patched object is decoded like a body: pruned, validated for unknown fields, defaulted. What cannot be decoded is the patch's fault, which its answer shows.</summary>
    private static UpdateSource Patching(ResourceType type, WriteParameters options, Func<JsonObject, JsonObject> patch, Func<JsonObject, string> show, IReadOnlyList<string> duplicates) => new()
    {
        Change = live =>
        {
            var patched = patch(live);
            if (!type.IsCustom && (patched.Text("kind") != type.Kind || patched.Text("apiVersion") != type.ApiVersion)) throw Refused(BodyReader.KindProblem(type, patched));
            BodyReader.Coerce(type, patched, options, duplicates, Refused);
            return patched;

            StatusException Refused(string why) => StatusErrors.Invalid(new GroupResource("", ""), "", [FieldCause.Invalid("patch", show(patch(live)), why)]);
        },
        IsPatch = true,
    };

    private static JsonNode? Parse(byte[] body, List<string> duplicates, string prefix)
    {
        if (GoJsonSyntax.Describe(body) is { } problem) throw StatusErrors.BadRequest(prefix + problem);
        return JsonTreeReader.Parse(body, duplicates);
    }
}
