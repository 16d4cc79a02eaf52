using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>What people and Flux do, and what tests look at.</summary>
internal sealed partial class World
{
    /// <summary>An object as a text of a test has it, in the namespace of this world.</summary>
    public string Here(string text) => Own == Namespace ? text : text.Replace(Namespace, Own, StringComparison.Ordinal);

    public async Task ApplyAsync(string yaml)
    {
        JsonObject body = KubernetesYaml.ParseObject(Here(yaml));
        KubernetesResource<DynamicObject> resource = Resource((string)body["apiVersion"]!, (string)body["kind"]!);
        var key = new ObjectKey((string?)body["metadata"]!["namespace"] ?? string.Empty, (string)body["metadata"]!["name"]!);
        ApiResult<DynamicObject> answer = await Hands.PatchAsync(resource, key, Patch.Apply(body), new() { FieldManager = "kubectl", Force = true }, default);
        _ = answer.Value;
    }

    public async Task PatchAsync(KubernetesResource resource, string name, string yaml, string? subresource = null)
    {
        ApiResult<DynamicObject> answer = await Hands.PatchAsync(
            Raw(resource), Key(resource, name), Patch.Merge(KubernetesYaml.ParseObject(Here(yaml))), new() { FieldManager = "hands", Subresource = subresource }, default);
        _ = answer.Value;
    }

    public Task AnnotateAsync(string name, string key, string? value) =>
        PatchAsync(ApiResources.ApplicationInstances, name, $"{{metadata: {{annotations: {{\"{key}\": {(value is null ? "null" : $"\"{value}\"")}}}}}}}");

    public async Task DeleteAsync(KubernetesResource resource, string name, string? @namespace = null) =>
        _ = (await Hands.DeleteAsync(resource, @namespace is null ? Key(resource, name) : new(@namespace, name), new(), default)).Value;

    public async Task<T?> FindAsync<T>(KubernetesResource<T> resource, string name) where T : class, IKubernetesObject =>
        (await Hands.GetAsync(resource, Key(resource, name), default)).ValueOrNullIfNotFound();

    public async Task<DynamicObject?> FindRawAsync(KubernetesResource resource, string name) => await FindAsync(Raw(resource), name);

    /// <summary>All objects of a kind in the namespace of this world; none while the kind is not served.</summary>
    public IReadOnlyList<JsonObject> All(string apiVersion, string kind)
    {
        try
        {
            return Server.List(apiVersion, kind, Own);
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    /// <summary>Waits until an instance shows conditions such as <c>Ready=True/HelmReleaseReady</c>.</summary>
    public async Task<ApplicationInstance> ShowsAsync(string name, params string[] conditions)
    {
        ApplicationInstance? found = null;
        await UntilAsync(
            async () =>
            {
                found = await FindAsync(ApiResources.ApplicationInstances, name);
                return found is not null && conditions.All(c => found.Status.Conditions.Any(s => StatusHistory.Text(s) == c));
            },
            () => $"{name} shows {string.Join(", ", conditions)}; it shows {string.Join(", ", found?.Status.Conditions.Select(c => $"{StatusHistory.Text(c)} ({c.Message})") ?? [])}");
        return found!;
    }

    public async Task<T> ExistsAsync<T>(KubernetesResource<T> resource, string name, Func<T, bool>? that = null) where T : class, IKubernetesObject
    {
        T? found = null;
        await UntilAsync(async () => (found = await FindAsync(resource, name)) is not null && (that?.Invoke(found) ?? true), () => $"{resource.QualifiedName} {name} is as expected");
        return found!;
    }

    public Task GoneAsync(KubernetesResource resource, string name) =>
        UntilAsync(async () => await FindRawAsync(resource, name) is null, () => $"{resource.QualifiedName} {name} is gone");

    /// <summary>What Flux writes into the status of a release.</summary>
    public async Task FluxSaysAsync(string release, string conditions, string history = "[]")
    {
        HelmRelease found = await ExistsAsync(FluxResources.HelmReleases, release);
        long generation = found.Metadata.Generation;
        // Like helm-controller: which artifact of a registry was tried.
        string? revision = (await FindAsync(FluxResources.OciRepositories, release + "-source"))?.Status.Artifact?.Revision;
        string digest = revision is null ? "null" : revision[(revision.IndexOf('@', StringComparison.Ordinal) + 1)..];
        await PatchAsync(FluxResources.HelmReleases, release,
            $"{{status: {{observedGeneration: {generation}, lastAttemptedRevisionDigest: {digest}, history: {history}, conditions: {Stamp(conditions, generation)}}}}}", "status");
    }

    /// <summary>What Flux writes into the status of a source.</summary>
    public async Task SourceSaysAsync(KubernetesResource<ChartSource> resource, string name, string conditions)
    {
        ChartSource found = await ExistsAsync(resource, name);
        long generation = found.Metadata.Generation;
        string artifact = resource == FluxResources.OciRepositories && conditions.Contains("Succeeded", StringComparison.Ordinal)
            ? $"{{revision: {found.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString()}@sha256:{generation}}}"
            : "null";
        await PatchAsync(resource, name, $"{{status: {{observedGeneration: {generation}, artifact: {artifact}, conditions: {Stamp(conditions, generation)}}}}}", "status");
    }

    public async Task InstalledAsync(string release = "wiki", string chart = "1.2.3", int revision = 1)
    {
        await SourceSaysAsync(FluxResources.OciRepositories, release + "-source", "[{type: Ready, status: \"True\", reason: Succeeded, message: stored}]");
        await FluxSaysAsync(release, "[{type: Ready, status: \"True\", reason: InstallSucceeded, message: installed}]", $"[{{version: {revision}, status: deployed, chartVersion: {chart}}}]");
    }

    /// <summary>Conditions with the generation, the clock and a message where they have none; those that say the same as before keep their time.</summary>
    public string Stamp(string conditions, long generation, IReadOnlyList<Condition>? before = null)
    {
        JsonNode list = KubernetesYaml.Parse(conditions)[0];
        foreach (JsonObject item in list.AsArray().Cast<JsonObject>())
        {
            Condition? old = before?.Find((string)item["type"]!);
            DateTimeOffset since = old?.Status == (string?)item["status"] && old?.LastTransitionTime is { } known ? known : Clock.GetUtcNow();
            item["observedGeneration"] ??= generation;
            item["lastTransitionTime"] ??= KubernetesTimeConverter.ToText(since);
            item["message"] ??= string.Empty;
        }

        return list.ToJsonString();
    }

    private ObjectKey Key(KubernetesResource resource, string name) => new(resource.Namespaced ? Own : string.Empty, name);

    private static KubernetesResource<DynamicObject> Raw(KubernetesResource resource) => new(resource.Kind, resource.Plural, resource.Namespaced, KubernetesJson.Default.DynamicObject);

    private static KubernetesResource<DynamicObject> Resource(string apiVersion, string kind) => DynamicObject.Resource(
        GroupVersionKind.Parse(apiVersion, kind),
        kind switch
        {
            "HelmRepository" => "helmrepositories",
            "OCIRepository" => "ocirepositories",
            "Ingress" => "ingresses",
            _ => kind.ToLowerInvariant() + "s",
        },
        kind != "Namespace");
}
