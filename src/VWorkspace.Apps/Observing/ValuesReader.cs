using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Observing;

/// <summary>
/// Reads the one Secret or ConfigMap that an instance names: whether object and key exist, whether the content is a mapping, its digest.
/// The content goes nowhere else.
/// </summary>
internal sealed class ValuesReader(IKubernetesClient client)
{
    /// <summary>Longest document that is parsed; the API server stores no more than this either.</summary>
    private const int MaxDocument = 1_572_864;

    public async Task<ValuesObservation> ReadAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        ApplicationValues? values = instance.Spec.Values;
        (KubernetesResource<DataObject> Resource, ValuesReference Reference)? place = values?.Source switch
        {
            ValuesSource.SecretRef when values.SecretRef is { } secret => (FluxResources.Secrets, secret),
            ValuesSource.ConfigMapRef when values.ConfigMapRef is { } map => (FluxResources.ConfigMaps, map),
            _ => null,
        };
        if (instance.Spec.IsPlaceholder || place is not { } where || string.IsNullOrWhiteSpace(where.Reference.Name) || string.IsNullOrWhiteSpace(where.Reference.Key))
            return ValuesObservation.NotReferenced;
        string kind = where.Resource.Kind.Kind;
        ApiResult<DataObject> answer = await client.GetAsync(where.Resource, new(instance.Metadata.Namespace!, where.Reference.Name), cancellationToken).ConfigureAwait(false);
        if (!answer.TryGet(out DataObject? found, out KubernetesError? error))
        {
            if (error.IsNotFound) return new(ValuesState.Missing, Detail: $"{kind} {where.Reference.Name} does not exist");
            if (error.IsForbidden) return new(ValuesState.Forbidden, Detail: $"{kind} {where.Reference.Name} must not be read: {Redactor.Copied(error.Message)}");
            throw new KubernetesApiException(error);
        }

        byte[]? document = Document(found, where.Reference.Key, encoded: where.Resource == FluxResources.Secrets);
        return document is null
            ? new(ValuesState.Missing, Detail: $"{kind} {where.Reference.Name} has no key {where.Reference.Key}")
            : Parse(document, $"{kind} {where.Reference.Name}, key {where.Reference.Key}");
    }

    internal static ValuesObservation Parse(byte[] document, string where)
    {
        if (document.Length > MaxDocument) return new(ValuesState.NotAMapping, Detail: $"{where}: is too large");
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(document));
        try
        {
            IReadOnlyList<JsonNode> documents = KubernetesYaml.Parse(Encoding.UTF8.GetString(document));
            return documents switch
            {
                [] => new(ValuesState.Found, digest, []),
                [JsonObject tree] => new(ValuesState.Found, digest, tree),
                _ => new(ValuesState.NotAMapping, Detail: $"{where}: is not a YAML or JSON mapping"),
            };
        }
        catch (KubernetesYamlException fault)
        {
            // Only the place: the parser's own text may quote what it met.
            return new(ValuesState.NotAMapping, Detail: string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{where}: is not a YAML or JSON mapping (line {fault.Line})"));
        }
    }

    private static byte[]? Document(DataObject found, string key, bool encoded)
    {
        if (found.Data is not null && found.Data.TryGetValue(key, out string? text)) return encoded ? Decode(text) : Encoding.UTF8.GetBytes(text);
        return found.BinaryData is not null && found.BinaryData.TryGetValue(key, out string? binary) ? Decode(binary) : null;
    }

    private static byte[] Decode(string base64)
    {
        byte[] buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out int length) ? buffer[..length] : [];
    }
}
