using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VWorkspace.Kubernetes.InMemory.Hosting;

/// <summary>A certificate authority of the server's own and the certificate it serves with.</summary>
internal sealed class ServingCertificates : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private readonly X509Certificate2 _ca;
    private readonly X509Certificate2 _serving;

    private ServingCertificates(X509Certificate2 ca, X509Certificate2 serving)
    {
        (_ca, _serving) = (ca, serving);
        CaPem = ca.ExportCertificatePem();
        // Made here, beside the start of the listener: the first chain of a process reads all authorities of the machine, a quarter of a cold start.
        Context = SslStreamCertificateContext.Create(serving, [ca], offline: true);
    }

    public string CaPem { get; }

    /// <summary>What the TLS server shows.</summary>
    public SslStreamCertificateContext Context { get; }

    public static ServingCertificates Create()
    {
        // Certificates must be valid for the peer's clock, so the machine's time counts here, not the server's TimeProvider.
        var from = TimeProvider.System.GetUtcNow().AddHours(-1);
        var until = from + Lifetime;
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=in-memory-kubernetes-ca", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        caRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(caRequest.PublicKey, false));
        var ca = caRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (ReadOnlySpan<string>)["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]) names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, true, false));
        using var issued = request.Create(ca, from, until, RandomNumberGenerator.GetBytes(16));
        return new ServingCertificates(ca, Persisted(issued.CopyWithPrivateKey(key)));
    }

    public void Dispose()
    {
        _serving.Dispose();
        _ca.Dispose();
    }

    /// <summary>Windows serves with stored keys only: a round trip through PKCS#12 makes one. Elsewhere the detour would cost a tenth of a cold start.</summary>
    private static X509Certificate2 Persisted(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
