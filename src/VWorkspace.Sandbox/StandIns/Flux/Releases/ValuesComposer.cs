using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Values of a release: the referenced documents in order, then <c>spec.values</c> over them.</summary>
internal sealed class ValuesComposer(IKubernetesClient client)
{
    private static readonly KubernetesResource<DynamicObject> Secrets = DynamicObject.Resource(new(string.Empty, "v1", "Secret"), "secrets");
    private static readonly KubernetesResource<DynamicObject> ConfigMaps = DynamicObject.Resource(new(string.Empty, "v1", "ConfigMap"), "configmaps");

    /// <summary>Reads the references live, as helm-controller does; the text of a refusal never holds content.</summary>
    public async Task<(JsonObject? Values, string? Error)> ComposeAsync(HelmRelease release, CancellationToken cancellationToken)
    {
        JsonObject values = [];
        foreach (ValuesReference reference in release.Spec.ValuesFrom ?? [])
        {
            (JsonNode? part, string? error) = await ReadAsync(release.Metadata.Namespace ?? string.Empty, reference, cancellationToken);
            if (error is not null) return (null, error);
            if (part is JsonObject document) Merge(values, document);
            else if (part is not null && reference.TargetPath is { } path) SetPath(values, path, part);
        }

        if (release.Spec.Values is { } inline) Merge(values, inline);
        return (values, null);
    }

    /// <summary>Helm's merge of values: objects deeply, everything else replaced, null removes.</summary>
    internal static void Merge(JsonObject target, JsonObject overlay)
    {
        foreach ((string key, JsonNode? value) in overlay)
        {
            if (value is null) target.Remove(key);
            else if (value is JsonObject inner && target[key] is JsonObject present) Merge(present, inner);
            else target[key] = value.DeepClone();
        }
    }

    private async Task<(JsonNode? Part, string? Error)> ReadAsync(string @namespace, ValuesReference reference, CancellationToken cancellationToken)
    {
        string key = string.IsNullOrEmpty(reference.ValuesKey) ? "values.yaml" : reference.ValuesKey;
        string name = reference.Name ?? string.Empty;
        bool isSecret = reference.Kind == "Secret";
        string Refusal(string cause) => $"could not resolve {reference.Kind} chart values reference '{@namespace}/{name}' with key '{key}': {cause}";

        ApiResult<DynamicObject> read = await client.GetAsync(isSecret ? Secrets : ConfigMaps, new(@namespace, name), cancellationToken);
        if (!read.TryGet(out DynamicObject? found, out KubernetesError? error))
            return reference.Optional && error.IsNotFound ? (null, null) : (null, Refusal(error.Message));
        if ((string?)found.Json["data"]?[key] is not { } text)
            return reference.Optional ? (null, null) : (null, Refusal($"missing key '{key}'"));
        if (isSecret) text = Encoding.UTF8.GetString(Convert.FromBase64String(text));
        if (reference.TargetPath is not null) return (JsonValue.Create(text), null);
        try
        {
            return (KubernetesYaml.Parse(text) is [JsonObject document, ..] ? document : new JsonObject(), null);
        }
        catch (KubernetesYamlException)
        {
            return (null, Refusal("unable to parse values: error converting YAML to JSON"));
        }
    }

    private static void SetPath(JsonObject values, string path, JsonNode value)
    {
        string[] parts = path.Split('.');
        JsonObject target = values;
        foreach (string part in parts[..^1])
        {
            if (target[part] is not JsonObject inner) target[part] = inner = [];
            target = inner;
        }

        target[parts[^1]] = value;
    }
}
