using System.Security.Cryptography;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Discovery;

/// <summary>OpenAPI as clients need it: schemas by kind (<c>kubectl explain</c>), operations with their query parameters (server-side field validation).</summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private long _epoch;
    private (long Epoch, byte[] Bytes)? _swagger;

    /// <summary>The index of <c>/openapi/v3</c>.</summary>
    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var path in GroupVersionPaths(registry.Current))
        {
            var hash = Convert.ToHexString(SHA256.HashData(Find(path)!).AsSpan(0, 16));
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of one group and version, e.g. <c>apis/apps/v1</c>; null when it is not served.</summary>
    public byte[]? Find(string path)
    {
        var snapshot = registry.Current;
        lock (_gate)
        {
            if (_epoch != snapshot.Epoch)
            {
                _documents.Clear();
                _epoch = snapshot.Epoch;
            }

            if (_documents.TryGetValue(path, out var known)) return known;
            if (!GroupVersionPaths(snapshot).Contains(path, StringComparer.Ordinal)) return null;
            var document = CanonicalJson.Write(Build(snapshot, path));
            _documents[path] = document;
            return document;
        }
    }

    /// <summary>The Swagger 2 document as <see cref="SwaggerProtobuf"/> writes it.</summary>
    public byte[] SwaggerBytes()
    {
        var epoch = registry.Current.Epoch;
        lock (_gate)
        {
            if (_swagger is { } known && known.Epoch == epoch) return known.Bytes;
        }

        var bytes = SwaggerProtobuf.Write(Swagger());
        lock (_gate) _swagger = (epoch, bytes);
        return bytes;
    }

    /// <summary>Everything in one Swagger 2 document, for older clients that take JSON.</summary>
    public JsonObject Swagger()
    {
        var snapshot = registry.Current;
        var (paths, definitions) = (new JsonObject(), new JsonObject());
        foreach (var path in GroupVersionPaths(snapshot))
        {
            var document = Build(snapshot, path);
            foreach (var (name, item) in document["paths"]!.AsObject()) paths[name] = item!.DeepClone();
            foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject()) definitions[name] = schema!.DeepClone();
        }

        var text = new JsonObject { ["swagger"] = "2.0", ["info"] = Info(), ["paths"] = paths, ["definitions"] = definitions }.ToJsonString();
        return JsonNode.Parse(text.Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal))!.AsObject();
    }

    private static IEnumerable<string> GroupVersionPaths(ResourceRegistry.Snapshot snapshot) =>
        snapshot.All.Select(t => t.Group.Length == 0 ? "api/" + t.Version : $"apis/{t.Group}/{t.Version}").Distinct(StringComparer.Ordinal);

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "v1.36.2" };

    private static JsonObject Build(ResourceRegistry.Snapshot snapshot, string path)
    {
        var parts = path.Split('/');
        var (group, version) = parts.Length == 2 ? ("", parts[1]) : (parts[1], parts[2]);
        var types = snapshot.InVersion(group, version).ToList();
        var schemas = BuiltinSchemas.Definitions(group.Length == 0 ? version : $"{group}/{version}");
        if (types.Exists(t => t.IsCustom))
            foreach (var (name, schema) in BuiltinSchemas.Definitions("v1"))
                if (name.StartsWith(Meta, StringComparison.Ordinal) && !schemas.ContainsKey(name)) schemas[name] = schema!.DeepClone();

        var paths = new JsonObject();
        foreach (var type in types)
        {
            if (type.IsCustom && type.Strategy is Crds.CustomResourceStrategy custom) schemas[SchemaName(type)] = CustomSchema(type, custom.OpenApi);
            var prefix = "/" + path + (type.Namespaced ? "/namespaces/{namespace}/" : "/") + type.Plural;
            paths[prefix] = PathItem(type, type.Verbs.Contains("list", StringComparer.Ordinal) ? [("get", "list"), ("post", "post"), ("delete", "deletecollection")] : [("post", "post")]);
            if (type.Verbs.Contains("get", StringComparer.Ordinal)) paths[prefix + "/{name}"] = PathItem(type, [("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")]);
        }

        return new JsonObject { ["openapi"] = "3.0.0", ["info"] = Info(), ["paths"] = paths, ["components"] = new JsonObject { ["schemas"] = schemas } };
    }

    /// <summary>Group in reverse, version, kind: <c>com.example.demo.v1.Widget</c>.</summary>
    private static string SchemaName(ResourceType type) => string.Join('.', type.Group.Split('.').Reverse()) + $".{type.Version}.{type.Kind}";

    private static JsonObject CustomSchema(ResourceType type, JsonObject? openApi)
    {
        var schema = openApi?.Copy() ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "APIVersion defines the versioned schema of this representation of an object." };
        properties["kind"] = new JsonObject { ["type"] = "string", ["description"] = "Kind is a string value representing the REST resource this object represents." };
        properties["metadata"] = new JsonObject { ["description"] = "Standard object's metadata.", ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{Meta}ObjectMeta" }) };
        schema["x-kubernetes-group-version-kind"] = new JsonArray(Kind(type));
        return schema;
    }

    private static JsonObject Kind(ResourceType type) => new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };

    private static JsonObject PathItem(ResourceType type, IEnumerable<(string Method, string Action)> operations)
    {
        var item = new JsonObject();
        foreach (var (method, action) in operations)
        {
            var parameters = new JsonArray();
            if (method is "post" or "put" or "patch")
                foreach (var name in (ReadOnlySpan<string>)["dryRun", "fieldManager", "fieldValidation"]) parameters.Add(Parameter(name, "string"));
            if (method == "patch") parameters.Add(Parameter("force", "boolean"));
            item[method] = new JsonObject
            {
                ["parameters"] = parameters,
                ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                ["x-kubernetes-action"] = action,
                ["x-kubernetes-group-version-kind"] = Kind(type),
            };
        }

        return item;
    }

    private static JsonObject Parameter(string name, string type) => new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = type, ["uniqueItems"] = true } };
}
