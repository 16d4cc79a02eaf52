using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Builtins;

/// <summary>Certificate signing requests from asking to issuing.</summary>
[TestFixture]
public sealed class CertificateRequestTests
{
    private const string Requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Request_records_who_asked_and_is_approved_and_issued_apart()
    {
        var (code, created) = await _client.JsonAsync("POST", Requests, Body("bob", Pem()));
        Assert.That((code, (string?)created["spec"]!["username"]), Is.EqualTo((201, "admin")), created.ToJsonString());
        Assert.That((string?)created["spec"]!["groups"]![0], Is.EqualTo("system:masters"));

        created["status"] = JsonNode.Parse("""{"certificate":"AAAA","conditions":[{"type":"Approved","status":"True","reason":"R"}]}""");
        var (approvedCode, approved) = await _client.JsonAsync("PUT", Requests + "/bob/approval", created.ToJsonString());
        Assert.That((approvedCode, approved["status"]!.AsObject().ContainsKey("certificate")), Is.EqualTo((200, false)), "approving does not issue");
        Assert.That((string?)approved["status"]!["conditions"]![0]!["lastTransitionTime"], Is.Not.Null);

        approved["status"]!["certificate"] = Convert.ToBase64String("chain"u8);
        approved["spec"]!["username"] = "somebody else";
        var (_, issued) = await _client.JsonAsync("PUT", Requests + "/bob/status", approved.ToJsonString());
        Assert.That(((string?)issued["status"]!["certificate"], (string?)issued["spec"]!["username"]), Is.EqualTo((Convert.ToBase64String("chain"u8), "admin")));
    }

    [TestCase("pem", "spec.request: Invalid value")]
    [TestCase("signer", "spec.signerName: Invalid value: \"nosigner\"")]
    [TestCase("usages", "spec.usages: Required value")]
    [TestCase("seconds", "spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)")]
    public async Task Request_that_makes_no_sense_is_refused(string what, string expected)
    {
        var body = JsonNode.Parse(Body("bad", Pem()))!;
        var spec = body["spec"]!;
        switch (what)
        {
            case "pem": spec["request"] = "AAAA"; break;
            case "signer": spec["signerName"] = "nosigner"; break;
            case "usages": spec["usages"] = new JsonArray(); break;
            default: spec["expirationSeconds"] = 5; break;
        }

        var (code, answer) = await _client.JsonAsync("POST", Requests, body.ToJsonString());
        Assert.That(code, Is.EqualTo(422));
        Assert.That((string?)answer["message"], Does.Contain(expected));
    }

    private static string Body(string name, string pem) =>
        $$$"""{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"{{{name}}}"},"spec":{"username":"mallory","request":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(pem))}}}","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}""";

    private static string Pem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=bob", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }
}
