using VWorkspace.Apps.Tests.Support;
using VWorkspace.Apps.Validation;

namespace VWorkspace.Apps.Tests.Validation;

public sealed class InlineSecretScanTests
{
    private const string Pem = "-----BEGIN PRIVATE KEY-----\\nMII";

    [TestCase("""{"password":"x"}""", "password")]
    [TestCase("""{"dbPassword":"x"}""", "dbPassword")]
    [TestCase("""{"PASSWORD":42}""", "PASSWORD")]
    [TestCase("""{"a":{"clientSecret":"x"}}""", "a.clientSecret")]
    [TestCase("""{"accessKey":"x","secretKey":"y","apiKey":"z","token":"t"}""", "accessKey secretKey apiKey token")]
    [TestCase("""{"list":[{"token":"x"},{"n":1}]}""", "list[0].token")]
    [TestCase("""{"password":["x"]}""", "password[0]")]
    [TestCase("""{"cert":"  -----BEGIN RSA PRIVATE KEY-----\nMII"}""", "cert")]
    [TestCase("""{"list":["-----BEGIN EC PRIVATE KEY-----"]}""", "list[0]")]
    [TestCase("""{"existingSecret":"not a name!"}""", "existingSecret")]
    [TestCase("""{"existingSecret":"nextcloud-postgresql"}""", "")]
    [TestCase("""{"global":{"imagePullSecret":"regcred"},"pullSecret":"a.b"}""", "")]
    [TestCase("""{"password":"","secret":"   "}""", "")]
    [TestCase("""{"password":null,"secret":true,"token":{}}""", "")]
    [TestCase("""{"password":"<set via externalSecret>","secret":" <SET VIA EXTERNAL-SECRET> "}""", "")]
    [TestCase("""{"tokens":"x","tokenTtl":5,"secretName":"x","apiKeys":1}""", "")]
    [TestCase("""{"cert":"-----BEGIN CERTIFICATE-----"}""", "")]
    public void Leaf(string values, string expected) =>
        Assert.That(string.Join(' ', InlineSecretScan.Find(Samples.Json(values))), Is.EqualTo(expected));

    [Test]
    public void Private_key_under_a_naming_key_is_found() =>
        Assert.That(InlineSecretScan.Find(Samples.Json($$"""{"existingSecret":"{{Pem}}"}""")), Is.EqualTo(new[] { "existingSecret" }));
}
