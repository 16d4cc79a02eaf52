using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>
/// The schemas of the kinds that the API server brings along. A package of types is read when one of its kinds is asked for first; a kind's
/// OpenAPI and merge schema are built when they are first used. Thread-safe; what is handed out is shared and must not be changed.
/// </summary>
internal static class BuiltinSchemas
{
    /// <summary>The resource of each API version; shared types are in <c>meta</c>.</summary>
    private static readonly Dictionary<string, string> Resources = new(StringComparer.Ordinal)
    {
        ["v1"] = "core",
        ["apps/v1"] = "apps",
        ["batch/v1"] = "batch",
        ["coordination.k8s.io/v1"] = "coordination",
        ["events.k8s.io/v1"] = "events",
        ["networking.k8s.io/v1"] = "networking",
        ["rbac.authorization.k8s.io/v1"] = "rbac",
        ["apiextensions.k8s.io/v1"] = "apiextensions",
        ["admissionregistration.k8s.io/v1"] = "admissionregistration",
        ["storage.k8s.io/v1"] = "storage",
        ["policy/v1"] = "policy",
        ["scheduling.k8s.io/v1"] = "scheduling",
        ["discovery.k8s.io/v1"] = "discovery",
        ["autoscaling/v1"] = "autoscaling-v1",
        ["autoscaling/v2"] = "autoscaling-v2",
        ["certificates.k8s.io/v1"] = "certificates",
        ["node.k8s.io/v1"] = "node",
        ["authentication.k8s.io/v1"] = "authentication",
        ["authorization.k8s.io/v1"] = "authorization",
        ["apiregistration.k8s.io/v1"] = "apiregistration",
    };

    private static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, BuiltinType>>> Packages = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string ApiVersion, string Kind), BuiltinKind?> Kinds = new();

    /// <summary>The API versions that have schemas.</summary>
    public static IReadOnlyCollection<string> ApiVersions => Resources.Keys;

    /// <summary>The schema of a kind; null when there is none.</summary>
    public static BuiltinKind? Find(string group, string version, string kind) => Find(group.Length == 0 ? version : group + "/" + version, kind);

    /// <summary>The schema of a kind; null when there is none.</summary>
    public static BuiltinKind? Find(string apiVersion, string kind) => Kinds.GetOrAdd((apiVersion, kind), static key =>
        Resources.TryGetValue(key.ApiVersion, out var resource) && Package(resource).TryGetValue(key.Kind, out var type) && type.IsKind ? new BuiltinKind(type) : null);

    /// <summary>The kinds of an API version.</summary>
    public static IEnumerable<BuiltinKind> KindsOf(string apiVersion) => Resources.TryGetValue(apiVersion, out var resource)
        ? Package(resource).Values.Where(t => t.IsKind).Select(t => Find(apiVersion, t.Name)!)
        : [];

    /// <summary>
    /// The <c>components.schemas</c> of an API version's OpenAPI v3 document: its types and all they refer to, tied by <c>$ref</c>. A new object each time.
    /// </summary>
    public static JsonObject Definitions(string apiVersion) =>
        Resources.TryGetValue(apiVersion, out var resource) ? BuiltinOpenApi.Definitions(Package(resource).Values) : [];

    /// <summary>A type of the shared package, e.g. <c>ObjectMeta</c>.</summary>
    internal static BuiltinType Shared(string name) => Package("meta")[name];

    private static Dictionary<string, BuiltinType> Package(string resource) =>
        Packages.GetOrAdd(resource, static name => new Lazy<Dictionary<string, BuiltinType>>(() => Read(name))).Value;

    private static Dictionary<string, BuiltinType> Read(string resource)
    {
        using var stream = typeof(BuiltinSchemas).Assembly.GetManifestResourceStream($"schemas/{resource}.schema")
            ?? throw new InvalidOperationException("missing resource " + resource);
        using var reader = new StreamReader(stream);
        var types = SchemaTextReader.Read(reader).ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var type in types.Values)
        {
            foreach (var field in type.Fields)
            {
                field.Type.Resolve(name => Resolve(name, types, resource));
            }
        }

        return types;
    }

    private static BuiltinType Resolve(string name, Dictionary<string, BuiltinType> own, string resource)
    {
        if (own.TryGetValue(name, out var type) || (resource != "meta" && Package("meta").TryGetValue(name, out type)))
        {
            return type;
        }

        // Workloads refer to the pod's types; nothing in core refers back.
        return resource is not ("meta" or "core") && Package("core").TryGetValue(name, out type)
            ? type
            : throw new InvalidOperationException($"type {name} is not declared for {resource}");
    }
}
