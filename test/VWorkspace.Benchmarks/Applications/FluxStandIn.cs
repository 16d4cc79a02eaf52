using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks.Applications;

/// <summary>
/// What Flux writes into status, and nothing else: a source is stored at once, a release shows progress at once and is Ready after a pause. It has a
/// connection and caches of its own, so that its calls can be told from those of the operator.
/// </summary>
internal static class FluxStandIn
{
    public const string UserAgent = "flux-stand-in";

    public static readonly KubernetesResource<DynamicObject> Sources =
        DynamicObject.Resource(new("source.toolkit.fluxcd.io", "v1", "OCIRepository"), "ocirepositories");

    public static readonly KubernetesResource<DynamicObject> Releases =
        DynamicObject.Resource(new("helm.toolkit.fluxcd.io", "v2", "HelmRelease"), "helmreleases");

    public static void AddTo(IControllerManager manager, TimeSpan actionTime)
    {
        var options = new ControllerOptions { MaxConcurrentReconciles = 4 };
        manager.AddController("sources").For(Sources, IsNewGeneration).With(options).Reconcile(new SourceReconciler(manager));
        manager.AddController("releases").For(Releases, IsNewGeneration).With(options).Reconcile(new ReleaseReconciler(manager, actionTime));
    }

    private static bool IsNewGeneration(DynamicObject? previous, DynamicObject? current) => previous?.Metadata.Generation != current?.Metadata.Generation;

    private static JsonObject Condition(IControllerManager manager, DynamicObject of, string type, string status, string reason) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["reason"] = reason,
        ["message"] = reason,
        ["observedGeneration"] = of.Metadata.Generation,
        ["lastTransitionTime"] = manager.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    };

    private static async Task WriteAsync(IControllerManager manager, KubernetesResource<DynamicObject> resource, ObjectKey key, JsonObject status, CancellationToken cancellationToken)
    {
        ApiResult<DynamicObject> answer = await manager.Client.PatchAsync(
            resource, key, Patch.Merge(new JsonObject { ["status"] = status }), new() { FieldManager = UserAgent, Subresource = "status" }, cancellationToken);
        if (answer.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
    }

    private sealed class SourceReconciler(IControllerManager manager) : IReconciler
    {
        private readonly IObjectStore<DynamicObject> _sources = manager.Cache.Informer(Sources).Store;

        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            if (_sources.Get(key) is not { } source || (long?)source.Json["status"]?["observedGeneration"] == source.Metadata.Generation) return ReconcileResult.Done;
            string tag = (string)source.Json["spec"]!["ref"]!["tag"]!;
            await WriteAsync(manager, Sources, key, new()
            {
                ["observedGeneration"] = source.Metadata.Generation,
                ["artifact"] = new JsonObject
                {
                    ["revision"] = $"{tag}@sha256:{new string('a', 64)}",
                    ["digest"] = $"sha256:{new string('a', 64)}",
                    ["path"] = $"ocirepository/{key.Namespace}/{key.Name}.tgz",
                    ["url"] = $"http://source-controller/{key.Namespace}/{key.Name}.tgz",
                    ["lastUpdateTime"] = "2026-01-01T00:00:00Z",
                },
                ["conditions"] = new JsonArray(Condition(manager, source, "Ready", "True", "Succeeded")),
            }, cancellationToken);
            return ReconcileResult.Done;
        }
    }

    private sealed class ReleaseReconciler(IControllerManager manager, TimeSpan actionTime) : IReconciler
    {
        private readonly IObjectStore<DynamicObject> _releases = manager.Cache.Informer(Releases).Store;

        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            if (_releases.Get(key) is not { } release) return ReconcileResult.Done;
            JsonNode? status = release.Json["status"];
            long generation = release.Metadata.Generation;
            if ((long?)status?["observedGeneration"] == generation) return ReconcileResult.Done;
            JsonNode? ready = status?["conditions"]?.AsArray().FirstOrDefault(c => (string?)c!["type"] == "Ready");
            if (!((string?)ready?["status"] == "Unknown" && (long?)ready["observedGeneration"] == generation))
            {
                await WriteAsync(manager, Releases, key, new()
                {
                    ["conditions"] = new JsonArray(
                        Condition(manager, release, "Ready", "Unknown", "Progressing"), Condition(manager, release, "Reconciling", "True", "Progressing")),
                }, cancellationToken);
                return ReconcileResult.RequeueAfter(actionTime);
            }

            await WriteAsync(manager, Releases, key, new()
            {
                ["observedGeneration"] = generation,
                ["lastAttemptedRevisionDigest"] = $"sha256:{new string('a', 64)}",
                ["history"] = new JsonArray(new JsonObject
                {
                    ["name"] = key.Name, ["namespace"] = key.Namespace, ["version"] = generation, ["status"] = "deployed",
                    ["chartName"] = "wiki", ["chartVersion"] = "1.2.3", ["configDigest"] = "sha256:0", ["digest"] = "sha256:0",
                    ["firstDeployed"] = "2026-01-01T00:00:00Z", ["lastDeployed"] = "2026-01-01T00:00:00Z",
                }),
                ["conditions"] = new JsonArray(Condition(manager, release, "Ready", "True", "InstallSucceeded")),
            }, cancellationToken);
            return ReconcileResult.Done;
        }
    }
}
