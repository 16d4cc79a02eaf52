using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>
/// The APIServices of the versions that this server handles itself, as the aggregator keeps them. They are brought up to date when somebody asks for
/// APIServices, so that a server nobody asks pays nothing for them.
/// </summary>
internal static class ApiServiceCatalog
{
    public const string StorageKey = "apiservices.apiregistration.k8s.io";
    private const string ApiVersion = "apiregistration.k8s.io/v1";
    private const string Managed = "kube-aggregator.kubernetes.io/automanaged";

    /// <summary>The order of the built-in groups (upstream: <c>apiVersionPriorities</c>).</summary>
    private static readonly Dictionary<string, int> GroupPriorities = new(StringComparer.Ordinal)
    {
        [""] = 18000,
        ["apps"] = 17800,
        ["events.k8s.io"] = 17750,
        ["authentication.k8s.io"] = 17700,
        ["authorization.k8s.io"] = 17600,
        ["autoscaling"] = 17500,
        ["batch"] = 17400,
        ["certificates.k8s.io"] = 17300,
        ["networking.k8s.io"] = 17200,
        ["policy"] = 17100,
        ["rbac.authorization.k8s.io"] = 17000,
        ["storage.k8s.io"] = 16800,
        ["apiextensions.k8s.io"] = 16700,
        ["admissionregistration.k8s.io"] = 16700,
        ["scheduling.k8s.io"] = 16600,
        ["coordination.k8s.io"] = 16500,
        ["node.k8s.io"] = 16300,
        ["discovery.k8s.io"] = 16200,
    };

    public static async Task SyncAsync(ApiCore core, CancellationToken ct)
    {
        var snapshot = core.Registry.Current;
        var type = core.Registry.FindKind(ApiVersion, "APIService")!;
        var options = new WriteParameters { User = ApiCore.SystemUser, FieldManager = "kube-apiserver" };
        // The aggregator's own group has no APIService.
        var served = snapshot.All.Where(t => t.Group != "apiregistration.k8s.io").GroupBy(t => (t.Group, t.Version)).ToDictionary(g => (g.Key.Version + "." + g.Key.Group), g => g.First(), StringComparer.Ordinal);
        foreach (var (name, resource) in served)
        {
            if (core.Store.Find(StorageKey, "", name) is not null) continue;
            try
            {
                await core.Writer.CreateAsync(type, "", BodyReader.Decode(type, Describe(name, resource.Group, resource.Version, resource.IsCustom), options), options, ct).ConfigureAwait(false);
                var source = new UpdateSource { Change = live => Available(live, core.Time), IsPatch = true };
                await core.Writer.UpdateAsync(type, "", name, "status", source, options, ct).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Code is 404 or 409)
            {
                // Another request was faster.
            }
        }

        foreach (var stale in core.Store.Read(StorageKey).Objects.Where(s => s.Node["metadata"].Child("labels").Text(Managed) is not null && !served.ContainsKey(s.Name)).ToList())
            core.Store.Remove(StorageKey, stale);
    }

    private static JsonObject Describe(string name, string group, string version, bool isCustom)
    {
        var spec = new JsonObject { ["version"] = version, ["groupPriorityMinimum"] = isCustom ? 1000 : GroupPriorities.GetValueOrDefault(group, 16000), ["versionPriority"] = isCustom ? 100 : group.Length == 0 ? 1 : version == "v2" ? 30 : 15 };
        if (group.Length > 0) spec["group"] = group;
        return new JsonObject
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = "APIService",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [Managed] = isCustom ? "true" : "onstart" } },
            ["spec"] = spec,
        };
    }

    private static JsonObject Available(JsonObject live, TimeProvider time)
    {
        var copy = live.Copy();
        copy["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Available", ["status"] = "True", ["lastTransitionTime"] = Timestamps.Format(time.GetUtcNow()), ["reason"] = "Local", ["message"] = "Local APIServices are always available" }),
        };
        return copy;
    }
}
