using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

public sealed class TextAndFormatTests
{
    [TestCase("date-time", "2026-01-02T03:04:05Z", true)]
    [TestCase("date-time", "2026-01-02T03:04:05.123+02:00", true)]
    [TestCase("date-time", "2026-01-02 03:04:05Z", false)]
    [TestCase("date-time", "2026-13-02T03:04:05Z", false)]
    [TestCase("date", "2026-02-29", false)]
    [TestCase("date", "2028-02-29", true)]
    [TestCase("duration", "1h30m", true)]
    [TestCase("duration", "2 days", true)]
    [TestCase("duration", "soon", false)]
    [TestCase("byte", "YQ==", true)]
    [TestCase("byte", "YQ=", false)]
    [TestCase("ipv4", "10.0.0.1", true)]
    [TestCase("ipv4", "10.0.0.256", false)]
    [TestCase("ipv6", "::1", true)]
    [TestCase("ipv6", "10.0.0.1", false)]
    [TestCase("cidr", "10.0.0.0/8", true)]
    [TestCase("cidr", "10.0.0.0/33", false)]
    [TestCase("uuid", "123e4567-e89b-12d3-a456-426614174000", true)]
    [TestCase("uuid4", "123e4567-e89b-12d3-a456-426614174000", false)]
    [TestCase("uri", "https://example.com/x", true)]
    [TestCase("uri", "not a uri", false)]
    [TestCase("email", "a@example.com", true)]
    [TestCase("email", "nobody", false)]
    [TestCase("hostname", "a.example.com", true)]
    [TestCase("hostname", "-a", false)]
    [TestCase("mac", "01:23:45:67:89:ab", true)]
    [TestCase("isbn10", "0-306-40615-2", true)]
    [TestCase("isbn13", "978-0-306-40615-7", true)]
    [TestCase("isbn13", "978-0-306-40615-8", false)]
    [TestCase("creditcard", "4111 1111 1111 1111", true)]
    [TestCase("hexcolor", "#fff", true)]
    [TestCase("k8s-short-name", "Not", false)]
    [TestCase("int32", "anything", true)]
    public void A_text_has_a_format_or_not(string format, string text, bool expected) => Assert.That(StringFormats.IsValid(format, text), Is.EqualTo(expected));

    [Test]
    public void Formats_that_the_server_does_not_know_are_not_checked()
    {
        var schema = RecordedSchemas.Parse("""{"type":"object","properties":{"n":{"type":"integer","format":"int32"},"s":{"type":"string","format":"color"}}}""");
        Assert.That(SchemaValidator.Validate(schema, (JsonObject)JsonNode.Parse("""{"n":99999999999,"s":"?"}""")!, null), Is.Empty);
    }

    [TestCase("^a$", "a", true)]
    [TestCase("^a$", "a\n", false)]
    [TestCase("^\\d+$", "٣", false)]
    [TestCase("^[\\w-]+$", "a-b_c", true)]
    [TestCase("^[[:alpha:]]+$", "abc", true)]
    [TestCase("(?i)^ABC$", "abc", true)]
    [TestCase("(?P<name>a)b", "ab", true)]
    [TestCase("^\\Qa.b\\E$", "a.b", true)]
    [TestCase("^\\Qa.b\\E$", "axb", false)]
    [TestCase("^\\x{e9}$", "é", true)]
    [TestCase("^\\pL+$", "éa", true)]
    [TestCase("^[]a]+$", "]a", true)]
    [TestCase("(?m)^b$", "a\nb\nc", true)]
    [TestCase("^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\\.)*x$", "a.b-c.x", true)]
    public void A_pattern_is_read_as_RE2(string pattern, string text, bool expected)
    {
        var regex = new Re2Regex(pattern);
        Assert.That(regex.Error, Is.Null);
        Assert.That(regex.IsMatch(text), Is.EqualTo(expected));
    }

    [TestCase("(a", "error parsing regexp: missing closing ): `(a`")]
    [TestCase("a)", "error parsing regexp: unexpected ): `a)`")]
    [TestCase("*a", "error parsing regexp: missing argument to repetition operator: `*`")]
    [TestCase("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=a)`")]
    public void A_pattern_that_RE2_refuses_is_refused(string pattern, string error)
    {
        var regex = new Re2Regex(pattern);
        Assert.That(regex.Error, Is.EqualTo(error));
        Assert.That(regex.IsMatch("a"), Is.False);
    }

    [TestCase(1.0, "1")]
    [TestCase(1.5, "1.5")]
    [TestCase(100000.0, "100000")]
    [TestCase(1000000.0, "1e+06")]
    [TestCase(2147483647.0, "2.147483647e+09")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(0.00001, "1e-05")]
    [TestCase(-2.5e30, "-2.5e+30")]
    public void A_float_is_printed_as_Go_prints_it(double value, string expected) => Assert.That(GoText.Float(value), Is.EqualTo(expected));

    [TestCase("a\"b\\\n\t", "\"a\\\"b\\\\\\n\\t\"")]
    [TestCase("é\u0001\u200b😀", "\"é\\x01\\u200b😀\"")]
    public void A_string_is_quoted_as_Go_quotes_it(string value, string expected) => Assert.That(GoText.Quote(value), Is.EqualTo(expected));

    [Test]
    public void Numbers_are_stored_as_the_server_stores_them()
    {
        var obj = (JsonObject)JsonNode.Parse("""{"a":3.0,"b":1e3,"c":[2.50,7],"d":{"e":12345678901234567890},"f":0.0000001,"g":"3.0"}""")!;
        CanonicalNumbers.Apply(obj);
        Assert.That(obj.ToJsonString(), Is.EqualTo("""{"a":3,"b":1000,"c":[2.5,7],"d":{"e":12345678901234567000},"f":1e-7,"g":"3.0"}"""));
    }

    [TestCase(0L, "0s")]
    [TestCase(1L, "1ns")]
    [TestCase(1_500_000L, "1.5ms")]
    [TestCase(5_400_000_000_000L, "1h30m0s")]
    [TestCase(-1_500_000_000L, "-1.5s")]
    public void A_duration_is_printed_as_Go_prints_it(long nanoseconds, string expected) => Assert.That(GoDuration.Format(nanoseconds), Is.EqualTo(expected));
}
