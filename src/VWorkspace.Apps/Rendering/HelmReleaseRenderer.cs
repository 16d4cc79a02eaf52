using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Rendering;

/// <summary>Renders the HelmRelease of an instance.</summary>
internal static class HelmReleaseRenderer
{
    /// <param name="instance">A valid, managed instance.</param>
    /// <param name="values">Content of <c>spec.values</c>, or null.</param>
    /// <param name="options">Intervals and time-outs.</param>
    /// <param name="clusterId">Registered identity, or null.</param>
    public static RenderedChild Render(ApplicationInstance instance, JsonObject? values, AppsOptions options, string? clusterId)
    {
        ReleaseIdentity release = instance.Spec.Release!;
        KubernetesResource resource = FluxResources.HelmReleases;
        JsonObject spec = Spec(instance, release, values, options);
        string hash = CanonicalJson.Hash(spec);
        var body = new JsonObject
        {
            ["apiVersion"] = resource.Kind.ApiVersion,
            ["kind"] = resource.Kind.Kind,
            ["metadata"] = ChildMetadata.Render(instance, release.Name, clusterId, hash),
            ["spec"] = spec,
        };
        return new(resource, new(instance.Metadata.Namespace ?? string.Empty, release.Name), body, spec, hash);
    }

    private static JsonObject Spec(ApplicationInstance instance, ReleaseIdentity release, JsonObject? values, AppsOptions options)
    {
        ChartReference chart = instance.Spec.Chart!;
        var spec = new JsonObject
        {
            ["interval"] = FluxDuration.Text(options.HelmReleaseInterval),
            ["timeout"] = FluxDuration.Text(options.HelmReleaseTimeout),
            // Explicit: Flux would otherwise put the target namespace in front of the name.
            ["releaseName"] = release.Name,
            ["targetNamespace"] = release.Namespace,
            ["storageNamespace"] = release.Namespace,
            ["maxHistory"] = options.MaxHistory,
        };
        string source = ChildMetadata.SourceName(release.Name);
        if (chart.SourceType == ChartSourceType.Oci) spec["chartRef"] = Reference("OCIRepository", source, release.Namespace);
        else
        {
            spec["chart"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["chart"] = chart.Name,
                    ["version"] = chart.Version,
                    ["sourceRef"] = Reference("HelmRepository", source, release.Namespace),
                    ["reconcileStrategy"] = "ChartVersion",
                },
            };
        }

        spec["install"] = new JsonObject { ["createNamespace"] = false, ["remediation"] = new JsonObject { ["retries"] = options.InstallRetries } };
        spec["upgrade"] = new JsonObject
        {
            ["cleanupOnFail"] = true,
            ["remediation"] = new JsonObject { ["retries"] = options.UpgradeRetries, ["remediateLastFailure"] = true },
        };
        spec["rollback"] = new JsonObject { ["timeout"] = FluxDuration.Text(options.RollbackTimeout), ["cleanupOnFail"] = true, ["recreate"] = false };
        spec["driftDetection"] = new JsonObject { ["mode"] = "warn" };
        if (ValuesFrom(instance.Spec.Values) is { } reference) spec["valuesFrom"] = new JsonArray(reference);
        if (values is { Count: > 0 }) spec["values"] = values.DeepClone();
        return spec;
    }

    private static JsonObject Reference(string kind, string name, string @namespace) => new() { ["kind"] = kind, ["name"] = name, ["namespace"] = @namespace };

    private static JsonObject? ValuesFrom(ApplicationValues? values) => values?.Source switch
    {
        ValuesSource.SecretRef => ValuesFrom("Secret", values.SecretRef!),
        ValuesSource.ConfigMapRef => ValuesFrom("ConfigMap", values.ConfigMapRef!),
        _ => null,
    };

    private static JsonObject ValuesFrom(string kind, ValuesReference reference) => new()
    {
        ["kind"] = kind,
        ["name"] = reference.Name,
        ["valuesKey"] = reference.Key,
        ["optional"] = false,
    };
}
