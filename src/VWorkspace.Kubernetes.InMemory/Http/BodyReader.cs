using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Reads request bodies and decodes objects with the checks and messages of upstream's codecs.</summary>
internal static class BodyReader
{
    private const int Limit = 3 * 1024 * 1024;
    private const int SummaryLength = 30;

    public static async Task<byte[]> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(ct).ConfigureAwait(false);
            if (read.Buffer.Length > Limit)
                throw StatusErrors.Of(413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"Request entity too large: limit is {Limit}"), []);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public static string MediaType(HttpContext http)
    {
        var header = http.Request.ContentType ?? "";
        var end = header.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? header : header[..end]).Trim();
    }

    /// <summary>Decodes an object of the type: syntax, kind and version, unknown and duplicate fields, defaults.</summary>
    public static JsonObject Decode(ResourceType type, byte[] body, string mediaType, WriteParameters options)
    {
        if (mediaType == ProtobufBody.MediaType) return Decode(type, ParseProtobuf(type, body), options);
        var isYaml = mediaType is "application/yaml" or "application/apply-patch+yaml";
        if (!isYaml && mediaType is not ("" or "application/json" or "*/*")) throw StatusErrors.UnsupportedMediaType(AcceptedFormat.Supported);
        var duplicates = new List<string>();
        var obj = isYaml ? ParseYaml(type, body) : ParseJson(type, body, duplicates);
        return Decode(type, obj, options, duplicates, isYaml ? null : body);
    }

    public static JsonObject Decode(ResourceType type, JsonObject obj, WriteParameters options, IReadOnlyList<string>? duplicates = null, byte[]? original = null)
    {
        CheckKind(type, obj, original ?? []);
        Coerce(type, obj, options, duplicates, original: original);
        return obj;
    }

    /// <summary>Prunes, reports what was unknown, and fills in defaults.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="obj">The object, which is changed.</param>
    /// <param name="options">What to do about unknown and duplicate members.</param>
    /// <param name="duplicates">The paths of members that the body has twice.</param>
    /// <param name="refuse">Makes the answer to what cannot be decoded; null for the answer to a body that is an object.</param>
    /// <param name="original">The JSON body that the object was read from, if it was: it gives the order in which built-in kinds tell of its faults.</param>
    public static void Coerce(ResourceType type, JsonObject obj, WriteParameters options, IReadOnlyList<string>? duplicates = null, Func<string, StatusException>? refuse = null, byte[]? original = null)
    {
        refuse ??= why => CannotBeHandled(type, obj, why);
        if (type.Strategy.DecodeProblem(type, obj) is { } undecodable) throw refuse(undecodable);
        var unknown = type.Strategy.Decode(type, obj);
        ObjectMetaForm.Apply(obj);
        if (options.FieldValidation != FieldValidation.Ignore && (unknown.Count > 0 || duplicates is { Count: > 0 }))
        {
            var problems = original is not null && !type.IsCustom
                ? [.. StrictOrder.Sort(original, unknown, duplicates ?? []).Select(p => $"{(p.IsDuplicate ? "duplicate" : "unknown")} field \"{p.Path}\"")]
                : (List<string>)[.. (duplicates ?? []).Select(p => p.Contains('"', StringComparison.Ordinal) ? p : $"duplicate field \"{p}\""), .. unknown.Select(p => $"unknown field \"{p}\"")];
            if (options.FieldValidation == FieldValidation.Strict) throw refuse("strict decoding error: " + string.Join(", ", problems));
            options.Warnings.AddRange(problems);
        }

        type.Strategy.ApplyDefaults(type, obj);
    }

    public static StatusException CannotBeHandled(ResourceType type, JsonObject obj, string why)
    {
        var version = (obj.Text("apiVersion") ?? type.ApiVersion).Split('/')[^1];
        return StatusErrors.BadRequest($"{obj.Text("kind") ?? type.Kind} in version {FieldCause.Quote(version)} cannot be handled as a {type.Kind}: {why}");
    }

    public static JsonObject ParseJson(ResourceType type, byte[] body, List<string>? duplicates)
    {
        if (GoJsonSyntax.Describe(body) is { } problem) throw Unrecognized(type, "couldn't get version/kind; json parse error: " + problem, body);
        var parsed = JsonTreeReader.Parse(body, duplicates);
        if (parsed is null) return [];
        if (parsed is not JsonObject obj)
            throw Unrecognized(type, $"couldn't get version/kind; json parse error: json: cannot unmarshal {GoTypeName(parsed)} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}", body);
        foreach (var member in (ReadOnlySpan<string>)["apiVersion", "kind"])
            if (obj[member] is { } value && GoTypeName(value) is var name && name != "string")
                throw Unrecognized(type, $"couldn't get version/kind; json parse error: json: cannot unmarshal {name} into Go struct field .{member} of type string", body);
        return obj;
    }

    /// <summary>Reads what clients of Go send for built-in kinds. A body that cannot be read whole is refused rather than read in part.</summary>
    public static JsonObject ParseProtobuf(ResourceType type, byte[] body)
    {
        try
        {
            return (type.IsCustom ? null : ProtobufBody.Read(body)) ?? throw StatusErrors.UnsupportedMediaType(AcceptedFormat.Supported);
        }
        catch (InvalidDataException e)
        {
            throw Unrecognized(type, "couldn't get version/kind; protobuf parse error: " + e.Message, body);
        }
    }

    public static JsonObject ParseYaml(ResourceType type, byte[] body)
    {
        try
        {
            return KubernetesYaml.ParseObject(Encoding.UTF8.GetString(body));
        }
        catch (KubernetesYamlException e)
        {
            throw Unrecognized(type, GoYamlProblem(e), body);
        }
    }

    private static StatusException Unrecognized(ResourceType type, string why, byte[] body) =>
        StatusErrors.BadRequest($"the object provided is unrecognized (must be of type {type.Kind}): {why} ({Summarize(body)})");

    private static string Summarize(byte[] body)
    {
        if (body.Length == 0) return "<empty>";
        if (body[0] == '{') return body.Length <= SummaryLength ? Encoding.UTF8.GetString(body) : Encoding.UTF8.GetString(body, 0, SummaryLength) + " ...";
        return body.Length <= SummaryLength ? Convert.ToHexStringLower(body) : Convert.ToHexStringLower(body, 0, SummaryLength) + " ...";
    }

    /// <summary>A fault of syntax as Go's YAML package names it: without the column, and without the line when it is the first.</summary>
    public static string GoYamlProblem(KubernetesYamlException fault)
    {
        var problem = fault.Problem;
        if (problem.StartsWith("while ", StringComparison.Ordinal) && problem.IndexOf(", ", StringComparison.Ordinal) is > 0 and var context) problem = problem[(context + 2)..];
        return fault.Line <= 1 ? $"yaml: {problem}" : string.Create(CultureInfo.InvariantCulture, $"yaml: line {fault.Line}: {problem}");
    }

    /// <summary>What Go calls the type of a JSON value.</summary>
    public static string GoTypeName(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => "string",
        JsonValue value when value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "bool",
        _ => "number",
    };

    private static void CheckKind(ResourceType type, JsonObject obj, byte[] original)
    {
        var (kind, version) = (obj.Text("kind"), obj.Text("apiVersion"));
        if (string.IsNullOrEmpty(kind) && type.IsCustom)
        {
            var text = original.Length > 0 ? original : Encoding.UTF8.GetBytes(obj.ToJsonString());
            throw Unrecognized(type, $"Object 'Kind' is missing in '{Encoding.UTF8.GetString(text)}'", text);
        }

        if (string.IsNullOrEmpty(kind)) obj["kind"] = kind = type.Kind;
        if (string.IsNullOrEmpty(version) && type.IsCustom) throw StatusErrors.BadRequest($"the API version in the data () does not match the expected API version ({type.ApiVersion})");
        if (string.IsNullOrEmpty(version)) obj["apiVersion"] = version = type.ApiVersion;
        if (kind == type.Kind && version == type.ApiVersion) return;
        if (!type.IsCustom) throw CannotBeHandled(type, obj, KindProblem(type, obj));
        if (version != type.ApiVersion) throw StatusErrors.BadRequest($"the API version in the data ({version}) does not match the expected API version ({type.ApiVersion})");
        throw StatusErrors.Invalid(type.GroupKind with { Resource = kind }, obj.Name(), [FieldCause.Invalid("kind", kind, $"must be {type.Kind}")]);
    }

    /// <summary>Why an object of another kind or version cannot be read as the built-in kind.</summary>
    public static string KindProblem(ResourceType type, JsonObject obj)
    {
        var (kind, version) = (obj.Text("kind") ?? "", obj.Text("apiVersion") ?? "");
        var internalPackage = type.Group.Length == 0 ? "core" : type.Group.Split('.')[0];
        return version == type.ApiVersion && BuiltinKindNames.IsKnown(type.Group, kind)
            ? $"converting ({type.Version}.{kind}) to ({internalPackage}.{type.Kind}): unknown conversion"
            : $"no kind {FieldCause.Quote(kind)} is registered for version {FieldCause.Quote(version)} in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
    }
}
