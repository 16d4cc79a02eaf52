using System.Text.Json.Nodes;

namespace VWorkspace.Api.Tests.Redaction;

public sealed class RedactorTests
{
    private const string Pem = "-----BEGIN RSA PRIVATE KEY-----\nMIICanary\n-----END RSA PRIVATE KEY-----";

    [TestCase("password", true)]
    [TestCase("db.postgresPassword", true)]
    [TestCase("clientSecret", true)]
    [TestCase("spec.values.ACCESSKEY", true)]
    [TestCase("secretKey", true)]
    [TestCase("apikey", true)]
    [TestCase("Token", true)]
    [TestCase("Authorization", true)]
    [TestCase("registrationToken", true)]
    [TestCase("data.tls.key", true)]
    [TestCase("claim", true)]
    [TestCase("tokens", false)]
    [TestCase("secretName", false)]
    [TestCase("existingSecretName", false)]
    [TestCase("key", false)]
    [TestCase("reclaim", false)]
    public void Keys(string key, bool secret) => Assert.That(Redactor.IsSecretKey(key), Is.EqualTo(secret));

    [TestCase("token vwksp-reg-00ffAA11 refused", "token [REDACTED] refused")]
    [TestCase("Authorization: Bearer abc.DEF-123_~+/=", "Authorization: Bearer [REDACTED]")]
    [TestCase("claim vws1.eyJhIjoxfQ.00ff is expired", "claim [REDACTED] is expired")]
    [TestCase("GET https://user:p@ss@example.com/x failed", "GET https://[REDACTED]@example.com/x failed")]
    [TestCase("oci://robot@registry.example/x", "oci://[REDACTED]@registry.example/x")]
    [TestCase("mail me@example.com about https://example.com", "mail me@example.com about https://example.com")]
    [TestCase("values: {\"dbPassword\":\"canary\",\"user\":\"x\"}", "values: {\"dbPassword\":\"[REDACTED]\",\"user\":\"x\"}")]
    [TestCase("dsn host=db password=canary port=1", "dsn host=db password=[REDACTED] port=1")]
    [TestCase("Secret: nextcloud-db not found", "Secret: nextcloud-db not found")]
    [TestCase("secret \"nextcloud-db\" not found", "secret \"nextcloud-db\" not found")]
    public void Texts(string text, string expected) => Assert.That(Redactor.Text(text), Is.EqualTo(expected));

    [Test]
    public void Private_keys_go_wherever_they_stand()
    {
        Assert.That(Redactor.Text("before " + Pem + " after"), Is.EqualTo("before [REDACTED] after"));
        Assert.That(Redactor.Value("harmless", "  " + Pem), Is.EqualTo(Redactor.Mask));
        Assert.That(Redactor.Text("cut -----BEGIN EC PRIVATE KEY-----\nMIIC"), Is.EqualTo("cut [REDACTED]"));
    }

    [Test]
    public void Copied_text_is_one_line_and_short()
    {
        string copied = Redactor.Copied("first\r\n  second\t" + new string('é', 2000));
        Assert.That(copied, Does.StartWith("first second é"));
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(copied), Is.LessThanOrEqualTo(Redactor.CopiedTextLimit));
    }

    [Test]
    public void Tree_is_masked_at_any_depth_and_left_alone_itself()
    {
        JsonNode tree = JsonNode.Parse("""{"a":[{"password":"canary"},{"token":123456,"n":1.50}],"note":"Bearer canary2","list":{"secret":["canary3"]}}""")!;
        string before = tree.ToJsonString();
        string masked = Redactor.Tree(tree)!.ToJsonString();
        Assert.That(masked, Does.Not.Contain("canary").And.Not.Contain("123456").And.Contain("1.50"));
        Assert.That(tree.ToJsonString(), Is.EqualTo(before));
    }
}
