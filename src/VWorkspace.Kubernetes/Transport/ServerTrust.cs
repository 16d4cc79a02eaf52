using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>Decides whether the API server is who it should be: by the certificate authorities of the configuration alone when it has any.</summary>
internal sealed class ServerTrust
{
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(30);

    private readonly string? _file;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _lock = new();
    private X509Certificate2Collection _roots;
    private DateTime _fileTime;
    private long _checkedAt;

    private ServerTrust(X509Certificate2Collection roots, string? file, TimeProvider timeProvider)
    {
        (_roots, _file, _timeProvider, _checkedAt) = (roots, file, timeProvider, timeProvider.GetTimestamp());
        if (file is not null) _fileTime = File.GetLastWriteTimeUtc(file);
    }

    /// <summary>The trust of a configuration, or null for the trust of the system.</summary>
    /// <exception cref="KubernetesConfigurationException">The authorities cannot be read.</exception>
    public static ServerTrust? Create(KubernetesClientConfiguration configuration, TimeProvider timeProvider)
    {
        if (configuration.CertificateAuthorityData is { Length: > 0 } data) return new(Parse(data, "certificate-authority-data"), null, timeProvider);
        if (configuration.CertificateAuthorityFile is not { Length: > 0 } file) return null;
        return new(Parse(ConfigurationFile.ReadText(file, "certificate-authority"), $"certificate-authority file {file}"), file, timeProvider);
    }

    /// <summary>Callback of the TLS handshake.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        X509Certificate2Collection roots = Roots();
        using var leaf = new X509Certificate2(certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        if (presented is not null)
            foreach (X509ChainElement element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(leaf)) return true;
        return EndsAtOurIntermediate(chain, roots);
    }

    /// <summary>An authority of the configuration need not be self-signed: one of its intermediates is as good, as it is for kubectl.</summary>
    private static bool EndsAtOurIntermediate(X509Chain chain, X509Certificate2Collection roots)
    {
        foreach (X509ChainStatus status in chain.ChainStatus)
            if (status.Status is not (X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.NoError)) return false;
        X509Certificate2 last = chain.ChainElements[^1].Certificate;
        foreach (X509Certificate2 root in roots)
            if (last.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span)) return true;
        return false;
    }

    private X509Certificate2Collection Roots()
    {
        lock (_lock)
        {
            if (_file is null || _timeProvider.GetElapsedTime(_checkedAt) < RecheckAfter) return _roots;
            _checkedAt = _timeProvider.GetTimestamp();
            try
            {
                DateTime time = File.GetLastWriteTimeUtc(_file);
                if (time != _fileTime) (_roots, _fileTime) = (Parse(ConfigurationFile.ReadText(_file, "certificate-authority"), _file), time);
            }
            catch (KubernetesConfigurationException)
            {
                // A file that is being replaced: the authorities known so far hold until the next look.
            }

            return _roots;
        }
    }

    private static X509Certificate2Collection Parse(string pem, string what)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KubernetesConfigurationException($"{what} holds no readable PEM certificate", e);
        }

        return roots.Count > 0 ? roots : throw new KubernetesConfigurationException($"{what} holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
    }
}
