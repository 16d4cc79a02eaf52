using System.Security.Cryptography.X509Certificates;
using VWorkspace.Kubernetes.Tests.Client;

namespace VWorkspace.Kubernetes.Tests.Transport;

/// <summary>What people read when TLS fails: host, file and remedy.</summary>
[TestFixture]
public sealed class TlsMessageTests
{
    [Test]
    public async Task Wrong_name_tells_both_names_and_the_settings_that_mend_it()
    {
        string message = await MessageAsync(TestCertificates.MakeServer(TestCertificates.Authority, "k8s.example.com"), TestCertificates.Authority.Pem);
        Assert.That(message, Does.Contain("k8s.example.com").And.Contain("'127.0.0.1'").And.Contain("tls-server-name"));
    }

    [Test]
    public async Task Wrong_authority_tells_where_the_authorities_come_from()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, TestCertificates.OtherAuthority.Pem);
            TestCertificate server = TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1");
            string data = await MessageAsync(server, TestCertificates.OtherAuthority.Pem), fromFile = await MessageAsync(server, null, file);
            Assert.That(data, Does.Contain("127.0.0.1").And.Contain("certificate-authority-data").And.Contain("not signed by"));
            Assert.That(fromFile, Does.Contain($"certificate-authority {file}").And.Contain("not signed by"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Unknown_authority_without_configuration_names_the_setting_that_is_missing()
    {
        string message = await MessageAsync(TestCertificates.MakeServer(TestCertificates.Authority, "127.0.0.1"), null);
        Assert.That(message, Does.Contain("certificate-authority").And.Not.Contain("see inner exception"));
    }

    private static async Task<string> MessageAsync(TestCertificate certificate, string? authority, string? file = null)
    {
        await using var server = await TlsTests.TlsServer.StartAsync(certificate);
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 0, Random = new Random(1) }, c => c with { CertificateAuthorityData = authority, CertificateAuthorityFile = file });
        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit()));
        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Connect));
        Assert.That(fault.Message, Does.Contain(server.Address.Authority));
        return fault.Message;
    }
}
