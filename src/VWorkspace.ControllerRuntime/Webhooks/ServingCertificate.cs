using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VWorkspace.ControllerRuntime;

/// <summary>A certificate that a listener serves, and the authority that clients have to trust.</summary>
/// <param name="Certificate">Certificate with its private key.</param>
/// <param name="CertificateAuthorityPem">The authority as PEM.</param>
public sealed record ServingCertificate(X509Certificate2 Certificate, string CertificateAuthorityPem) : IDisposable
{
    /// <summary>Makes an authority that signs exactly one certificate and is then thrown away with its key.</summary>
    /// <param name="hosts">DNS names and addresses, for instance <c>webhook-service.vworkspace-system.svc</c>.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="lifetime">How long it is valid. Default one year.</param>
    public static ServingCertificate CreateSelfSigned(IReadOnlyCollection<string> hosts, TimeProvider clock, TimeSpan? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(clock);
        if (hosts.Count == 0) throw new ArgumentException("A certificate needs at least one host.", nameof(hosts));
        DateTimeOffset from = clock.GetUtcNow().AddMinutes(-5), to = from + (lifetime ?? TimeSpan.FromDays(365));

        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=self-signed webhook authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using X509Certificate2 signed = request.Create(authority, from, to, serial);
        return new(signed.CopyWithPrivateKey(key), authority.ExportCertificatePem());
    }

    /// <summary>The certificate for a handshake. Its authority signed it directly: nothing stands between them.</summary>
    public SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();
}
