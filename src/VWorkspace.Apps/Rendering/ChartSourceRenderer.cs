using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Rendering;

/// <summary>An object to be applied: where it lives, the body, and the spec for comparison.</summary>
internal sealed record RenderedChild(KubernetesResource Resource, ObjectKey Key, JsonObject Body, JsonObject Spec, string SpecHash);

/// <summary>Renders the chart source of an instance.</summary>
internal static class ChartSourceRenderer
{
    private const string HelmLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

    public static RenderedChild Render(ApplicationInstance instance, AppsOptions options, string? clusterId)
    {
        ChartReference chart = instance.Spec.Chart!;
        string name = ChildMetadata.SourceName(instance.Spec.Release!.Name);
        KubernetesResource resource = FluxResources.Source(chart.SourceType);
        JsonObject spec = chart.SourceType == ChartSourceType.Oci ? OciSpec(chart, options) : HelmSpec(chart, options);
        string hash = CanonicalJson.Hash(spec);
        var body = new JsonObject
        {
            ["apiVersion"] = resource.Kind.ApiVersion,
            ["kind"] = resource.Kind.Kind,
            ["metadata"] = ChildMetadata.Render(instance, name, clusterId, hash),
            ["spec"] = spec,
        };
        return new(resource, new(instance.Metadata.Namespace ?? string.Empty, name), body, spec, hash);
    }

    /// <summary>Address of one chart in a registry: the chart's name is added unless the address ends in it already.</summary>
    public static string OciUrl(ChartReference chart)
    {
        string url = chart.Url.TrimEnd('/');
        string last = url[(url.LastIndexOf('/') + 1)..];
        return last == chart.Name ? url : $"{url}/{chart.Name}";
    }

    private static JsonObject HelmSpec(ChartReference chart, AppsOptions options) => new()
    {
        ["url"] = chart.Url,
        ["interval"] = FluxDuration.Text(options.ChartSourceInterval),
        ["timeout"] = FluxDuration.Seconds(options.ChartSourceTimeout),
    };

    private static JsonObject OciSpec(ChartReference chart, AppsOptions options) => new()
    {
        ["url"] = OciUrl(chart),
        // A tag cannot hold a '+'; Helm pushes '_' in its place.
        ["ref"] = new JsonObject { ["tag"] = chart.Version.Replace('+', '_') },
        ["layerSelector"] = new JsonObject { ["mediaType"] = HelmLayer, ["operation"] = "copy" },
        ["interval"] = FluxDuration.Text(options.ChartSourceInterval),
        ["timeout"] = FluxDuration.Seconds(options.ChartSourceTimeout),
    };
}
