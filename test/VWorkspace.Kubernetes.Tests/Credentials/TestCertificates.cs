using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VWorkspace.Kubernetes.Tests;

/// <summary>Certificates made for one test run.</summary>
internal sealed record TestCertificate(X509Certificate2 Certificate, ECDsa Key)
{
    public string Pem => Certificate.ExportCertificatePem();

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem();
}

internal static class TestCertificates
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

    public static TestCertificate Authority { get; } = MakeAuthority("test authority", null);

    public static TestCertificate OtherAuthority { get; } = MakeAuthority("other authority", null);

    public static TestCertificate Intermediate { get; } = MakeAuthority("intermediate", Authority);

    /// <summary>Same name as <see cref="Intermediate"/>, another key, made by somebody else.</summary>
    public static TestCertificate ForgedIntermediate { get; } = MakeAuthority("intermediate", OtherAuthority);

    public static TestCertificate MakeServer(TestCertificate issuer, params string[] names)
    {
        return Make("server", issuer, request =>
        {
            var san = new SubjectAlternativeNameBuilder();
            foreach (string name in names)
            {
                if (System.Net.IPAddress.TryParse(name, out System.Net.IPAddress? address)) san.AddIpAddress(address);
                else san.AddDnsName(name);
            }

            request.CertificateExtensions.Add(san.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        });
    }

    public static TestCertificate MakeClient(string name) =>
        Make(name, Authority, request => request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false)));

    private static TestCertificate MakeAuthority(string name, TestCertificate? issuer) => Make(name, issuer, request =>
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
    });

    private static TestCertificate Make(string name, TestCertificate? issuer, Action<CertificateRequest> extend)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        extend(request);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (issuer is null) return new(request.CreateSelfSigned(From, From.AddDays(30)), key);
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        using X509Certificate2 signer = issuer.Certificate.HasPrivateKey ? new X509Certificate2(issuer.Certificate) : issuer.Certificate.CopyWithPrivateKey(issuer.Key);
        using X509Certificate2 issued = request.Create(signer, From, From.AddDays(20), serial);
        return new(issued.CopyWithPrivateKey(key), key);
    }
}
