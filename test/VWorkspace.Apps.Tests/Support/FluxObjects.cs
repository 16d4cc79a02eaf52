using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Rendering;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>Flux objects as the controllers leave them.</summary>
internal static class FluxObjects
{
    public static HelmRelease Release(ApplicationInstance instance, params Condition[] conditions) => new()
    {
        Metadata = Meta(HelmReleaseRenderer.Render(instance, Values(instance), new(), null).Body),
        Spec = Spec(HelmReleaseRenderer.Render(instance, Values(instance), new(), null)),
        Status = new() { ObservedGeneration = conditions.Length == 0 ? -1 : conditions.Max(c => c.ObservedGeneration), Conditions = conditions },
    };

    public static ChartSource Source(ApplicationInstance instance, params Condition[] conditions) => new()
    {
        Metadata = Meta(ChartSourceRenderer.Render(instance, new(), null).Body),
        Spec = Spec(ChartSourceRenderer.Render(instance, new(), null)),
        Status = new() { ObservedGeneration = conditions.Length == 0 ? -1 : conditions.Max(c => c.ObservedGeneration), Conditions = conditions },
    };

    public static HelmRelease With(this HelmRelease release, params (int Version, string Status, string Chart)[] history) => release with
    {
        Status = release.Status with { History = [.. history.Select(h => new HelmRevision { Version = h.Version, Status = h.Status, ChartVersion = h.Chart })] },
    };

    public static HelmRelease Suspended(this HelmRelease release)
    {
        JsonObject spec = JsonObject.Create(release.Spec!.ToElement())!;
        spec["suspend"] = true;
        return release with { Spec = RawJson.Of(spec) };
    }

    public static HelmRelease Marked(this HelmRelease release, string key, string value) => release with
    {
        Metadata = release.Metadata with { Annotations = new Dictionary<string, string>(release.Metadata.Annotations, StringComparer.Ordinal) { [key] = value } },
    };

    public static Condition Cond(string type, string status, string reason, string message = "", DateTimeOffset? since = null) => new()
    {
        Type = type, Status = status, Reason = reason, Message = message, ObservedGeneration = 1, LastTransitionTime = since ?? Samples.Now.AddMinutes(-1),
    };

    public static Condition ReadyTrue => Cond("Ready", "True", "InstallSucceeded", "Helm install succeeded");

    public static Condition SourceReady => Cond("Ready", "True", "Succeeded", "stored artifact");

    /// <summary>Everything present and Ready.</summary>
    public static Observation Settled(ApplicationInstance instance) => new()
    {
        Instance = instance,
        NamespaceLabels = new Dictionary<string, string>(StringComparer.Ordinal),
        Source = Source(instance, SourceReady),
        Release = Release(instance, ReadyTrue).With((1, "deployed", "1.2.3")),
    };

    private static JsonObject? Values(ApplicationInstance instance) =>
        ValuesTree.Combine(instance.Spec.Integrations, instance.Spec.Values?.Source == ValuesSource.Inline ? ValuesTree.FromInline(instance.Spec.Values.Inline) : null, true).Values;

    private static ObjectMeta Meta(JsonObject body) =>
        ((JsonObject)body["metadata"]!.DeepClone()).Deserialize(KubernetesJson.Default.ObjectMeta)! with { Uid = "child-uid", Generation = 1, ResourceVersion = "5" };

    private static RawJson Spec(RenderedChild rendered) => RawJson.Of(rendered.Spec);
}
