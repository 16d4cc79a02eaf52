using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>Runs the plugin when there is nothing (valid) at hand; one run at a time, whoever asks.</summary>
internal sealed class ExecCredential(ExecPluginOptions plugin) : KubernetesCredential, IDisposable
{
    private readonly SemaphoreSlim _oneRun = new(1, 1);
    private volatile Cached? _cached;

    /// <summary>The certificate of the last run; touched only while the one run is under way.</summary>
    private (byte[] Digest, SslStreamCertificateContext Context)? _certificate;

    private sealed record Cached(RequestCredential Credential, DateTimeOffset? Expires)
    {
        public bool IsValid(TimeProvider timeProvider) => Expires is not { } expires || timeProvider.GetUtcNow() < expires;
    }

    internal override async ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (_cached is { } cached && cached.IsValid(timeProvider)) return cached.Credential;
        await _oneRun.WaitAsync(cancellationToken);
        try
        {
            if (_cached is { } meanwhile && meanwhile.IsValid(timeProvider)) return meanwhile.Credential;
            string output = await ExecPluginProcess.RunAsync(plugin, timeProvider, cancellationToken);
            Cached fresh = Parse(output);
            _cached = fresh;
            return fresh.Credential;
        }
        finally
        {
            _oneRun.Release();
        }
    }

    internal override bool Renew(RequestCredential rejected)
    {
        // Several requests may bring the same refusal: only the first one that shows the present credential discards it.
        if (_cached is { } cached && IsSame(cached.Credential, rejected)) Interlocked.CompareExchange(ref _cached, null, cached);
        return true;
    }

    public void Dispose() => _oneRun.Dispose();

    private static bool IsSame(RequestCredential ours, RequestCredential shown) =>
        string.Equals(ours.Authorization?.Parameter, shown.Authorization?.Parameter, StringComparison.Ordinal)
        && (ours.ClientCertificate is null || ReferenceEquals(ours.ClientCertificate, shown.ClientCertificate));

    private Cached Parse(string output)
    {
        JsonObject document;
        try
        {
            // A member that occurs twice would otherwise come up as another exception, when the member is read.
            document = JsonNode.Parse(output, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject ?? throw Bad("did not print a JSON object");
        }
        catch (System.Text.Json.JsonException)
        {
            throw Bad("did not print JSON");
        }

        if (Text(document, "kind") != "ExecCredential") throw Bad("did not print an ExecCredential");
        if (Text(document, "apiVersion") != plugin.ApiVersion) throw Bad($"printed another apiVersion than {plugin.ApiVersion}; set exec.apiVersion to what the plugin speaks");
        if (document["status"] is not JsonObject status) throw Bad("printed no status");
        string? token = Text(status, "token");
        string? certificate = Text(status, "clientCertificateData");
        string? key = Text(status, "clientKeyData");
        if (string.IsNullOrEmpty(certificate) != string.IsNullOrEmpty(key)) throw Bad("printed only one of clientCertificateData and clientKeyData");
        if (string.IsNullOrEmpty(token) && string.IsNullOrEmpty(certificate)) throw Bad("printed neither a token nor a client certificate");
        return new(
            new(
                string.IsNullOrEmpty(token) ? null : TokenHeader.TryMake(token) ?? throw Bad("printed a token with white space or control characters inside"),
                string.IsNullOrEmpty(certificate) ? null : Certificate(certificate, key!)),
            Expiry(status));
    }

    /// <summary>The same certificate again keeps its connections.</summary>
    private SslStreamCertificateContext Certificate(string certificate, string key)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(certificate + "\0" + key));
        if (_certificate is { } last && digest.AsSpan().SequenceEqual(last.Digest)) return last.Context;
        SslStreamCertificateContext context = ClientCertificates.Load(certificate, key, $"{plugin.Source}: clientCertificateData");
        _certificate = (digest, context);
        return context;
    }

    private DateTimeOffset? Expiry(JsonObject status)
    {
        if (Text(status, "expirationTimestamp") is not { Length: > 0 } text) return null;
        return DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset expires)
            ? expires
            : throw Bad("printed an expirationTimestamp that is not RFC 3339");
    }

    private static string? Text(JsonObject from, string member) => from[member] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private KubernetesConfigurationException Bad(string what) => new($"{plugin.Source}: {plugin.Command} {what}");
}
