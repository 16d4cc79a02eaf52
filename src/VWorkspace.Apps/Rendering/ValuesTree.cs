using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Rendering;

/// <summary>Chart values: the shortcuts of <c>spec.integrations</c> under the explicit values.</summary>
internal static class ValuesTree
{
    /// <summary>What becomes of the values of an instance.</summary>
    /// <param name="Values">What goes into <c>spec.values</c>; null when there is nothing.</param>
    /// <param name="Overlaps">Dotted keys that a shortcut and the explicit values both set, sorted.</param>
    internal sealed record Result(JsonObject? Values, IReadOnlyList<string> Overlaps);

    /// <summary>Combines.</summary>
    /// <param name="integrations">The shortcuts, or null.</param>
    /// <param name="explicitValues">The explicit values: inline, or the parsed document of a reference; null when not known.</param>
    /// <param name="includeExplicit">True for inline values; a referenced document never enters the object.</param>
    public static Result Combine(ApplicationIntegrations? integrations, JsonObject? explicitValues, bool includeExplicit)
    {
        var overlaps = new List<string>();
        var fragment = new JsonObject();
        foreach ((string path, JsonNode value) in Fragments(integrations))
        {
            if (IsSet(explicitValues, path)) overlaps.Add(path);
            else Put(fragment, path, value);
        }

        overlaps.Sort(StringComparer.Ordinal);
        JsonObject result = includeExplicit && explicitValues is not null ? Merge(fragment, explicitValues) : fragment;
        return new(result.Count == 0 ? null : result, overlaps);
    }

    /// <summary>Mappings key by key, everything else replaces. Numbers keep the text in which they were written.</summary>
    public static JsonObject Merge(JsonObject under, JsonObject over)
    {
        var merged = (JsonObject)under.DeepClone();
        foreach ((string key, JsonNode? value) in over)
            merged[key] = value is JsonObject right && merged[key] is JsonObject left ? Merge(left, right) : value?.DeepClone();
        return merged;
    }

    /// <summary>An inline tree as it was stored; empty when it is not an object.</summary>
    public static JsonObject FromInline(RawJson? inline) =>
        inline?.ToElement() is { ValueKind: JsonValueKind.Object } element ? JsonObject.Create(element) ?? [] : [];

    private static IEnumerable<(string Path, JsonNode Value)> Fragments(ApplicationIntegrations? integrations)
    {
        if (integrations is null) yield break;
        if (integrations.Ingress is { Enabled: true } ingress)
        {
            yield return ("ingress.enabled", JsonValue.Create(true));
            if (!string.IsNullOrWhiteSpace(ingress.Host)) yield return ("ingress.host", JsonValue.Create(ingress.Host));
        }

        if (integrations.CertManager is { Enabled: true }) yield return ("integrations.certManager.enabled", JsonValue.Create(true));
        if (integrations.ExternalSecrets is { Enabled: true }) yield return ("integrations.externalSecrets.enabled", JsonValue.Create(true));
    }

    // A scalar on the way counts as set: the explicit value replaces the whole branch.
    private static bool IsSet(JsonObject? values, string path)
    {
        JsonObject? at = values;
        string[] segments = path.Split('.');
        for (int i = 0; i < segments.Length; i++)
        {
            if (at is null || !at.TryGetPropertyValue(segments[i], out JsonNode? next)) return false;
            if (i == segments.Length - 1 || next is not JsonObject deeper) return true;
            at = deeper;
        }

        return false;
    }

    private static void Put(JsonObject root, string path, JsonNode value)
    {
        string[] segments = path.Split('.');
        JsonObject at = root;
        foreach (string segment in segments[..^1])
        {
            if (at[segment] is not JsonObject next) at[segment] = next = [];
            at = next;
        }

        at[segments[^1]] = value;
    }
}
