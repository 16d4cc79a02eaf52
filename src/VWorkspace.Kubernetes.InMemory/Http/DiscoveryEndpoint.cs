using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Discovery;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Answers the paths that are not resources: discovery, version, health, OpenAPI.</summary>
internal sealed class DiscoveryEndpoint(ApiCore core, Func<int> port)
{
    public static bool IsPublic(string path) => path is "/healthz" or "/readyz" or "/livez" or "/version"
        || path.StartsWith("/healthz/", StringComparison.Ordinal) || path.StartsWith("/readyz/", StringComparison.Ordinal) || path.StartsWith("/livez/", StringComparison.Ordinal);

    public async Task<bool> TryHandleAsync(HttpContext http, string path, CancellationToken ct)
    {
        if (IsPublic(path) && path != "/version")
        {
            await ObjectResponder.WriteTextAsync(http, 200, http.Request.Query.ContainsKey("verbose") ? HealthText(path) : "ok", ct).ConfigureAwait(false);
            return true;
        }

        var aggregated = AcceptedFormat.AggregatedDiscovery(http.Request.Headers.Accept.ToString());
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var snapshot = core.Registry.Current;
        switch (parts)
        {
            case ["version"]:
                await WriteAsync(DiscoveryDocuments.Version()).ConfigureAwait(false);
                return true;
            case []:
                await WriteAsync(DiscoveryDocuments.Paths(snapshot)).ConfigureAwait(false);
                return true;
            case ["api"] or ["apis"] when aggregated is not null:
                http.Response.Headers.Vary = "Accept";
                await ObjectResponder.WriteAsync(http, 200, CanonicalJson.Write(AggregatedDiscovery.Build(snapshot, parts[0] == "api", aggregated)), false, ct,
                    $"application/json;g=apidiscovery.k8s.io;v={aggregated};as=APIGroupDiscoveryList").ConfigureAwait(false);
                return true;
            case ["api"]:
                await WriteAsync(DiscoveryDocuments.ApiVersions($"127.0.0.1:{port().ToString(System.Globalization.CultureInfo.InvariantCulture)}")).ConfigureAwait(false);
                return true;
            case ["apis"]:
                await WriteAsync(DiscoveryDocuments.GroupList(snapshot)).ConfigureAwait(false);
                return true;
            case ["openapi", "v3"]:
                await WriteAsync(core.OpenApi.Index()).ConfigureAwait(false);
                return true;
            case ["openapi", "v3", .. var rest] when core.OpenApi.Find(string.Join('/', rest)) is { } document:
                await ObjectResponder.WriteAsync(http, 200, document, false, ct).ConfigureAwait(false);
                return true;
            case ["openapi", "v2"] when SwaggerProtobuf.IsAccepted(http.Request.Headers.Accept.ToString()):
                await ObjectResponder.WriteAsync(http, 200, core.OpenApi.SwaggerBytes(), false, ct, SwaggerProtobuf.MediaType).ConfigureAwait(false);
                return true;
            case ["openapi", "v2"]:
                await WriteAsync(core.OpenApi.Swagger()).ConfigureAwait(false);
                return true;
            case ["api", "v1"]:
                await WriteAsync(DiscoveryDocuments.Resources(snapshot, "", "v1")).ConfigureAwait(false);
                return true;
            case ["apis", var name] when snapshot.Groups.FirstOrDefault(g => g.Name == name) is { } group:
                await WriteAsync(DiscoveryDocuments.Group(group, withType: true)).ConfigureAwait(false);
                return true;
            case ["apis", var name, var version] when snapshot.InVersion(name, version).Any():
                await WriteAsync(DiscoveryDocuments.Resources(snapshot, name, version)).ConfigureAwait(false);
                return true;
            default:
                return false;
        }

        Task WriteAsync(System.Text.Json.Nodes.JsonObject document) => ObjectResponder.WriteAsync(http, 200, CanonicalJson.Write(document), false, ct);
    }

    private static string HealthText(string path) => $"[+]ping ok\n[+]log ok\n[+]etcd ok\n{path.Trim('/')} check passed\n";
}
