using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;

namespace VWorkspace.Apps.Deciding;

/// <summary>Derives the addresses of an application from its Ingresses, else from its values. Pure.</summary>
internal static class EndpointFinder
{
    /// <summary>Type of the endpoints that an Ingress names.</summary>
    public const string FromIngress = "ingress";

    /// <summary>Sorted by name, unique by address.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="values">Effective inline values, or null.</param>
    /// <param name="ingresses">Ingresses of the release; null when they could not be read.</param>
    public static IReadOnlyList<ApplicationEndpoint> Find(ApplicationInstance instance, JsonObject? values, IReadOnlyList<Ingress>? ingresses)
    {
        List<ApplicationEndpoint> found = ingresses is { Count: > 0 } ? FromIngresses(ingresses) : [];
        if (found.Count == 0) found = FromValues(instance, values);
        return
        [
            .. found.DistinctBy(e => e.Url, StringComparer.Ordinal).OrderBy(e => e.Name, StringComparer.Ordinal).ThenBy(e => e.Url, StringComparer.Ordinal),
        ];
    }

    private static List<ApplicationEndpoint> FromIngresses(IReadOnlyList<Ingress> ingresses)
    {
        var found = new List<ApplicationEndpoint>();
        foreach (Ingress ingress in ingresses)
        {
            var secure = ingress.Spec.Tls.SelectMany(t => t.Hosts).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (IngressRule rule in ingress.Spec.Rules)
                if (!string.IsNullOrWhiteSpace(rule.Host)) found.Add(Endpoint(rule.Host, secure.Contains(rule.Host), FromIngress));
        }

        return found;
    }

    private static List<ApplicationEndpoint> FromValues(ApplicationInstance instance, JsonObject? values)
    {
        JsonObject? ingress = values?["ingress"] as JsonObject;
        ApplicationIntegrations? integrations = instance.Spec.Integrations;
        bool secure = integrations?.CertManager is { Enabled: true } || HasTls(ingress?["tls"]);
        var hosts = new List<string?>();
        if (integrations?.Ingress is { Enabled: true } shortcut) hosts.Add(shortcut.Host);
        if (Text(ingress?["enabled"]) is not "false")
        {
            hosts.Add(Text(ingress?["host"]));
            if (ingress?["hosts"] is JsonArray list) hosts.AddRange(list.Select(item => item is JsonObject entry ? Text(entry["host"]) : Text(item)));
        }

        return [.. hosts.Where(h => !string.IsNullOrWhiteSpace(h)).Select(h => Endpoint(h!, secure, "values"))];
    }

    private static bool HasTls(JsonNode? tls) => tls switch
    {
        JsonArray list => list.Count > 0,
        JsonObject members => Text(members["enabled"]) is not "false" && members.Count > 0,
        JsonValue value => value.GetValueKind() == JsonValueKind.True,
        _ => false,
    };

    private static string? Text(JsonNode? node) => node is JsonValue value
        ? value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.False => "false",
            _ => null,
        }
        : null;

    private static ApplicationEndpoint Endpoint(string host, bool secure, string type) => new() { Name = host, Url = $"{(secure ? "https" : "http")}://{host}", Type = type };
}
