using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What every chart of the sandbox renders: a Deployment, a Service and, with <c>ingress.enabled</c>, an Ingress.</summary>
internal static class ChartManifest
{
    private const int MaxReplicas = 100;

    private static readonly Dictionary<string, KubernetesResource<DynamicObject>> Resources = new(StringComparer.Ordinal)
    {
        ["Deployment"] = DynamicObject.Resource(new("apps", "v1", "Deployment"), "deployments"),
        ["Service"] = DynamicObject.Resource(new(string.Empty, "v1", "Service"), "services"),
        ["Ingress"] = DynamicObject.Resource(new("networking.k8s.io", "v1", "Ingress"), "ingresses"),
    };

    /// <summary>The resource of a kind that <see cref="Render"/> makes.</summary>
    public static KubernetesResource<DynamicObject> ResourceOf(JsonObject obj) => Resources[(string)obj["kind"]!];

    /// <summary>Name and namespace of a rendered object.</summary>
    public static ObjectKey KeyOf(JsonObject obj) => new((string)obj["metadata"]!["namespace"]!, (string)obj["metadata"]!["name"]!);

    /// <summary>Id of an object in a HelmRelease's inventory.</summary>
    public static InventoryEntry InventoryOf(JsonObject obj)
    {
        GroupVersionKind kind = ResourceOf(obj).Kind;
        ObjectKey key = KeyOf(obj);
        return new($"{key.Namespace}_{key.Name}_{kind.Group}_{kind.Kind}", kind.Version);
    }

    /// <summary>The objects of a release.</summary>
    /// <param name="owner">The HelmRelease, whose origin labels helm-controller puts on everything.</param>
    /// <param name="release">Name of the Helm release.</param>
    /// <param name="namespace">Target namespace.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="values">Composed values.</param>
    public static IReadOnlyList<JsonObject> Render(ObjectKey owner, string release, string @namespace, ChartPackage chart, JsonObject values)
    {
        JsonObject Metadata() => new()
        {
            ["name"] = release,
            ["namespace"] = @namespace,
            ["labels"] = new JsonObject
            {
                ["app.kubernetes.io/instance"] = release,
                ["app.kubernetes.io/managed-by"] = "Helm",
                ["app.kubernetes.io/name"] = chart.Name,
                ["helm.toolkit.fluxcd.io/name"] = owner.Name,
                ["helm.toolkit.fluxcd.io/namespace"] = owner.Namespace,
            },
            ["annotations"] = new JsonObject { ["meta.helm.sh/release-name"] = release, ["meta.helm.sh/release-namespace"] = @namespace },
        };
        JsonObject Selector() => new() { ["app.kubernetes.io/instance"] = release, ["app.kubernetes.io/name"] = chart.Name };

        int replicas = values["replicaCount"] is JsonValue count && count.TryGetValue(out int wanted) ? Math.Clamp(wanted, 0, MaxReplicas) : 1;
        string image = Text(values["image"]?["repository"]) ?? chart.Name;
        string tag = Text(values["image"]?["tag"]) ?? chart.AppVersion;
        List<JsonObject> objects =
        [
            new()
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = Metadata(),
                ["spec"] = new JsonObject
                {
                    ["replicas"] = replicas,
                    ["selector"] = new JsonObject { ["matchLabels"] = Selector() },
                    ["template"] = new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["labels"] = Selector() },
                        ["spec"] = new JsonObject
                        {
                            ["containers"] = new JsonArray(new JsonObject { ["name"] = chart.Name, ["image"] = $"{image}:{tag}" }),
                        },
                    },
                },
            },
            new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Service",
                ["metadata"] = Metadata(),
                ["spec"] = new JsonObject
                {
                    ["selector"] = Selector(),
                    ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80, ["targetPort"] = 8080, ["protocol"] = "TCP" }),
                },
            },
        ];
        if (Ingress(values["ingress"] as JsonObject, release, Metadata()) is { } ingress) objects.Add(ingress);
        return objects;
    }

    private static JsonObject? Ingress(JsonObject? ingress, string release, JsonObject metadata)
    {
        if (ingress?["enabled"] is not JsonValue enabled || !enabled.TryGetValue(out bool on) || !on) return null;
        JsonNode? first = ingress["hosts"] is JsonArray { Count: > 0 } hosts ? hosts[0] : null;
        if ((Text(ingress["host"]) ?? Text(first) ?? Text((first as JsonObject)?["host"])) is not { } host) return null;
        var spec = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["host"] = host,
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(new JsonObject
                    {
                        ["path"] = "/",
                        ["pathType"] = "Prefix",
                        ["backend"] = new JsonObject
                        {
                            ["service"] = new JsonObject { ["name"] = release, ["port"] = new JsonObject { ["name"] = "http" } },
                        },
                    }),
                },
            }),
        };
        if (ingress["tls"] is JsonArray { Count: > 0 } or JsonValue)
            spec["tls"] = new JsonArray(new JsonObject { ["hosts"] = new JsonArray(host), ["secretName"] = $"{release}-tls" });
        return new() { ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "Ingress", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;
}
