using System.Net.Security;
using System.Security.Authentication;
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
    private string? _pem;
    private long _checkedAt;

    private ServerTrust(X509Certificate2Collection roots, string? file, string? pem, TimeProvider timeProvider) =>
        (_roots, _file, _pem, _timeProvider, _checkedAt) = (roots, file, pem, timeProvider, timeProvider.GetTimestamp());

    /// <summary>The trust of a configuration, or null for the trust of the system.</summary>
    /// <exception cref="KubernetesConfigurationException">The authorities cannot be read.</exception>
    public static ServerTrust? Create(KubernetesClientConfiguration configuration, TimeProvider timeProvider)
    {
        if (configuration.CertificateAuthorityData is { Length: > 0 } data) return new(Parse(data, "certificate-authority-data"), null, null, timeProvider);
        if (configuration.CertificateAuthorityFile is not { Length: > 0 } file) return null;
        string pem = ConfigurationFile.ReadText(file, "certificate-authority");
        return new(Parse(pem, $"certificate-authority file {file}"), file, pem, timeProvider);
    }

    /// <summary>Callback of the TLS handshake. Says why not by throwing: a plain no would reach the caller as "rejected by the callback".</summary>
    /// <exception cref="AuthenticationException">The server is not trusted; names the host, the file and the remedy.</exception>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is null) throw new AuthenticationException("the server shows no certificate");
        using var leaf = new X509Certificate2(certificate);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            string host = (sender as SslStream)?.TargetHostName is { Length: > 0 } name ? $"'{name}'" : "the server";
            throw new AuthenticationException($"the server's certificate is for {Names(leaf)} and not for {host}; correct the server address or set tls-server-name to a name of the certificate");
        }

        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) throw new AuthenticationException($"the server's certificate is refused ({errors})");
        X509Certificate2Collection roots = Roots();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        if (presented is not null)
            foreach (X509ChainElement element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(leaf) || EndsAtOurIntermediate(chain, roots)) return true;
        throw new AuthenticationException(Why(chain, leaf));
    }

    private string Why(X509Chain chain, X509Certificate2 leaf)
    {
        string where = _file is null ? "certificate-authority-data" : $"certificate-authority {_file}";
        X509ChainStatusFlags all = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (sum, status) => sum | status.Status);
        if (all.HasFlag(X509ChainStatusFlags.PartialChain) || all.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return $"the server's certificate (for {Names(leaf)}) is not signed by an authority of {where}; give the authority of this server, or check whether something answers in its place";
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return $"the server's certificate or its authority is not valid at this time (the certificate is from {leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}); renew it, or set the clock";
        return $"the server's certificate (for {Names(leaf)}) does not stand up to {where}: {all}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (X509SubjectAlternativeNameExtension alternative in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.AddRange(alternative.EnumerateDnsNames());
            names.AddRange(alternative.EnumerateIPAddresses().Select(static address => address.ToString()));
        }

        return names.Count == 0 ? "no host name" : string.Join(", ", names.Take(8)) + (names.Count > 8 ? ", ..." : string.Empty);
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
                // By content: the file of a pod is a link into a directory that is itself a link, and only the latter is ever replaced.
                string pem = ConfigurationFile.ReadText(_file, "certificate-authority");
                if (pem != _pem) (_roots, _pem) = (Parse(pem, _file), pem);
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
