using System.Net;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.Settings;

public sealed class BindAddressTests
{
    [TestCase(":8080", "[::]:8080")]
    [TestCase("127.0.0.1:0", "127.0.0.1:0")]
    [TestCase("0.0.0.0:80", "0.0.0.0:80")]
    [TestCase("localhost:8081", "127.0.0.1:8081")]
    [TestCase("[::1]:9443", "[::1]:9443")]
    public void An_address_is_an_end_point(string text, string endPoint) => Assert.That(BindAddress.Parse(text).EndPoint, Is.EqualTo(IPEndPoint.Parse(endPoint)));

    [TestCase(":8080")]
    [TestCase("127.0.0.1:0")]
    [TestCase("[::1]:9443")]
    [TestCase("0")]
    public void Text_is_kept(string text) => Assert.That(BindAddress.Parse(text).ToString(), Is.EqualTo(text));

    [Test]
    public void Zero_is_no_listener()
    {
        Assert.That(BindAddress.Parse("0").IsOn, Is.False);
        Assert.That(() => BindAddress.Off.EndPoint, Throws.InvalidOperationException);
    }

    [TestCase("")]
    [TestCase("8080")]
    [TestCase(":")]
    [TestCase(":x")]
    [TestCase(":65536")]
    [TestCase(":-1")]
    [TestCase("example.org:80")]
    [TestCase("::1:80")]
    [TestCase("[127.0.0.1:80")]
    public void Other_texts_are_refused(string text) => Assert.That(() => BindAddress.Parse(text), Throws.TypeOf<FormatException>());
}
