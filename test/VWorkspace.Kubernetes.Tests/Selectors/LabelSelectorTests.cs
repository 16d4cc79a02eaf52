using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.Tests.Selectors;

[TestFixture]
public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { ["app"] = "demo", ["tier"] = "front", ["n"] = "5", ["example.com/x"] = "" };

    [TestCase("", true)]
    [TestCase("app=demo", true)]
    [TestCase("app==demo", true)]
    [TestCase("app!=demo", false)]
    [TestCase("missing!=demo", true)]
    [TestCase("app", true)]
    [TestCase("!app", false)]
    [TestCase("!missing", true)]
    [TestCase("app in (demo, other)", true)]
    [TestCase("app notin (demo)", false)]
    [TestCase("missing notin (demo)", true)]
    [TestCase("missing in (demo)", false)]
    [TestCase("n>4,n<6", true)]
    [TestCase("n>5", false)]
    [TestCase("app>1", false)]
    [TestCase("example.com/x=", true)]
    [TestCase("app=demo,tier=back", false)]
    [TestCase("app in (,demo)", true)]
    [TestCase("in in (in)", false)]
    public void Selector_matches_as_upstream(string text, bool expected) => Assert.That(LabelSelector.Parse(text).Matches(Labels), Is.EqualTo(expected));

    [TestCase("a=b=c", "found '=', expected: ',' or 'end of string'")]
    [TestCase("a,,b", "found ',', expected: identifier after ','")]
    [TestCase("a,", "found '', expected: identifier after ','")]
    [TestCase("=b", "found '=', expected: !, identifier, or 'end of string'")]
    [TestCase("a in", "unable to parse requirement: found '' expected: '('")]
    [TestCase("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [TestCase("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [TestCase("a in ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    [TestCase("a>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [TestCase("!!a", "unable to parse requirement: found '!', expected: identifier")]
    public void Text_that_is_no_selector_is_refused_in_upstreams_words(string text, string expected)
    {
        Assert.That(LabelSelector.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo(expected));
    }

    [Test]
    public void Key_with_bad_characters_names_the_rule()
    {
        Assert.That(LabelSelector.TryParse("-a=b", out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters"));
    }

    [TestCase("b in (y,x),a=1,!c,d,e!=2,f>3", "a=1,b in (x,y),!c,d,e!=2,f>3")]
    [TestCase(" a == b ", "a=b")]
    public void Printed_selector_is_canonical_and_parses_again(string text, string expected)
    {
        var printed = LabelSelector.Parse(text).ToString();
        Assert.That(printed, Is.EqualTo(expected));
        Assert.That(LabelSelector.Parse(printed).ToString(), Is.EqualTo(expected));
    }
}
