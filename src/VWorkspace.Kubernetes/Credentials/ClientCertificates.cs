using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>Makes TLS client certificates of PEM texts.</summary>
internal static class ClientCertificates
{
    /// <summary>Reads a certificate, its chain and its key.</summary>
    /// <exception cref="KubernetesConfigurationException">They cannot be read or do not belong together; the message names <paramref name="what"/>, never content.</exception>
    public static SslStreamCertificateContext Load(string certificatePem, string keyPem, string what)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificatePem);
            if (all.Count == 0) throw new KubernetesConfigurationException($"{what} holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            if (OperatingSystem.IsWindows()) leaf = Persisted(leaf);
            all.RemoveAt(0);
            return SslStreamCertificateContext.Create(leaf, all, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The text of a cryptographic error may quote its input: only its type is passed on.
            throw new KubernetesConfigurationException($"{what} and its key cannot be read or do not belong together ({e.GetType().Name}); the key must be unencrypted PEM");
        }
    }

    /// <summary>Schannel cannot use keys that live in memory only.</summary>
    private static X509Certificate2 Persisted(X509Certificate2 ephemeral)
    {
        using (ephemeral) return X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), password: null);
    }
}

/// <summary>Certificate and key in files, read again when one of them changes.</summary>
internal sealed class CertificateFileCredential(string certificatePath, string keyPath) : KubernetesCredential
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private RequestCredential? _current;
    private byte[] _digest = [];
    private long _lookedAt;

    internal override ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_current is not null && timeProvider.GetElapsedTime(_lookedAt) < LookAgainAfter) return new(_current);
            _lookedAt = timeProvider.GetTimestamp();
            return new(Read());
        }
    }

    private RequestCredential Read()
    {
        try
        {
            // By content: mounted files are links, and the time of a link says nothing about what it leads to.
            string certificate = ConfigurationFile.ReadText(certificatePath, "client-certificate");
            string key = ConfigurationFile.ReadText(keyPath, "client-key");
            byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(certificate + "\0" + key));
            if (_current is not null && digest.AsSpan().SequenceEqual(_digest)) return _current;
            (_current, _digest) = (new(null, ClientCertificates.Load(certificate, key, $"client-certificate {certificatePath}")), digest);
        }
        catch (KubernetesConfigurationException) when (_current is not null)
        {
            // The two files are being replaced one after the other: the pair known so far holds until the next look.
        }

        return _current!;
    }
}
